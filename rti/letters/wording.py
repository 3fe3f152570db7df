"""The current words of letters: those that staff wrote, else the default texts."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.core.errors import Invalid
from rti.core.i18n import Language, translator
from rti.letters.addressing import ADDRESSES
from rti.letters.commands import SaveLetterText
from rti.letters.paper import Paper
from rti.letters.texts import VARIABLES, Text, faults_of, filled, shipped
from rti.models.audit import AuditAction
from rti.models.bodies import BodyKind
from rti.models.letters import LetterKind, LetterTextRow


async def text_of(session: AsyncSession, kind: LetterKind, language: Language) -> Text:
    """The words of a kind of letter."""
    row = await session.get(LetterTextRow, (kind, language))
    return Text(row.subject, row.body) if row else shipped(kind, language)


async def changed(session: AsyncSession) -> Sequence[LetterTextRow]:
    """The texts that replace default ones."""
    return (await session.scalars(select(LetterTextRow))).all()


async def save_text(
    session: AsyncSession, kind: LetterKind, language: Language, command: SaveLetterText, now: datetime
) -> None:
    """Write letters of this kind with these words from now on; raises Invalid for an unknown variable."""
    text = checked(command)
    row = await session.get(LetterTextRow, (kind, language))
    if text == shipped(kind, language):
        if row:
            await session.delete(row)
    elif row:
        row.subject, row.body, row.changed_at = text.subject, text.body, now
    else:
        session.add(LetterTextRow(kind=kind, language=language, changed_at=now, **text._asdict()))
    record(session, AuditAction.LETTER_TEXT_CHANGED, now, about=kind, language=language)
    await session.flush()


def checked(command: SaveLetterText) -> Text:
    """The words as a text; raises Invalid for an unknown variable."""
    text = Text(command.subject, command.body.replace("\r\n", "\n"))
    if faults := faults_of(text):
        raise Invalid(*faults)
    return text


def sample(kind: LetterKind, language: Language, text: Text, today: date) -> Paper:
    """A sample letter with these words, in which each placeholder is replaced by its meaning."""
    translate = translator(language)
    meanings = {name: f"«{translate(words)}»" for name, words in VARIABLES.items()}
    address = ADDRESSES[BodyKind.COMMUNE_ADMINISTRATION]
    return Paper(
        kind=kind,
        language=language,
        text=filled(text, meanings),
        reference="R-2B4D6F8H",
        sender=meanings["sender"],
        address=address,
        recipient=address.to(meanings["body"], language),
        day=today,
    )

"""The letters that chase public bodies as JSON."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import JSONBody

from notifications import chasers
from notifications.chasers import Letter, LetterLine, Letters
from notifications.commands import ApproveLetter, LetterFilter, SettleLetter, ShowLetter
from rti.core.attributes import from_attributes
from rti.core.i18n import Language
from rti.core.pagination import Page
from rti.core.roles import REQUESTS
from rti.core.validation import decode
from rti.models.messages import UNDECIDED
from rti.web.guards import Connection, only
from rti.web.inject import Found, Id, Now, Session, Today, Who
from rti.web.templating import WebRequest
from rti.web.transfers import READS


class LetterText(msgspec.Struct, frozen=True, kw_only=True):
    """A letter with its words; a draft before it is approved."""

    letter: LetterLine
    subject: str
    body: str


class LetterList(msgspec.Struct, frozen=True, kw_only=True):
    """One page; `next` goes into `after` for the page behind it."""

    letters: Sequence[LetterLine]
    next: str | None


def letter_view(found: Letter) -> LetterLine:
    row = found.letter
    return from_attributes(
        LetterLine,
        row,
        reference=found.request.reference,
        title=found.request.title,
        name_km=found.body.name_km,
        name_en=found.body.name_en,
        due_on=found.reminder.due_on,
        needed=found.running,
        to_address=found.sendable_to if row.state in UNDECIDED else row.to_address,
        sending=found.message.state if found.message else None,
    )


async def _text(
    session: Session, person: Who, letter_id: UUID, today: date, language: Language | None = None
) -> LetterText:
    found = await chasers.letter(session, person, letter_id)
    subject, body = await chasers.text_of(session, found, today, language)
    return LetterText(letter=letter_view(found), subject=subject, body=body)


def listed(connection: Connection) -> Letters:
    return Letters(decode(LetterFilter, dict(connection.query_params)))


@get("/api/letters", guards=[only(REQUESTS)], opt={READS: listed})
async def list_letters(found: Found[Page[LetterLine]]) -> LetterList:
    return LetterList(letters=found.items, next=found.next)


@get("/api/letters/{letter_id:uuid}", guards=[only(REQUESTS)])
async def show_letter(
    request: WebRequest, session: Session, person: Who, letter_id: Id, today: Today
) -> LetterText:
    language = decode(ShowLetter, dict(request.query_params)).language
    return await _text(session, person, letter_id, today, language)


@post("/api/letters/{letter_id:uuid}/approve", guards=[only(REQUESTS)])
async def approve_letter(
    request: WebRequest,
    letter_id: Id,
    data: JSONBody[ApproveLetter],
    session: Session,
    person: Who,
    now: Now,
    today: Today,
) -> LetterText:
    host = request.app.state.settings.mail_host
    await chasers.approve(session, person, letter_id, data, now, today, host=host)
    return await _text(session, person, letter_id, today)


@post("/api/letters/{letter_id:uuid}/dismiss", guards=[only(REQUESTS)])
async def dismiss_letter(session: Session, person: Who, letter_id: Id, now: Now, today: Today) -> LetterText:
    await chasers.dismiss(session, person, letter_id, now)
    return await _text(session, person, letter_id, today)


@post("/api/letters/{letter_id:uuid}/settle", guards=[only(REQUESTS)])
async def settle_letter(
    letter_id: Id, data: JSONBody[SettleLetter], session: Session, person: Who, now: Now, today: Today
) -> LetterText:
    await chasers.settle(session, person, letter_id, data.decision, now)
    return await _text(session, person, letter_id, today)


ROUTES = [list_letters, show_letter, approve_letter, dismiss_letter, settle_letter]

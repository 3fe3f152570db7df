"""Writing letters: typeset once, stored byte for byte with their text, and given out unchanged."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.core.db import new_id
from rti.core.errors import Altered, NotFound
from rti.core.i18n import Language
from rti.core.roles import Person
from rti.encryption.data_keys import DataKeys, keys_to_decrypt, keys_to_encrypt
from rti.files.typesetting import MADE_BY, pdf
from rti.letters.addressing import ADDRESSES
from rti.letters.commands import WriteLetter
from rti.letters.facts import Facts, facts_of, signed_by
from rti.letters.paper import Paper, document_of, words_of
from rti.letters.texts import Text, filled
from rti.letters.wording import text_of
from rti.models.audit import AuditAction
from rti.models.bodies import BodyKind, PublicBodyRow
from rti.models.campaigns import CampaignRow
from rti.models.cbos import CboRow
from rti.models.letters import LetterKind, WrittenLetterRow
from rti.models.requests import RequestRow
from rti.requests.evidence import Download, as_it_came
from rti.requests.queries import visible
from rti.requests.requester import not_hidden_from
from rti.statutes.queries import version_of

_ABOVE = {
    BodyKind.COMMUNE_ADMINISTRATION: (BodyKind.DISTRICT_ADMINISTRATION, 4),
    BodyKind.DISTRICT_ADMINISTRATION: (BodyKind.PROVINCE_ADMINISTRATION, 2),
}
"""The administration above another: its kind, and the number of digits of its area code."""


@dataclass(frozen=True, slots=True)
class Case:
    """A request with everything that a letter about it can name."""

    request: RequestRow
    body: PublicBodyRow
    cbo: CboRow
    campaign: CampaignRow | None


def with_names(
    requests: Select[RequestRow], person: Person
) -> Select[RequestRow, PublicBodyRow, CboRow, CampaignRow]:
    """The requests about which a person may write, each as the parts of a `Case`."""
    return (
        requests.where(not_hidden_from(person))
        .join(PublicBodyRow, PublicBodyRow.id == RequestRow.body_id)
        .join(CboRow, CboRow.id == RequestRow.cbo_id)
        .outerjoin(CampaignRow, CampaignRow.id == RequestRow.campaign_id)
        .add_columns(PublicBodyRow, CboRow, CampaignRow)
    )


async def case_of(session: AsyncSession, person: Person, request_id: UUID) -> Case:
    """For a sealed request only its own people, because the author and the day of a letter would reveal the organisation. Raises NotFound."""
    found = with_names(visible(person).where(RequestRow.id == request_id), person)
    row = (await session.execute(found)).one_or_none()
    if row is None:
        raise NotFound
    return Case(*row)


async def paper_of(session: AsyncSession, case: Case, command: WriteLetter, today: date) -> Paper:
    """The letter for a command, before it is typeset."""
    return (await papers_of(session, [case], command, today))[0]


async def papers_of(
    session: AsyncSession, cases: Sequence[Case], command: WriteLetter, today: date
) -> list[Paper]:
    """The same for many cases; what they share is queried once."""
    words = await text_of(session, command.kind, command.language)
    addressed = await _addressed(session, [case.body for case in cases], command.kind)
    wanted = {(case.request.statute_id, case.request.statute_version) for case in cases}
    statutes = {which: await version_of(session, *which) for which in wanted}
    papers = []
    for case in cases:
        request = case.request
        facts = await facts_of(
            session,
            request,
            body=case.body,
            sender=signed_by(request, case.cbo, case.campaign, command.language),
            due_on=request.due_on,
            statute=statutes[request.statute_id, request.statute_version],
            language=command.language,
        )
        usual = filled(words, facts.variables(command.kind, command.language, today))
        papers.append(_paper(facts, usual, addressed.get(case.body.id, case.body), command, today))
    return papers


def _paper(facts: Facts, usual: Text, addressed: PublicBodyRow, command: WriteLetter, today: date) -> Paper:
    address = ADDRESSES[addressed.kind]
    name = addressed.name_km if command.language is Language.KM else addressed.name_en
    return Paper(
        kind=command.kind,
        language=command.language,
        text=Text(command.subject or usual.subject, command.body or usual.body),
        reference=facts.reference,
        sender=facts.sender,
        address=address,
        recipient=command.recipient or address.to(name, command.language),
        day=today,
        place=command.place,
        through=command.through,
        about=command.about,
        attachments=_lines(command.attachments),
        copies=_lines(command.copies),
    )


async def _addressed(
    session: AsyncSession, bodies: Sequence[PublicBodyRow], kind: LetterKind
) -> Mapping[UUID, PublicBodyRow]:
    """The recipient if it is not the body: a complaint goes to the administration above it, if there is one."""
    wanted = {body.id: above for body in bodies if (above := _above(body))}
    if kind is not LetterKind.COMPLAINT or not wanted:
        return {}
    query = select(PublicBodyRow).where(
        tuple_(PublicBodyRow.kind, PublicBodyRow.area_code).in_(set(wanted.values()))
    )
    newest_first = await session.scalars(query.order_by(PublicBodyRow.code.desc()))
    found = {(body.kind, body.area_code): body for body in newest_first}
    return {body_id: found[above] for body_id, above in wanted.items() if above in found}


def _above(body: PublicBodyRow) -> tuple[BodyKind, str] | None:
    """The kind and area of the administration above one."""
    if body.kind not in _ABOVE or not body.area_code:
        return None
    kind, digits = _ABOVE[body.kind]
    return kind, body.area_code[:digits]


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


async def write(
    session: AsyncSession, person: Person, request_id: UUID, command: WriteLetter, now: datetime, today: date
) -> WrittenLetterRow:
    """Write a letter about a request, and keep it."""
    case = await case_of(session, person, request_id)
    return await keep(session, case.request, await paper_of(session, case, command, today), person, now)


async def keep(
    session: AsyncSession,
    request: RequestRow,
    paper: Paper,
    person: Person,
    now: datetime,
    *,
    proposal_id: UUID | None = None,
) -> WrittenLetterRow:
    """Typeset a letter and store it with its text."""
    content = await pdf(*document_of(paper))
    return (await keep_set(session, [(request, paper, content)], person, now, proposal_id=proposal_id))[0]


async def keep_set(
    session: AsyncSession,
    letters: Sequence[tuple[RequestRow, Paper, bytes]],
    person: Person,
    now: datetime,
    *,
    proposal_id: UUID | None = None,
) -> list[WrittenLetterRow]:
    """Store letters that were typeset."""
    keys = {
        cbo_id: await keys_to_encrypt(session, cbo_id, now)
        for cbo_id in sorted({request.cbo_id for request, _, _ in letters})
    }
    rows = []
    for request, paper, content in letters:
        letter = WrittenLetterRow(
            id=new_id(),
            cbo_id=request.cbo_id,
            request_id=request.id,
            proposal_id=proposal_id,
            kind=paper.kind,
            language=paper.language,
            written_at=now,
            written_by=person.id,
            made_by=MADE_BY,
            sha256=hashlib.sha256(content).digest(),
        )
        own = keys[request.cbo_id]
        letter.words = own.encrypt(WrittenLetterRow.words, letter.id, words_of(paper).encode())
        letter.content = own.encrypt(WrittenLetterRow.content, letter.id, content)
        rows.append(letter)
        about = {"about": request.id, "cbo_id": request.cbo_id}
        record(session, AuditAction.LETTER_WRITTEN, now, **about, letter=letter.id, kind=paper.kind)
    session.add_all(rows)
    await session.flush()
    return rows


async def letters_of(session: AsyncSession, request_id: UUID) -> Sequence[WrittenLetterRow]:
    """The letters of a request that its reader may see, newest first."""
    found = select(WrittenLetterRow).where(WrittenLetterRow.request_id == request_id)
    return (await session.scalars(found.order_by(WrittenLetterRow.id.desc()))).all()


async def written(
    session: AsyncSession, person: Person, request_id: UUID, written_id: UUID
) -> Download | Altered:
    """A letter as typeset, hashed again."""
    case = await case_of(session, person, request_id)
    letter = await session.get(WrittenLetterRow, written_id)
    if letter is None or letter.request_id != case.request.id:
        raise NotFound
    keys = await keys_to_decrypt(session, letter.cbo_id)
    sealed = await session.scalar(select(WrittenLetterRow.content).where(WrittenLetterRow.id == letter.id))
    content = as_it_was_set(keys, letter, sealed)
    if content is None:
        return Altered()
    return Download(f"{case.request.reference}-{letter.kind}.pdf", "application/pdf", content)


def as_it_was_set(keys: DataKeys, letter: WrittenLetterRow, sealed: bytes | None) -> bytes | None:
    """The PDF of a letter, hashed again; None if it was altered."""
    return as_it_came(keys, WrittenLetterRow.content, letter.id, sealed, letter.sha256)

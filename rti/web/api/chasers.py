"""The letters that chase public bodies as JSON."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import JSONBody

from notifications import chasers, deciding
from notifications.chasers import Letter, LetterLine, Letters
from notifications.commands import ApproveAll, ApproveLetter, LetterFilter, SettleLetter, ShowLetter
from rti.accounts.rate_limits import LimitedCall
from rti.core.attributes import from_attributes
from rti.core.i18n import Language
from rti.core.pagination import Page
from rti.core.roles import REQUESTS
from rti.core.validation import decode
from rti.models.messages import UNDECIDED
from rti.web.guards import Connection, only, rate_limited
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


class ProposalView(msgspec.Struct, frozen=True, kw_only=True):
    """Letters that one person proposed from a list at once."""

    proposed_by: UUID
    proposed_at: datetime
    name: str
    letters: Sequence[LetterLine]


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """How many letters were decided on."""

    letters: int


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
    await deciding.approve(session, person, letter_id, data, now, today, host=host)
    return await _text(session, person, letter_id, today)


@post("/api/letters/{letter_id:uuid}/dismiss", guards=[only(REQUESTS)])
async def dismiss_letter(session: Session, person: Who, letter_id: Id, now: Now, today: Today) -> LetterText:
    await deciding.dismiss(session, person, letter_id, now)
    return await _text(session, person, letter_id, today)


@post("/api/letters/{letter_id:uuid}/settle", guards=[only(REQUESTS)])
async def settle_letter(
    letter_id: Id, data: JSONBody[SettleLetter], session: Session, person: Who, now: Now, today: Today
) -> LetterText:
    await deciding.settle(session, person, letter_id, data.decision, now)
    return await _text(session, person, letter_id, today)


@get("/api/letters/proposals", guards=[only(REQUESTS)])
async def list_proposals(session: Session, person: Who) -> list[ProposalView]:
    """What was proposed from lists and waits for a second person."""
    return [
        from_attributes(ProposalView, each, letters=[letter_view(letter) for letter in each.letters])
        for each in await deciding.proposals(session, person)
    ]


@post("/api/letters/{letter_id:uuid}/all/approve", guards=[only(REQUESTS), rate_limited(LimitedCall.IMPORTS)])
async def approve_proposal(
    request: WebRequest,
    letter_id: Id,
    data: JSONBody[ApproveAll],
    session: Session,
    person: Who,
    now: Now,
    today: Today,
) -> Decided:
    """Approve a letter and all that were proposed with it, as they are; not for who proposed them."""
    host = request.app.state.settings.mail_host
    return Decided(
        letters=await deciding.approve_all(session, person, letter_id, data, now, today, host=host)
    )


@post("/api/letters/{letter_id:uuid}/all/dismiss", guards=[only(REQUESTS), rate_limited(LimitedCall.IMPORTS)])
async def dismiss_proposal(session: Session, person: Who, letter_id: Id, now: Now) -> Decided:
    """Dismiss a letter and all that were proposed with it."""
    return Decided(letters=await deciding.dismiss_all(session, person, letter_id, now))


ROUTES = [
    list_letters,
    show_letter,
    approve_letter,
    dismiss_letter,
    settle_letter,
    list_proposals,
    approve_proposal,
    dismiss_proposal,
]

"""The letters that chase public bodies as JSON."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import JSONBody

from notifications import chasers
from notifications.chasers import Letter
from notifications.commands import ApproveLetter, LetterFilter, SettleLetter, ShowLetter
from rti.core.attributes import from_attributes
from rti.core.i18n import Language
from rti.core.roles import REQUESTS
from rti.core.validation import decode
from rti.models.messages import UNDECIDED, LetterState, MessageState
from rti.web.guards import only
from rti.web.inject import Id, Now, Session, Today, Who
from rti.web.templating import WebRequest


class LetterView(msgspec.Struct, frozen=True, kw_only=True):
    """A letter; `needed` while what it asks for is still to come.

    `to_address` is None where it is to be printed and handed over, and `sending` where it was not sent.
    """

    id: UUID
    request_id: UUID
    state: LetterState
    due_on: date
    needed: bool
    proposed_at: datetime
    decided_at: datetime | None
    to_address: str | None
    sending: MessageState | None


class LetterText(msgspec.Struct, frozen=True, kw_only=True):
    """A letter with its words; a draft before it is approved."""

    letter: LetterView
    subject: str
    body: str


class LetterList(msgspec.Struct, frozen=True, kw_only=True):
    """One page; `next` goes into `after` for the page behind it."""

    letters: list[LetterView]
    next: str | None


def letter_view(found: Letter) -> LetterView:
    row = found.letter
    return from_attributes(
        LetterView,
        row,
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


@get("/api/letters", guards=[only(REQUESTS)])
async def list_letters(request: WebRequest, session: Session, person: Who) -> LetterList:
    found = await chasers.letters(session, person, decode(LetterFilter, dict(request.query_params)))
    return LetterList(letters=[letter_view(each) for each in found.items], next=found.next)


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

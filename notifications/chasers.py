"""Letters that chase a public body: courteous, no more certain than the law, and approved by a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from notifications.commands import LetterFilter
from rti.core import i18n
from rti.core.asking import ReadBy, Statement, decoder, selected
from rti.core.db_roles import Login
from rti.core.errors import NotFound
from rti.core.i18n import Language
from rti.core.pagination import PAGE_SIZE, Page, decode_cursor, decode_moment, page_of
from rti.core.roles import Person
from rti.core.visibility import REQUESTS_SEEN, visible_under
from rti.law.deadlines import ClockState
from rti.law.reminders import About
from rti.letters.facts import Facts, facts_of, signed_by
from rti.models.bodies import PublicBodyRow
from rti.models.campaigns import CampaignRow
from rti.models.cbos import CboRow
from rti.models.letters import WrittenLetterRow
from rti.models.messages import (
    UNDECIDED,
    LetterRow,
    LetterState,
    MessageRow,
    MessageState,
    ReminderRow,
)
from rti.models.requests import DeadlineRow, Filing, RequestRow
from rti.requests.queries import seen_by, visible
from rti.requests.requester import not_hidden_from
from rti.statutes.queries import version_of


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter with everything its page shows; `running` while what it asks for has not arrived."""

    letter: LetterRow
    reminder: ReminderRow
    request: RequestRow
    body: PublicBodyRow
    cbo: CboRow
    campaign: CampaignRow | None
    message: MessageRow | None
    running: bool

    @property
    def open(self) -> bool:
        """Whether it waits for somebody to approve or dismiss it."""
        return self.letter.state in UNDECIDED and self.running

    @property
    def sendable_to(self) -> str | None:
        """The address to which it would go, None where it is to be printed and handed over."""
        return self.body.email or None if self.cbo.sends_messages else None


def _letters(
    mine: Select[UUID],
) -> Select[LetterRow, ReminderRow, RequestRow, PublicBodyRow, CboRow, CampaignRow, MessageRow, bool]:
    """The letters of those requests."""
    return (
        select(
            LetterRow,
            ReminderRow,
            RequestRow,
            PublicBodyRow,
            CboRow,
            CampaignRow,
            MessageRow,
            _RUNNING,
        )
        .select_from(LetterRow)
        .join(ReminderRow, ReminderRow.id == LetterRow.reminder_id)
        .join(RequestRow, RequestRow.id == LetterRow.request_id)
        .join(PublicBodyRow, PublicBodyRow.id == RequestRow.body_id)
        .join(CboRow, CboRow.id == LetterRow.cbo_id)
        .outerjoin(CampaignRow, CampaignRow.id == RequestRow.campaign_id)
        .outerjoin(MessageRow, MessageRow.letter_id == LetterRow.id)
        .outerjoin(
            DeadlineRow,
            and_(
                DeadlineRow.request_id == ReminderRow.request_id,
                DeadlineRow.kind == ReminderRow.clock,
                DeadlineRow.epoch == ReminderRow.epoch,
                DeadlineRow.due_on == ReminderRow.due_on,
                DeadlineRow.state == literal_column(f"'{ClockState.RUNNING}'"),
            ),
        )
        .where(LetterRow.request_id.in_(mine))
    )


_RUNNING = and_(DeadlineRow.request_id.is_not(None), RequestRow.body_known)


class LetterLine(msgspec.Struct, frozen=True, kw_only=True):
    """A letter in a list; `needed` while what it asks for has not arrived.

    `to_address` is None if it is to be printed and handed over, `sending` if it was not sent, `proposed_by` if a
    rule proposed it.
    """

    id: UUID
    request_id: UUID
    reference: str
    title: str
    name_km: str
    name_en: str
    state: LetterState
    due_on: date
    needed: bool
    proposed_at: datetime
    proposed_by: UUID | None
    decided_at: datetime | None
    to_address: str | None
    sending: MessageState | None


@dataclass(frozen=True, slots=True)
class Letters:
    """Letters, newest first; undecided ones only while they are needed."""

    wanted: LetterFilter

    def asked(self, login: Login) -> Statement | None:
        if login not in REQUESTS_SEEN:
            return None
        given = frozenset(name for name in ("request_id", "after") if getattr(self.wanted, name))
        return _list(login, given, undecided=self.wanted.state in UNDECIDED)

    def values(self) -> Mapping[str, Any]:
        given = msgspec.structs.asdict(self.wanted)
        if self.wanted.after:
            given["after_at"], given["after_id"] = decode_cursor(self.wanted.after, decode_moment, UUID)
        return given

    def view(self, answer: str | None, by: ReadBy) -> Page[LetterLine]:  # noqa: ARG002 -- the same to all
        found = decoder(list[LetterLine])(answer or "[]")
        return page_of(found, PAGE_SIZE, lambda each: (each.proposed_at.isoformat(), str(each.id)))


@cache
def _list(login: Login, given: frozenset[str], *, undecided: bool) -> Statement:
    """The statement of a list with these filters.

    Only its own people see those of a sealed request: who can send them, when, and who decided would reveal the organisation.
    """
    mine = seen_by(visible_under(login)).with_only_columns(RequestRow.id)
    if login is not Login.CBO:
        mine = mine.where(RequestRow.filing != literal_column(f"'{Filing.SEALED}'"))
    query = _letters(mine).where(LetterRow.state == bindparam("state", type_=Text))
    if undecided:
        query = query.where(_RUNNING)
    if "request_id" in given:
        query = query.where(LetterRow.request_id == bindparam("request_id", type_=Uuid))
    if "after" in given:
        mark = bindparam("after_at", type_=DateTime(timezone=True)), bindparam("after_id", type_=Uuid)
        query = query.where(tuple_(LetterRow.proposed_at, LetterRow.id) < tuple_(*mark))
    sent_to = case((CboRow.sends_messages, func.nullif(PublicBodyRow.email, literal_column("''"))))
    others = {
        "reference": RequestRow.reference,
        "title": RequestRow.title,
        "name_km": PublicBodyRow.name_km,
        "name_en": PublicBodyRow.name_en,
        "due_on": ReminderRow.due_on,
        "needed": _RUNNING,
        "to_address": sent_to if undecided else LetterRow.to_address,
        "sending": MessageRow.state,
    }
    query = query.order_by(LetterRow.proposed_at.desc(), LetterRow.id.desc())
    return selected(LetterLine, query.limit(literal_column(str(PAGE_SIZE + 1))), LetterRow, **others)


async def letters_seen(
    session: AsyncSession, person: Person, *which: ColumnElement[bool]
) -> Sequence[Letter]:
    """The letters about which a person may decide, newest first."""
    mine = visible(person).with_only_columns(RequestRow.id).where(not_hidden_from(person))
    query = _letters(mine).where(*which)
    newest = query.order_by(LetterRow.proposed_at.desc(), LetterRow.proposed_by, RequestRow.reference)
    return [Letter(*row) for row in await session.execute(newest)]


async def letter(session: AsyncSession, person: Person, letter_id: UUID) -> Letter:
    """One letter; a missing one and one of somebody else look the same."""
    for found in await letters_seen(session, person, LetterRow.id == letter_id):
        return found
    raise NotFound


async def text_of(
    session: AsyncSession, found: Letter, today: date, language: Language | None = None
) -> tuple[str, str]:
    """Subject and body as approved; before that a draft in `language`, by default Khmer."""
    if found.letter.subject is not None:
        return found.letter.subject, found.letter.body or ""
    chosen = Language(language or found.letter.language)
    about = next(about for about in About if found.reminder.clock in about.clocks)
    facts = await _facts(session, found, chosen)
    return draft(facts, about, chosen, today, printed=found.sendable_to is None)


async def _facts(session: AsyncSession, found: Letter, language: Language) -> Facts:
    request = found.request
    return await facts_of(
        session,
        request,
        body=found.body,
        sender=signed_by(request, found.cbo, found.campaign, language),
        due_on=found.reminder.due_on,
        statute=await version_of(session, request.statute_id, request.statute_version),
        language=language,
    )


async def printed(session: AsyncSession, letter_id: UUID) -> UUID | None:
    """The written letter that a proposal has become, where it was not sent."""
    paper = select(WrittenLetterRow.id).where(WrittenLetterRow.proposal_id == letter_id)
    return await session.scalar(paper)


def draft(
    facts: Facts, about: About, language: Language, today: date, *, printed: bool = False
) -> tuple[str, str]:
    """Subject and body of the letter in `language`, as of `today`; on paper, address and closing are added."""
    _ = i18n.translator(language)
    subject = _("Request for information: {title}").format(title=" ".join(facts.title.split()))
    paragraphs = [
        facts.asked(language),
        facts.expected(language),
        _missing(about, _).format(today=i18n.show_date(today, language)),
    ]
    if not printed:
        closing = _("Yours faithfully,") + "\n" + facts.sender
        paragraphs = [_("To: {body}").format(body=facts.body), *paragraphs, closing]
    return subject, "\n\n".join(paragraphs)


def _missing(about: About, _: i18n.Translate) -> str:
    if about is About.ACKNOWLEDGEMENT:
        return _(
            "As of today, {today}, we have not received an acknowledgement. Please let us know whether you have "
            "received the request."
        )
    return _(
        "As of today, {today}, we have not received an answer. We would be grateful for an answer, or for "
        "the date by which we can expect one."
    )

"""Letters that chase a public body: drafted courteously and no more certain than the law is, approved by a person."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, and_, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from notifications.commands import ApproveLetter, LetterFilter
from rti.audit.record import record
from rti.core import i18n
from rti.core.errors import Conflict, NotFound, say
from rti.core.i18n import Language
from rti.core.pagination import PAGE_SIZE, Page, decode_cursor, decode_moment, page_of
from rti.core.roles import Person
from rti.law.deadlines import ClockState
from rti.law.events import effective
from rti.law.reminders import About
from rti.models.audit import AuditAction
from rti.models.bodies import PublicBodyRow
from rti.models.campaigns import CampaignRow
from rti.models.cbos import CboRow
from rti.models.messages import (
    UNDECIDED,
    Decision,
    LetterRow,
    LetterState,
    MessageKind,
    MessageRow,
    MessageState,
    ReminderRow,
)
from rti.models.requests import DeadlineRow, Filing, RequestRow
from rti.requests.projection import to_law
from rti.requests.queries import events_of, visible
from rti.requests.requester import not_hidden_from
from rti.statutes.queries import version_of


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter with all that its page shows; `running` while what it asks for is still to come."""

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
    person: Person,
) -> Select[LetterRow, ReminderRow, RequestRow, PublicBodyRow, CboRow, CampaignRow, MessageRow, bool]:
    """Those of a sealed request are for its own people: who can send it, when, and who decided, tells whose it is."""
    mine = visible(person).with_only_columns(RequestRow.id).where(not_hidden_from(person))
    return (
        select(
            LetterRow,
            ReminderRow,
            RequestRow,
            PublicBodyRow,
            CboRow,
            CampaignRow,
            MessageRow,
            and_(DeadlineRow.request_id.is_not(None), RequestRow.body_known),
        )
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
                DeadlineRow.state == ClockState.RUNNING,
            ),
        )
        .where(LetterRow.request_id.in_(mine))
    )


async def letters(session: AsyncSession, person: Person, wanted: LetterFilter) -> Page[Letter]:
    """Letters, the newest first; of those that nobody has decided on the ones that are still needed."""
    query = _letters(person).where(LetterRow.state == wanted.state)
    if wanted.state in UNDECIDED:
        query = query.where(DeadlineRow.request_id.is_not(None), RequestRow.body_known)
    if wanted.request_id:
        query = query.where(LetterRow.request_id == wanted.request_id)
    if wanted.after:
        behind = decode_cursor(wanted.after, decode_moment, UUID)
        query = query.where(tuple_(LetterRow.proposed_at, LetterRow.id) < behind)
    query = query.order_by(LetterRow.proposed_at.desc(), LetterRow.id.desc()).limit(PAGE_SIZE + 1)
    found = [Letter(*row) for row in await session.execute(query)]
    return page_of(found, PAGE_SIZE, lambda each: (each.letter.proposed_at.isoformat(), str(each.letter.id)))


async def letter(session: AsyncSession, person: Person, letter_id: UUID) -> Letter:
    """One letter; a missing one and one of somebody else look the same."""
    row = (await session.execute(_letters(person).where(LetterRow.id == letter_id))).one_or_none()
    if row is None:
        raise NotFound
    return Letter(*row)


async def text_of(
    session: AsyncSession, found: Letter, today: date, language: Language | None = None
) -> tuple[str, str]:
    """The subject and body that were approved, before that a draft in `language` or else in Khmer."""
    if found.letter.subject is not None:
        return found.letter.subject, found.letter.body or ""
    km = (language or found.letter.language) == Language.KM
    request = found.request
    statute = await version_of(session, request.statute_id, request.statute_version)
    chased = Chased(
        about=next(about for about in About if found.reminder.clock in about.clocks),
        title=request.title,
        reference=request.reference,
        body_name=found.body.name_km if km else found.body.name_en,
        signed_by=_signature(found, km=km),
        handed_over_on=request.submitted_on or request.received_on,
        passed_on_on=await _passed_on(session, request),
        due_on=found.reminder.due_on,
        statute=(statute.name.km if km else statute.name.en) if request.binding else None,
    )
    return draft(chased, Language.KM if km else Language.EN, today)


async def _passed_on(session: AsyncSession, request: RequestRow) -> date | None:
    """The day on which the request came to this body from another one."""
    if request.body_id == request.first_body_id:
        return None
    standing = effective([to_law(event) for event in await events_of(session, request.id)])
    days = [event.on for event in standing if event.to_body]
    return days[-1] if days else None


def _signature(found: Letter, *, km: bool) -> str | None:
    """Who signs: the organisation, or the campaign where it asks through that or is not to be known."""
    named = found.cbo if found.request.filing is Filing.ITSELF else found.campaign
    return (named.name_km if km else named.name_en) if named else None


async def approve(
    session: AsyncSession,
    person: Person,
    letter_id: UUID,
    command: ApproveLetter,
    now: datetime,
    *,
    host: str,
) -> None:
    """Let a letter go: as a message where the body has an address, else to be printed and handed over.

    `host` is the right side of its Message-ID. Raises Conflict where it is not needed or was decided.
    """
    found = await letter(session, person, letter_id)
    if not found.running:
        raise Conflict(say("This letter is no longer needed: what it asks for has arrived or changed"))
    chosen = {
        "to_address": found.sendable_to,
        "language": command.language,
        "subject": command.subject,
        "body": command.body,
    }
    await _decide(session, found, person, now, state=LetterState.APPROVED, **chosen)
    if found.sendable_to:
        reminder = found.reminder
        digest = hashlib.sha256(f"letter:{letter_id}".encode()).hexdigest()[:32]
        # Only these columns: with the others this login could write to a person.
        queued = insert(MessageRow).values(
            letter_id=letter_id,
            kind=MessageKind.LETTER,
            values={"rule": reminder.rule, "clock": reminder.clock, "due_on": reminder.due_on.isoformat()},
            message_id=f"<{digest}@{host}>",
            next_attempt_at=now,
            created_at=now,
            **chosen,
        )
        await session.execute(queued)


async def dismiss(session: AsyncSession, person: Person, letter_id: UUID, now: datetime) -> None:
    """This letter is not to go; nothing proposes it again for the same due date."""
    await _decide(session, await letter(session, person, letter_id), person, now, state=LetterState.DISMISSED)


async def _decide(
    session: AsyncSession, found: Letter, person: Person, now: datetime, **values: object
) -> None:
    """Decide once: the first of two people wins."""
    undecided = (LetterRow.id == found.letter.id, LetterRow.state.in_(UNDECIDED))
    decided = update(LetterRow).where(*undecided).values(decided_at=now, decided_by=person.id, **values)
    if (await session.execute(decided.returning(LetterRow.id))).one_or_none() is None:
        raise Conflict(say("Someone has already decided on this letter"))
    record(
        session,
        AuditAction.LETTER_DECIDED,
        now,
        about=found.request.id,
        cbo_id=found.letter.cbo_id,
        letter=found.letter.id,
        state=values["state"],
    )


async def settle(
    session: AsyncSession, person: Person, letter_id: UUID, decision: Decision, now: datetime
) -> None:
    """Say of a letter of which nobody knows whether it arrived that it did, or send the same once more."""
    found = await letter(session, person, letter_id)
    arrived = {"state": MessageState.ACCEPTED, "finished_at": now}
    again = {"state": MessageState.QUEUED, "finished_at": None, "next_attempt_at": now}
    unknown = (MessageRow.letter_id == found.letter.id, MessageRow.state == MessageState.UNKNOWN)
    settled = update(MessageRow).where(*unknown).values(arrived if decision is Decision.ARRIVED else again)
    if (await session.execute(settled.returning(MessageRow.id))).one_or_none() is None:
        raise Conflict(say("The delivery of this letter is not in question"))


@dataclass(frozen=True, slots=True)
class Chased:
    """What a letter names: what the body must know to find the request again, and nobody in person.

    `passed_on_on` is the day on which another body passed the request on to this one, if one did.
    `statute` is None where no law in force gives the date; the letter then claims none. `signed_by` is
    None where nobody is to be named.
    """

    about: About
    title: str
    reference: str
    body_name: str
    signed_by: str | None
    handed_over_on: date | None
    passed_on_on: date | None
    due_on: date
    statute: str | None


def draft(chased: Chased, language: str, today: date) -> tuple[str, str]:
    """Subject and body of the letter in `language`, as of `today`."""
    _ = i18n.translator(language)

    def shown(day: date) -> str:
        return i18n.show_date(day, language)

    subject = _("Request for information: {title}").format(title=" ".join(chased.title.split()))
    paragraphs = [
        _("To: {body}").format(body=chased.body_name),
        _asked(chased, _, shown),
        _expected(chased, _, shown),
        _missing(chased, _).format(today=shown(today)),
        _("Yours faithfully,") + "\n" + (chased.signed_by or _("A community-based organisation")),
    ]
    return subject, "\n\n".join(paragraphs)


def _asked(chased: Chased, _: i18n.Translate, shown: Callable[[date], str]) -> str:
    if chased.passed_on_on:
        said = _(
            "On {day} our request for information was passed on to you: {title}. Our reference is {reference}."
        )
        return said.format(day=shown(chased.passed_on_on), title=chased.title, reference=chased.reference)
    if chased.handed_over_on is None:
        said = _("We have asked you for the following information: {title}. Our reference is {reference}.")
        return said.format(title=chased.title, reference=chased.reference)
    said = _("On {day} we submitted a request for information: {title}. Our reference is {reference}.")
    return said.format(day=shown(chased.handed_over_on), title=chased.title, reference=chased.reference)


def _expected(chased: Chased, _: i18n.Translate, shown: Callable[[date], str]) -> str:
    if chased.statute:
        said = _("Under {statute}, the time limit for this ended on {due}.")
        return said.format(statute=chased.statute, due=shown(chased.due_on))
    return _("We had hoped for it by {due}.").format(due=shown(chased.due_on))


def _missing(chased: Chased, _: i18n.Translate) -> str:
    if chased.about is About.ACKNOWLEDGEMENT:
        return _(
            "As of today, {today}, we have not received an acknowledgement. Please let us know whether you have "
            "received the request."
        )
    return _(
        "As of today, {today}, we have not received an answer. We would be grateful for an answer, or for "
        "the date by which we can expect one."
    )

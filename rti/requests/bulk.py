"""The same for many requests: these 24 were handed over on Tuesday, no reminders for those before May.

First a preview says whom it hits and why the others are left out. Then a job does it, to those that the preview named and
to no others, and keeps what it did, so that it can be undone.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

import msgspec
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core import wallclock
from rti.core.errors import Conflict, Invalid, Message, NotFound, Problem, invalid, say
from rti.core.roles import Person
from rti.jobs import queue, reports
from rti.jobs.worker import Work
from rti.law.events import EventKind
from rti.law.statutes import Statute
from rti.models.jobs import JobKind, JobRow
from rti.models.requests import EventRow, RequestRow
from rti.requests import assigning, proposing, snoozing
from rti.requests.actions import locked, record_event
from rti.requests.assigning import Sight
from rti.requests.checks import event_faults
from rti.requests.commands import (
    ActOnMany,
    BulkAct,
    RecordEvent,
    RecordForMany,
    SnoozeRequest,
    lines_of,
)
from rti.requests.projection import to_law
from rti.requests.queries import matching
from rti.requests.references import is_whole
from rti.statutes.queries import version_of

MOST_AT_ONCE = 1_000
"""Requests at once; with more the job takes minutes, and blocks others who want to change one of them."""
FOR_MANY = (
    EventKind.SUBMITTED,
    EventKind.REFUSED_AT_COUNTER,
    EventKind.UNABLE_TO_SUBMIT,
    EventKind.RECEIVED,
    EventKind.REGISTERED,
    EventKind.ACKNOWLEDGED,
    EventKind.RETURNED,
    EventKind.WITHDRAWN,
    EventKind.REVIEW_REQUESTED,
    EventKind.COMPLAINT_FILED,
)
"""The events that can be recorded for many requests; each answer has its own outcome."""


class Excluded(msgspec.Struct, frozen=True):
    """A request that is left out, and why."""

    reference: str
    reason: Message


class Hit(msgspec.Struct, frozen=True):
    """An affected request, the campaign in which it was before, and the event that was recorded."""

    id: UUID
    reference: str
    campaign_id: UUID | None = None
    event_id: UUID | None = None


class IntoCampaign(msgspec.Struct, frozen=True):
    """A campaign or None, and why requests are put there."""

    campaign_id: UUID | None
    reason: str


class Order(msgspec.Struct, frozen=True):
    """Whom a job is about, with the event, snooze or campaign."""

    hits: Sequence[Hit]
    event: RecordEvent | None = None
    snooze: SnoozeRequest | None = None
    into: IntoCampaign | None = None


class Report(msgspec.Struct, frozen=True):
    """The result, and whether it was an undo."""

    done: list[Hit]
    excluded: list[Excluded]
    undid: bool = False


class Act(msgspec.Struct, frozen=True):
    """What of an order everybody may see who sees the job."""

    act: BulkAct
    undo: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The requests affected, those left out, and who sees other requests afterwards."""

    order: Order
    excluded: Sequence[Excluded]
    sight: Sight = field(default_factory=Sight)

    @property
    def preview(self) -> str:
        """A digest of all that it says of the requests that are affected."""
        return hashlib.sha256(msgspec.json.encode([self.order.hits, self.sight])).hexdigest()[:16]


async def counted(session: AsyncSession, person: Person, wanted: ActOnMany, today: date) -> int:
    """How many requests a list has."""
    ids = _listed(person, wanted, today).with_only_columns(RequestRow.id)
    return await session.scalar(select(func.count()).select_from(ids.subquery())) or 0


def _listed(person: Person, wanted: ActOnMany, today: date) -> Select[RequestRow]:
    found = matching(person, wanted, today)
    return found.where(RequestRow.id == wanted.request_id) if wanted.request_id else found


async def planned(session: AsyncSession, person: Person, command: ActOnMany, today: date) -> Plan:
    """A preview; raises Invalid for an event that cannot be recorded like this, or too many requests."""
    event, snooze = _event(command), _snooze(command, today)
    into = await _into(session, person, command)
    found = _listed(person, command, today).order_by(RequestRow.reference, RequestRow.id)
    requests = (await session.scalars(found.limit(MOST_AT_ONCE + 1))).all()
    if len(requests) > MOST_AT_ONCE:
        message = say("This is done to at most {count} requests at once. Narrow the list", count=MOST_AT_ONCE)
        raise invalid("act", message)
    named = Counter(each.reference for each in requests)
    by_name = {each: say("You left it out") for each in lines_of(command.leave_out)}
    missing = {*lines_of(command.only), *by_name} - {*named}
    excluded = [Excluded(each, _no_such(each)) for each in sorted(missing)]
    if command.only:
        by_name |= {each: _several(each) for each, count in named.items() if count > 1}
    reasons: Mapping[UUID, Message] = {}
    if event:
        reasons = await _reasons(session, requests, event, today)
    elif command.act is BulkAct.CHASE:
        reasons = await proposing.hindrances(session, person, requests, today)
    elif into:
        reasons = await assigning.hindrances(session, requests, into.campaign_id)
    hits = []
    for each in requests:
        if reason := by_name.get(each.reference) or reasons.get(each.id):
            excluded.append(Excluded(each.reference, reason))
        else:
            hits.append(each)
    sight = await assigning.sight(session, person, hits, into.campaign_id) if into else Sight()
    named_hits = [Hit(each.id, each.reference, each.campaign_id) for each in hits]
    return Plan(Order(named_hits, event, snooze, into), excluded, sight)


def _no_such(reference: str) -> Message:
    if is_whole(reference):
        return say("There is no request with the reference {name}", name=reference)
    return say("There is no request {name}. One of its characters may have been misread", name=reference)


def _several(reference: str) -> Message:
    return say("Several requests have the reference {name}. Do this on their pages", name=reference)


def _event(command: ActOnMany) -> RecordEvent | None:
    if command.act is not BulkAct.RECORD:
        return None
    if command.kind is None:
        raise invalid("kind", say("Choose what happened"))
    if command.kind not in FOR_MANY:
        raise invalid("kind", say("Record this event on the page of each request"))
    if command.happened_on is None:
        raise invalid("happened_on", say("Enter the day on which it happened"))
    return RecordEvent(
        kind=command.kind, happened_on=command.happened_on, medium=command.medium, note=command.reason
    )


def _snooze(command: ActOnMany, today: date) -> SnoozeRequest | None:
    if command.act is not BulkAct.SNOOZE:
        return None
    if not command.reason:
        raise invalid("reason", say("Say why, so that others understand it later"))
    if command.until is None:
        raise invalid("until", say("Choose the day until which reminders are snoozed"))
    snoozing.check(command.until, today)
    return SnoozeRequest(until=command.until, reason=command.reason)


async def _into(session: AsyncSession, person: Person, command: ActOnMany) -> IntoCampaign | None:
    if command.act is not BulkAct.ASSIGN:
        return None
    campaign = await assigning.chosen(session, person, command.campaign)
    return IntoCampaign(campaign.id if campaign else None, command.reason)


async def _reasons(
    session: AsyncSession, requests: Sequence[RequestRow], event: RecordEvent, today: date
) -> Mapping[UUID, Message]:
    """The reasons for requests for which the event cannot be recorded."""
    ids = [each.id for each in requests]
    rows = await session.scalars(
        select(EventRow)
        .where(EventRow.request_id.in_(ids))
        .order_by(EventRow.request_id, EventRow.happened_on, EventRow.id)
    )
    earlier = {key: [to_law(each) for each in of] for key, of in groupby(rows, lambda row: row.request_id)}
    statutes: dict[tuple[str, int], Statute] = {}
    found = {}
    for each in requests:
        version = each.statute_id, each.statute_version
        if version not in statutes:
            statutes[version] = await version_of(session, *version)
        if faults := event_faults(event, earlier.get(each.id, []), today, statutes[version]):
            found[each.id] = faults[0].message
    return found


async def ask_for_many(
    session: AsyncSession, person: Person, command: ActOnMany, secret: str, now: datetime, today: date
) -> JobRow | Plan:
    """Add the job that does it where that was previewed, else tell what it would do."""
    plan = await planned(session, person, command, today)
    as_seen = command.hits == len(plan.order.hits) and command.preview in {"", plan.preview}
    if not plan.order.hits or not as_seen:
        return plan
    return await _added(session, person, Act(command.act), plan.order, secret, now)


async def ask_to_undo(
    session: AsyncSession, person: Person, job: JobRow, secret: str, now: datetime
) -> JobRow:
    """Add the job that takes back what another did; raises Invalid where that has done nothing."""
    report = await report_of(session, job, secret)
    if report is None or not report.done or report.undid:
        raise invalid("job", say("There is nothing to undo"))
    act = msgspec.convert(job.arguments, Act)
    return await _added(session, person, Act(act.act, undo=True), Order(report.done), secret, now)


async def _added(
    session: AsyncSession, person: Person, act: Act, order: Order, secret: str, now: datetime
) -> JobRow:
    job = queue.added(person, JobKind.MANY, act, len(order.hits), now)
    reports.give(job, secret, "many", msgspec.json.encode(order))
    session.add(job)
    await session.flush()
    return job


async def act_on_many(work: Work) -> bytes:
    """Do what the job says, one request after the other; what cannot be any more is told. Returns the sealed report."""
    gone = say("This preview can no longer be opened; start again")
    order = msgspec.json.decode(reports.given(work, "many", gone), type=Order)
    today = wallclock.day_of(work.now, work.settings.timezone)
    act = msgspec.convert(work.job.arguments, Act)
    report = Report([], [], act.undo)
    for hit in order.hits:
        try:
            async with work.session.begin_nested():
                event_id = await (_undo(work, act, hit, today) if act.undo else _do(work, order, hit, today))
            report.done.append(msgspec.structs.replace(hit, event_id=event_id))
        except Problem as wrong:
            report.excluded.append(Excluded(hit.reference, _why(wrong)))
        work.progress.done += 1
    return reports.sealed(work, "many", msgspec.json.encode(report, enc_hook=str))


async def _do(work: Work, order: Order, hit: Hit, today: date) -> UUID | None:
    if order.event:
        row = await record_event(work.session, hit.id, order.event, work.person, work.now, today)
        return row.id
    if order.into:
        return await _put(work, order.into, hit, today)
    if order.snooze:
        await snoozing.snooze(work.session, hit.id, order.snooze, work.person, work.now, today)
    else:
        await proposing.propose(work.session, hit.id, work.person, work.now, today)
    return None


async def _put(work: Work, into: IntoCampaign, hit: Hit, today: date) -> UUID:
    request = await locked(work.session, hit.id, work.person)
    if request.campaign_id not in {hit.campaign_id, into.campaign_id}:
        raise Conflict(assigning.CHANGED_SINCE)
    row = await assigning.put(
        work.session, request, into.campaign_id, into.reason, work.person, work.now, today
    )
    return row.id


async def _undo(work: Work, act: Act, hit: Hit, today: date) -> None:
    """An event is corrected, as everything that was recorded wrongly; a snooze ends, a letter is dismissed, and a request
    is put back where it was."""
    if act.act is BulkAct.ASSIGN and hit.event_id:
        about = (hit.id, hit.campaign_id, hit.event_id)
        await assigning.put_back(work.session, *about, work.person, work.now, today)
        return
    if act.act is BulkAct.CHASE:
        await proposing.withdraw(work.session, hit.id, work.person, work.now)
        return
    if hit.event_id is None:
        await snoozing.end(work.session, hit.id, work.person, work.now)
        return
    undoing = RecordEvent(kind=EventKind.CORRECTED, happened_on=today, voids=hit.event_id)
    await record_event(work.session, hit.id, undoing, work.person, work.now, today)


def _why(wrong: Problem) -> Message:
    if isinstance(wrong, NotFound):
        return say("You can no longer see it")
    return wrong.faults[0].message if isinstance(wrong, Invalid) else wrong.detail


async def report_of(session: AsyncSession, job: JobRow, secret: str) -> Report | None:
    """The result of a job, once it is done."""
    gone = say("This result can no longer be opened. The pages of the requests show what was done")
    plain = await reports.report_of(session, job, secret, "many", gone)
    return msgspec.json.decode(plain, type=Report) if plain else None


async def record_for_many(
    session: AsyncSession, command: RecordForMany, person: Person, now: datetime, today: date
) -> int:
    """Record an event at once for each request, or for none; returns for how many.

    Raises Invalid, naming the first that cannot have it.
    """
    wanted = ActOnMany(
        kind=command.kind,
        happened_on=command.happened_on,
        medium=command.medium,
        reason=command.note,
        only=command.references,
    )
    plan = await planned(session, person, wanted, today)
    if plan.excluded:
        first = plan.excluded[0]
        raise invalid("references", say("{name}: {reason}", name=first.reference, reason=first.reason))
    if plan.order.event:
        for hit in plan.order.hits:
            await record_event(session, hit.id, plan.order.event, person, now, today)
    return len(plan.order.hits)

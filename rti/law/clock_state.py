"""One clock, carried through the events of a case."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from rti.law.calendars import Calendar
from rti.law.counting import last_day, rolled
from rti.law.events import Event, EventKind
from rti.law.explanations import Step, Value
from rti.law.limits import Limit, Unit, parse_limit
from rti.law.rounds import INTAKE, sent_back
from rti.law.rules import (
    Anchor,
    Clock,
    Counting,
    Extension,
    FirstDay,
    Receipt,
    Stop,
    StopKind,
    Term,
    TransferEffect,
)
from rti.law.statutes import Statute

_ONE_DAY: Final = timedelta(days=1)
_END_OF_DAY: Final = time(23, 59)


@dataclass(frozen=True, slots=True)
class Case:
    """The basis of a clock: the statute, the calendar, and the effective events, in order."""

    statute: Statute
    calendar: Calendar
    history: tuple[Event, ...]

    def first(self, kind: EventKind) -> Event | None:
        """The first event of a kind."""
        return next((event for event in self.history if event.kind is kind), None)


class Running(NamedTuple):
    """A clock that has started. `end` is the last day before the cap and the roll, `end_at` for hours."""

    clock: Clock
    counting: Counting
    term: Term
    start: date
    end: date | None
    base_end: date | None
    epoch: int
    end_at: datetime | None = None
    at: datetime | None = None
    confirmed: bool = True
    open_stops: tuple[tuple[Stop, Event], ...] = ()
    stopped_from: date | None = None
    stopped_until: date | None = None
    stops_used: tuple[Stop, ...] = ()
    extensions: int = 0
    looked_up: bool = False
    """Whether the end depends on the calendar."""
    awaits_receipt: bool = False
    met_on: date | None = None
    ended_on: date | None = None
    steps: tuple[Step, ...] = ()

    def but(self, *steps: Step, **changes: Any) -> "Running":
        """The same with more steps and other changes."""
        return self._replace(steps=self.steps + steps, **changes)


def begin(case: Case, clock: Clock, day: date, event: Event | None, *, epoch: int) -> Running:
    """Start a clock on `day`, because of `event` or of the lapse of another clock."""
    counting = clock.counting or case.statute.counting
    term, cited = _term(case, clock)
    started = Step("starts", day, {"event": event.kind}) if event else Step("starts_at_lapse", day)
    steps, at = (*cited, started), event.at if event else None
    anchor = clock.counted_from and case.first(clock.counted_from)
    if anchor:
        day, at = anchor.on, anchor.at
        steps = (*steps, Step("counted_from", day, {"event": anchor.kind}))
    run = Running(clock, counting, term, day, None, None, epoch, confirmed=term.confirmed, steps=steps)
    return _count_from(case, run, day, at)


def _term(case: Case, clock: Clock) -> tuple[Term, tuple[Step, ...]]:
    """The limit that applies: the urgent one, else that of the outcome, else that of the channel."""
    urgent = any(event.urgent for event in case.history)
    if urgent and clock.urgent:
        return clock.urgent, (*_cited(case, clock.urgent), Step("urgent"))
    extra = (Step("no_urgent_limit"),) if urgent and clock.starts & INTAKE else ()
    outcome = next((e.outcome for e in case.history if e.kind in clock.met_by and e.outcome), None)
    if outcome and outcome in clock.by_outcome:
        term = clock.by_outcome[outcome]
        return term, (*_cited(case, term), Step("by_outcome"), *extra)
    channel = next((e.channel for e in case.history if e.kind in INTAKE and e.channel), None)
    if channel and channel in clock.by_channel:
        term = clock.by_channel[channel]
        return term, (*_cited(case, term), Step("by_channel", values={"channel": channel}), *extra)
    return clock, (*_cited(case, clock), *extra)


def _cited(case: Case, term: Term) -> tuple[Step, ...]:
    statute = case.statute
    values: dict[str, Value] = {"statute": statute.name, "section": term.section}
    if term.limit is not None:
        values["limit"] = term.limit
    code = "no_number" if term.limit is None else "limit" if term.section else "limit_unplaced"
    if statute.version == 1:
        return (Step(code, values=values),)
    return (Step(code, values=values), Step("version", values={"version": statute.version}))


def _count_from(case: Case, run: Running, day: date, at: datetime | None, *said: Step) -> Running:
    """(Re)start the count on `day`."""
    limit, counting = run.term.limit, run.counting
    if limit is None:
        return run.but(*said, start=day, at=at, end=None, base_end=None, end_at=None)
    if limit.unit is Unit.HOURS:
        assumed = () if at else (Step("time_assumed", day),)
        end_at = _after_hours(_local(case, at) if at else _end_of(case, day), limit.amount)
        end = end_at.date()
        return run.but(*said, *assumed, start=day, at=at, end=end, base_end=end, end_at=end_at)
    start, official = _official(case, counting, day, at)
    first = _first_day(case, counting, start)
    end = last_day(start, limit, case.calendar, counting.first_day)
    looked_up = (
        limit.unit is Unit.WORKING
        or counting.receipt is Receipt.ROLL_FORWARD
        or counting.first_day is FirstDay.NEXT_WORKING_DAY
    )
    return run.but(
        *said, *official, first, start=start, at=at, end=end, base_end=end, end_at=None, looked_up=looked_up
    )


def _local(case: Case, at: datetime) -> datetime:
    """The moment as the clocks of the statute's time zone show it; one without a zone is meant to be that."""
    return at.astimezone(ZoneInfo(case.statute.zone)) if case.statute.zone and at.tzinfo else at


def _end_of(case: Case, day: date) -> datetime:
    return datetime.combine(day, _END_OF_DAY, ZoneInfo(case.statute.zone) if case.statute.zone else None)


def _after_hours(at: datetime, hours: int) -> datetime:
    """Hours as they pass, also across a change of summer time."""
    if at.tzinfo is None:
        return at + timedelta(hours=hours)
    return datetime.fromtimestamp(at.timestamp() + hours * 3600, tz=at.tzinfo)


def _official(
    case: Case, counting: Counting, day: date, at: datetime | None
) -> tuple[date, tuple[Step, ...]]:
    """The day on which a receipt counts, after the hour of closing and on days off."""
    calendar = case.calendar
    if counting.cut_off and at and _local(case, at).time() >= counting.cut_off:
        official = calendar.add_working_days(day, 1)
        hour = f"{counting.cut_off:%H:%M}"
        return official, (Step("cut_off", day, {"hour": hour, "official": official}),)
    why = calendar.why_off(day)
    if why is None:
        return day, ()
    if counting.receipt is Receipt.ROLL_FORWARD:
        official = calendar.next_working_day(day)
        return official, (Step("start_rolled", day, {"why": why, "official": official}),)
    return day, (Step("start_off", day, {"why": why}),)


def _first_day(case: Case, counting: Counting, start: date) -> Step:
    if counting.first_day is FirstDay.START_DAY:
        return Step("start_counts", start)
    if counting.first_day is FirstDay.NEXT_WORKING_DAY:
        return Step("start_next_working_day", start, {"first": case.calendar.add_working_days(start, 1)})
    return Step("start_excluded", start)


def after(case: Case, run: Running, event: Event) -> Running:
    """The clock after one more event; an event that is not declared to move it leaves it as it is."""
    if event.kind in run.clock.met_by:
        said = Step("met_undated" if event.undated else "met", event.on)
        return _closed_stops(case, run, event).but(said, met_on=event.on)
    if event.kind is EventKind.WITHDRAWN or (run.clock.starts & INTAKE and sent_back(case.statute, event)):
        return run.but(_said("ended", event), ended_on=event.on)
    if event.kind is EventKind.TRANSFERRED and run.clock.starts & INTAKE:
        run = _transferred(case, run, event)
    elif event.kind is EventKind.RECEIVED and run.awaits_receipt:
        run = _received_by_new_body(case, run, event)
    elif event.kind is EventKind.EXTENDED:
        run = _extended(case, run, event)
    return _stopped(case, run, event)


def _stopped(case: Case, run: Running, event: Event) -> Running:
    for stop, begun in run.open_stops:
        if event.kind is stop.ends:
            run = _stop_ends(case, run, stop, begun, event)
    for stop in case.statute.stops:
        if event.kind is stop.begins and run.clock.kind in stop.clocks:
            run = _stop_begins(case, run, stop, event)
    return run


def _said(code: str, event: Event) -> Step:
    return Step(code, event.on, {"event": event.kind})


def _has_passed(case: Case, run: Running, day: date) -> bool:
    """What comes after the limit cannot cure its lapse."""
    return run.end is not None and rolled(run.end, case.calendar, run.counting.roll) < day


def _transferred(case: Case, run: Running, event: Event) -> Running:
    if case.statute.transfer.effect is TransferEffect.KEEP:
        return run.but(Step("transfer_kept", event.on))
    again = run._replace(epoch=run.epoch + 1, awaits_receipt=True)
    return _count_anew(case, again, event, Step("transferred", event.on))


def _received_by_new_body(case: Case, run: Running, event: Event) -> Running:
    again = run._replace(awaits_receipt=False)
    return _count_anew(case, again, event, Step("received_by_new_body", event.on))


def _count_anew(case: Case, run: Running, event: Event, said: Step) -> Running:
    """Restart after a transfer, no later than the statute allows counted from the first receipt."""
    run = run._replace(open_stops=(), stopped_from=None, stopped_until=None, extensions=0)
    first, at_latest = case.first(EventKind.RECEIVED), case.statute.transfer.at_latest
    if first and at_latest:
        latest = last_day(first.on, at_latest, case.calendar, FirstDay.NEXT_DAY)
        if latest < event.on:
            return _count_from(case, run, latest, None, said, Step("transfer_latest", latest))
    return _count_from(case, run, event.on, event.at, said)


def _stop_begins(case: Case, run: Running, stop: Stop, event: Event) -> Running:
    if any(stop is other for other, _ in run.open_stops):
        return run
    if stop.at_most is not None and run.stops_used.count(stop) >= stop.at_most:
        return run.but(_said("stop_used_up", event))
    if _has_passed(case, run, event.on):
        return run.but(_said("stop_too_late", event))
    first = event.on if stop.inclusive else event.on + _ONE_DAY
    earliest = (run.stopped_until or run.start) + _ONE_DAY
    return run.but(
        _said("paused", event),
        open_stops=(*run.open_stops, (stop, event)),
        stops_used=(*run.stops_used, stop),
        stopped_from=run.stopped_from or max(first, earliest),
        confirmed=run.confirmed and stop.confirmed,
    )


def _stop_ends(case: Case, run: Running, stop: Stop, begun: Event, event: Event) -> Running:
    still_open = tuple(pair for pair in run.open_stops if pair[0] is not stop)
    if stop.kind is StopKind.RESET:
        again = run._replace(
            epoch=run.epoch + 1,
            open_stops=still_open,
            stopped_from=event.on + _ONE_DAY if still_open else None,
            stopped_until=None,
        )
        return _count_from(case, again, event.on, event.at, _said("reset", event))
    if still_open:
        return run._replace(open_stops=still_open)
    return _resumed(case, run, stop, begun, event)


def _closed_stops(case: Case, run: Running, event: Event) -> Running:
    """An answer that comes while the clock stands ends every stop on its day."""
    if not run.open_stops:
        return run
    stop, begun = run.open_stops[-1]
    return _resumed(case, run, stop, begun, event)


def _resumed(case: Case, run: Running, stop: Stop, begun: Event, event: Event) -> Running:
    """Go on after the union of all overlapping stops."""
    first, last = run.stopped_from or event.on, event.on
    run = run._replace(open_stops=(), stopped_from=None, stopped_until=max(last, run.stopped_until or last))
    if run.end is None or run.base_end is None or run.term.limit is None or last < first:
        return run
    if run.end_at is not None:
        return _hours_resumed(run, begun, event)
    unit = (stop.unit if stop.kind is StopKind.ADD_DAYS else None) or run.term.limit.unit
    stopped = Limit(_stopped_days(case.calendar, first, last, unit), _day_unit(unit))
    working = run.term.limit.unit is Unit.WORKING
    not_before = case.calendar.next_working_day(last) if working else last
    end, base_end = (
        max(last_day(end, stopped, case.calendar, FirstDay.NEXT_DAY), not_before)
        for end in (run.end, run.base_end)
    )
    if working:
        end, base_end = case.calendar.next_working_day(end), case.calendar.next_working_day(base_end)
    code = "resumed_remainder" if stop.kind is StopKind.PAUSE_REMAINDER else "resumed"
    step = Step(code, last, {"event": event.kind, "count": stopped.amount, "due": end})
    looked_up = run.looked_up or unit is Unit.WORKING
    return run.but(step, end=end, base_end=base_end, looked_up=looked_up)


def _day_unit(unit: Unit) -> Unit:
    return Unit.WORKING if unit is Unit.WORKING else Unit.CALENDAR


def _stopped_days(calendar: Calendar, first: date, last: date, unit: Unit) -> int:
    before = first - _ONE_DAY
    days = calendar.working_days_between(before, last) if unit is Unit.WORKING else (last - before).days
    return max(days, 0)


def _hours_resumed(run: Running, begun: Event, event: Event) -> Running:
    if run.end_at is None:
        return run
    if begun.at and event.at:
        end_at = run.end_at + (event.at - begun.at)
    else:
        end_at = run.end_at + timedelta(days=(event.on - begun.on).days)
    end = end_at.date()
    step = Step("resumed_remainder", event.on, {"event": event.kind, "due": end})
    return run.but(step, end_at=end_at, end=end, base_end=end)


def _extended(case: Case, run: Running, event: Event) -> Running:
    rules = run.clock.extensions
    if not rules:
        none_at_all = not any(clock.extensions for clock in case.statute.clocks)
        return run.but(Step("extension_not_provided", event.on)) if none_at_all else run
    rule = next((rule for rule in rules if event.reason in rule.reasons), rules[0])
    if rule.at_most is not None and run.extensions >= rule.at_most:
        return run.but(Step("extension_used_up", event.on))
    if _has_passed(case, run, event.on):
        return run.but(Step("extension_too_late", event.on))
    late: tuple[Step, ...] = ()
    if rule.notice and event.on > last_day(run.start, rule.notice, case.calendar, run.counting.first_day):
        late = (Step("extension_notice_late", event.on, {"limit": rule.notice}),)
    confirmed = run.confirmed and rule.confirmed
    return _lengthened(case, run.but(*late, extensions=run.extensions + 1, confirmed=confirmed), rule, event)


def _lengthened(case: Case, run: Running, rule: Extension, event: Event) -> Running:
    """Move the end by what the notice says, within what the statute allows; never back."""
    amount = parse_limit(event.days) if event.days else rule.limit
    wanted = event.until or _from_anchor(case, run, rule, amount)
    if wanted is None:
        return run.but(Step("extension_without_number", event.on), end=None, end_at=None)
    bounds = [wanted, _from_anchor(case, run, rule, rule.limit)]
    if rule.total and run.base_end:
        bounds.append(last_day(run.base_end, rule.total, case.calendar, FirstDay.NEXT_DAY))
    allowed = min(bound for bound in bounds if bound is not None)
    end = max(allowed, run.end) if run.end else allowed
    end_at = run.end_at and datetime.combine(end, run.end_at.timetz())
    steps = [Step("extended", event.on, {"due": max(wanted, end)})]
    if end < wanted:
        steps.append(Step("extension_capped", event.on, {"due": end}))
    looked_up = run.looked_up or (amount is not None and amount.unit is Unit.WORKING)
    return run.but(*steps, end=end, end_at=end_at, looked_up=looked_up)


def _from_anchor(case: Case, run: Running, rule: Extension, amount: Limit | None) -> date | None:
    if amount is None:
        return None
    if rule.anchor is Anchor.RECEIPT:
        receipt = case.first(EventKind.RECEIVED)
        start = receipt.on if receipt else run.start
        return last_day(start, amount, case.calendar, run.counting.first_day)
    return last_day(run.end, amount, case.calendar, FirstDay.NEXT_DAY) if run.end else None

"""Statute, calendar and events give deadlines, each with the steps that lead to its date."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from rti.law.calendars import WEEKDAYS, Calendar
from rti.law.clock_state import Case, Running, after, begin
from rti.law.counting import last_day, rolled
from rti.law.events import Event, EventKind, Outcome, effective
from rti.law.explanations import Step
from rti.law.limits import Unit
from rti.law.rounds import Round, rounds
from rti.law.rules import FILING, Clock, ClockKind, Term
from rti.law.statutes import Statute, StatuteStatus

_CLOSING = frozenset({EventKind.WITHDRAWN, EventKind.RETURNED})
_ORDER = tuple(EventKind)
_FIRST_DAY_STEPS = frozenset({"start_counts", "start_excluded", "start_next_working_day"})
_BENCHMARKS = {StatuteStatus.DRAFT: "draft", StatuteStatus.STANDARD: "standard"}


class ClockState(StrEnum):
    """What a clock does at the end of its events."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Deadline:
    """The outcome of one clock.

    `due` is the last day that is in time; None where the statute gives no number and while the clock
    waits or is paused. `due_at` is the moment where the limit is one of hours or keeps the time of
    day. `epoch` grows with every restart. Only where `binding` is the date a legal deadline, otherwise
    it is a benchmark. `soft` marks a target, `provisional` a date that rests on days off of years that
    no official list confirms, `confirmed` a date whose numbers all come from a confirmed source.
    """

    kind: ClockKind
    epoch: int
    state: ClockState
    starts_on: date | None
    due: date | None
    due_at: datetime | None
    met_on: date | None
    ended_on: date | None
    paused_on: date | None
    binding: bool
    soft: bool
    provisional: bool
    confirmed: bool
    section: str
    steps: tuple[Step, ...]


def deadlines(
    statute: Statute, calendar: Calendar, events: Sequence[Event], *, known_at: datetime | None = None
) -> tuple[Deadline, ...]:
    """The deadlines of the last round of a case, in the order of the statute's clocks.

    With `known_at` as they were known at that moment. Raises ValueError where the amount of an
    extension is not a limit.
    """
    return of_rounds(statute, calendar, rounds(statute, effective(events, known_at)))


def of_rounds(statute: Statute, calendar: Calendar, histories: Sequence[Round]) -> tuple[Deadline, ...]:
    """The same of a case that has been cut into its rounds."""
    epochs: dict[ClockKind, int] = {}
    found: dict[ClockKind, Deadline] = {}
    for history in histories:
        case, found = Case(statute, calendar, history), {}
        for clock in statute.clocks:
            found[clock.kind] = _deadline(case, clock, found, epochs.get(clock.kind))
        epochs = {kind: deadline.epoch for kind, deadline in found.items()}
    return tuple(found.values())


def _deadline(
    case: Case, clock: Clock, found: Mapping[ClockKind, Deadline], last_epoch: int | None
) -> Deadline:
    """`last_epoch` is where the clock came to in the round before, None in the first one."""
    epoch = (last_epoch or 0) + 1
    waiting = 0 if last_epoch is None else epoch
    for index, event in enumerate(case.history):
        if _starts(clock, event):
            return _run(case, begin(case, clock, event.on, event, epoch=epoch), case.history[index:])
        if _closes(clock, event):
            if event.kind in clock.met_by and _lapse(clock, found):
                break
            return _not_started(case, clock, event, waiting)
    lapsed = _lapse(clock, found)
    if lapsed is None:
        return _not_started(case, clock, None, waiting)
    return _run(case, begin(case, clock, lapsed, None, epoch=epoch), case.history)


def _starts(clock: Clock, event: Event) -> bool:
    """A full answer leaves nothing to contest, so it starts no time to do so."""
    return event.kind in clock.starts and (clock.kind not in FILING or event.outcome is not Outcome.FULL)


def _closes(clock: Clock, event: Event) -> bool:
    """Of an event that does not start the clock, whether it leaves nothing to start it for."""
    return event.kind in _CLOSING or event.kind in clock.met_by or event.kind in clock.starts


def _lapse(clock: Clock, found: Mapping[ClockKind, Deadline]) -> date | None:
    """The day on which the clock before this one passes without having been met or ended."""
    other = found.get(clock.or_lapse_of) if clock.or_lapse_of else None
    if other is None or other.due is None:
        return None
    closed = min(other.met_on or date.max, other.ended_on or date.max)
    return other.due if closed > other.due else None


def _run(case: Case, run: Running, events: Sequence[Event]) -> Deadline:
    for event in events:
        run = after(case, run, event)
        if run.met_on or run.ended_on:
            break
    return _finished(case, run)


def _not_started(case: Case, clock: Clock, closing: Event | None, epoch: int) -> Deadline:
    if closing:
        step = Step("no_longer_needed", closing.on)
    else:
        step = Step("not_started", values={"event": min(clock.starts, key=_ORDER.index)})
    first = case.first(EventKind.RECEIVED)
    return Deadline(
        kind=clock.kind,
        epoch=epoch,
        state=ClockState.ENDED if closing else ClockState.WAITING,
        starts_on=None,
        due=None,
        due_at=None,
        met_on=None,
        ended_on=closing.on if closing else None,
        paused_on=None,
        binding=first is not None and case.statute.binding_on(first.on),
        soft=clock.soft,
        provisional=False,
        confirmed=clock.confirmed,
        section=clock.section,
        steps=(step,),
    )


def _finished(case: Case, run: Running) -> Deadline:
    paused = bool(run.open_stops) and not run.met_on and not run.ended_on
    end = None if paused else run.end
    bound = _capped(case, run, end)
    due = rolled(bound, case.calendar, run.counting.roll) if bound and not run.end_at else bound
    due_at = run.end_at if due else None
    if due and run.counting.keeps_time and run.at and not due_at:
        due_at = datetime.combine(due, run.at.timetz())
    first = case.first(EventKind.RECEIVED)
    judged_on = first.on if first else run.start
    capped = run.clock.cap if run.clock.cap and bound != end else None
    confirmed = run.confirmed and (capped is None or capped.confirmed)
    years = _unconfirmed_years(case, run, bound, due)
    steps = list(run.steps)
    if due and bound and end:
        steps[_counted(run) : _counted(run)] = _skipped(case, run, end)
        steps += _last_steps(case, capped, bound, due, due_at)
        steps += _caveats(case, run, judged_on, years, confirmed=confirmed)
    return Deadline(
        kind=run.clock.kind,
        epoch=run.epoch,
        state=_state(run, paused=paused),
        starts_on=run.start,
        due=due,
        due_at=due_at,
        met_on=run.met_on,
        ended_on=run.ended_on,
        paused_on=run.open_stops[0][1].on if paused else None,
        binding=case.statute.binding_on(judged_on),
        soft=run.clock.soft,
        provisional=bool(years),
        confirmed=confirmed,
        section=run.term.section,
        steps=tuple(steps),
    )


def _state(run: Running, *, paused: bool) -> ClockState:
    if run.met_on:
        return ClockState.MET
    if run.ended_on:
        return ClockState.ENDED
    return ClockState.PAUSED if paused else ClockState.RUNNING


def _capped(case: Case, run: Running, end: date | None) -> date | None:
    cap = run.clock.cap
    third = cap and case.first(cap.counted_from)
    if end is None or run.end_at or not cap or not third or not cap.limit:
        return end
    return min(end, last_day(third.on, cap.limit, case.calendar, run.counting.first_day))


def _counted(run: Running) -> int:
    """The place right after the step that says which day is day 1 of the count that stands."""
    return max((i for i, step in enumerate(run.steps, start=1) if step.code in _FIRST_DAY_STEPS), default=0)


def _skipped(case: Case, run: Running, end: date) -> list[Step]:
    """The days that a count of working days skips: weekends summed up, holidays by name."""
    if run.term.limit is None or run.term.limit.unit is not Unit.WORKING:
        return []
    holidays = case.calendar.holidays_between(run.start, end)
    weekends = (end - run.start).days - len(holidays) - case.calendar.working_days_between(run.start, end)
    summed = [Step("weekends", values={"count": weekends})] if weekends else []
    return [*summed, *(Step("holiday", day, {"name": name}) for day, name in holidays)]


def _last_steps(
    case: Case, capped: Term | None, bound: date, due: date, due_at: datetime | None
) -> Iterator[Step]:
    if capped and capped.limit:
        yield Step("capped", bound, {"due": bound, "section": capped.section, "limit": capped.limit})
    if due != bound:
        days = case.calendar
        why = days.days_off.get(bound) or days.half_days.get(bound) or WEEKDAYS[bound.weekday()]
        yield Step("rolled", bound, {"why": why, "due": due})
    yield Step("due_at", due, {"moment": due_at}) if due_at else Step("due", due)


def _unconfirmed_years(case: Case, run: Running, bound: date | None, due: date | None) -> tuple[int, ...]:
    """The years whose days off the date rests on, as far as no official list confirms them."""
    if bound is None or due is None or run.end_at or not (run.looked_up or run.counting.roll):
        return ()
    first = run.start if run.looked_up else bound
    return tuple(y for y in range(first.year, due.year + 1) if y not in case.calendar.confirmed_years)


def _caveats(
    case: Case, run: Running, judged_on: date, years: Sequence[int], *, confirmed: bool
) -> Iterator[Step]:
    if not case.statute.binding_on(judged_on):
        code = _BENCHMARKS.get(case.statute.status)
        yield Step(code if code and not case.statute.in_force_from else "not_in_force", judged_on)
    if run.clock.soft:
        yield Step("soft")
    if not confirmed:
        yield Step("unconfirmed")
    for year in years:
        yield Step("provisional" if case.calendar.knows(year) else "unknown_year", values={"year": year})

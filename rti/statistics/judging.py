"""Judging stories by another rule: a function of plain values, for use in a separate process.

Requests to which the same happened are one story, on whatever day they were answered. It is judged by the first and the
last of these days, and day by day only where these two have not the same due day.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import msgspec

from rti.core.attributes import from_attributes
from rti.law.calendars import Calendar
from rti.law.events import Event, EventKind, Outcome
from rti.law.statutes import Statute
from rti.requests.projection import to_law, verdict
from rti.statistics.measures import Facts, State, state_at

Story = tuple[bytes, bytes]
"""What happened to one of its requests, and how many share it, as JSON: a list of `Told`, and one of `Alike`."""
States = Counter[tuple[State, State]]
"""How many requests have which state under their own rule and under the other."""


class Alike(msgspec.Struct, frozen=True, array_like=True):
    """How many requests of a story have a state under their own rule, and were answered on a day."""

    own: State
    answered_on: date | None
    number: int


class Told(msgspec.Struct, frozen=True, array_like=True):
    """An event as the database tells it."""

    id: str
    kind: EventKind
    happened_on: date
    happened_at: datetime | None
    recorded_at: datetime
    outcome: Outcome | None
    details: dict[str, Any]


_events = msgspec.json.Decoder(list[Told])
_alike = msgspec.json.Decoder(list[Alike])


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule for judging, and the cut-off day."""

    statute: Statute
    calendar: Calendar
    as_of: date

    def facts(self, events: Sequence[Event]) -> Facts:
        return from_attributes(Facts, verdict(self.statute, self.calendar, events))

    def state(self, facts: Facts) -> State:
        return state_at(facts, self.as_of, count_early=True)


def judged(rule: Rule, stories: Iterable[Story]) -> States:
    """The states of all requests of some stories."""
    states: States = Counter()
    for events, requests in stories:
        alike = _alike.decode(requests)
        happened = [to_law(event) for event in _events.decode(events)]
        other = {
            day: rule.state(facts) for day, facts in _each_day(rule, happened, {e.answered_on for e in alike})
        }
        for each in alike:
            states[each.own, other[each.answered_on]] += each.number
    return states


def _each_day(
    rule: Rule, events: Sequence[Event], days: set[date | None]
) -> Iterator[tuple[date | None, Facts]]:
    """The facts of a story for each day on which it was answered; only the answer with which all ends has several."""
    dated = sorted(day for day in days if day)
    if len(dated) < 2 or sum(each.kind is EventKind.ANSWERED for each in events) > 1:
        facts = rule.facts(events)
        yield from ((day, facts) for day in days)
        return
    earliest, latest = (rule.facts(_answered_on(events, day)) for day in (dated[0], dated[-1]))
    same = _moved(earliest, dated[-1]) == latest
    for day in dated:
        yield day, _moved(earliest, day) if same else rule.facts(_answered_on(events, day))


def _answered_on(events: Sequence[Event], day: date) -> list[Event]:
    return [replace(each, on=day) if each.kind is EventKind.ANSWERED else each for each in events]


def _moved(facts: Facts, day: date) -> Facts:
    """The same with the answer on another day; where it met the clock, that is met on this day, too."""
    met_on = day if facts.met_on == facts.answered_on else facts.met_on
    return msgspec.structs.replace(facts, answered_on=day, met_on=met_on)

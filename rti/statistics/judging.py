"""Judging stories by another rule: a function of plain values, for use in a separate process.

Requests to which the same happened on the same days are one story. Stories that differ only in the day of the answer
with which they end are judged by the first and the last of these days, and one by one only where these two have not
the same due day.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from rti.core.attributes import from_attributes
from rti.law.calendars import Calendar
from rti.law.events import Event, EventKind, Outcome
from rti.law.statutes import Statute
from rti.requests.projection import TOLD, project, to_law
from rti.statistics.measures import Facts, State, state_at

Story = tuple[State, int, bytes]
"""The state under their own rule and the number of requests to which the same happened, and their events as JSON (`Told`)."""
States = Counter[tuple[State, State]]
"""How many requests have which state under their own rule and under the other."""

_ByDay = dict[date, tuple[Sequence[Event], Counter[State]]]


class Told(msgspec.Struct, frozen=True, array_like=True):
    """An event as the database tells it."""

    id: UUID
    kind: EventKind
    happened_on: date
    happened_at: datetime | None
    recorded_at: datetime
    outcome: Outcome | None
    details: dict[str, Any]


_events = msgspec.json.Decoder(list[Told])


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule for judging, and the cut-off day."""

    statute: Statute
    calendar: Calendar
    as_of: date

    def facts(self, events: Sequence[Event]) -> Facts:
        return from_attributes(Facts, project(self.statute, self.calendar, events))

    def state(self, facts: Facts) -> State:
        return state_at(facts, self.as_of, count_early=True)


def judged(rule: Rule, stories: Iterable[Story]) -> States:
    """The states of all requests of some stories."""
    states: States = Counter()
    answered: defaultdict[object, _ByDay] = defaultdict(dict)
    for own, number, story in stories:
        events = [to_law(event) for event in _events.decode(story)]
        if _ends_with_its_answer(events):
            *before, answer = map(TOLD, events)
            _, owns = answered[*before, answer[:1] + answer[2:]].setdefault(
                events[-1].on, (events, Counter())
            )
            owns[own] += number
        else:
            states[own, rule.state(rule.facts(events))] += number
    for by_day in answered.values():
        for owns, facts in _each_day(rule, by_day):
            other = rule.state(facts)
            states.update({(own, other): number for own, number in owns.items()})
    return states


def _ends_with_its_answer(events: Sequence[Event]) -> bool:
    """Whether there is one answer, on a day of its own behind everything else, and nothing is corrected."""
    if not events or events[-1].kind is not EventKind.ANSWERED or events[-1].at or events[-1].undated:
        return False
    answer = events[-1]
    return all(
        each.on < answer.on and each.kind is not EventKind.ANSWERED and not each.voids for each in events[:-1]
    )


def _each_day(rule: Rule, by_day: _ByDay) -> Iterator[tuple[Counter[State], Facts]]:
    """The facts of stories that are the same up to the day of their answer."""
    first, last = min(by_day), max(by_day)
    earliest, latest = (rule.facts(by_day[day][0]) for day in (first, last))
    same = _answered_on(earliest, last) == latest
    for day, (events, owns) in by_day.items():
        yield owns, _answered_on(earliest, day) if same else rule.facts(events)


def _answered_on(facts: Facts, day: date) -> Facts:
    """The same with the answer on another day; where it met the clock, that is met on this day, too."""
    met_on = day if facts.met_on == facts.answered_on else facts.met_on
    return msgspec.structs.replace(facts, answered_on=day, met_on=met_on)

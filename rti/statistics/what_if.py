"""What if: recorded requests judged by another limit or statute, without changing them.

Both verdicts are states of `measures.state_at` over the requests of the tables, so that the same rule gives
the same counts as there; an answer is judged as soon as it is there.
"""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Date, Select, Text, Uuid, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncResult, AsyncSession

from rti.calendars.queries import HOME, calendar_of, countries
from rti.core.errors import Fault, say
from rti.core.roles import Person
from rti.core.validation import Code, LimitText
from rti.jobs.beside import beside
from rti.law.calendars import Calendar
from rti.law.counting import due_on
from rti.law.limits import Limit, parse_limit
from rti.law.status import RequestStatus
from rti.law.statutes import Statute, standard
from rti.models.requests import EventRow, RequestRow
from rti.requests.batch_projection import heard_apart, story_of
from rti.requests.projection import decisive_part
from rti.statistics.disclosure import coarsened, cut_off_of, is_coarse
from rti.statistics.figures import Percentage
from rti.statistics.in_sql import begun, listed
from rti.statistics.in_sql import state_at as state_in_sql
from rti.statistics.judging import Alike, Rule, States, Story, Told, judged
from rti.statistics.measures import JUDGED, State
from rti.statistics.suppression import Counts, Pattern, protect
from rti.statutes.queries import newest_of

AT_ONCE = 1000
"""Stories that are judged together: some 80 ms, after which it is told how far it is."""


class WhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """The rule, and the requests: all or those of a campaign, as they stood on a day.

    A limit is counted from the receipt, without pauses and extensions; the events of a request are
    judged under a statute in full. `country` names the days off that a limit leaves out.
    """

    limit: LimitText | None = None
    statute_id: Code | None = None
    country: Code = HOME
    campaign_id: UUID | None = None
    as_of: date | None = None

    @property
    def day(self) -> date:
        """The cut-off of what was `checked`."""
        if self.as_of is None:
            raise ValueError("not checked")
        return self.as_of


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many requests have which state under their own rule and under the other; `hides` is None for exact numbers."""

    rule: Statute
    as_of: date
    exact: Mapping[tuple[State, State], int] = field(default_factory=dict)
    hides: Pattern | None = None

    @property
    def states(self) -> dict[tuple[State, State], int | None]:
        return {pair: self._both(*pair) for pair in self.exact}

    def _both(self, own: State, other: State) -> int | None:
        count = self.exact.get((own, other), 0)
        return count if self.hides is None else coarsened(count) if self.hides.shows(own, {other}) else None

    def own(self, *states: State) -> int | None:
        count = sum(count for (own, _), count in self.exact.items() if own in states)
        return count if self.hides is None else coarsened(count) if self.hides.shows_total(states) else None

    def other(self, *states: State) -> int | None:
        count = sum(count for (_, other), count in self.exact.items() if other in states)
        return count if self.hides is None else coarsened(count) if self.hides.shows(None, states) else None

    @property
    def still_in_time(self) -> Percentage:
        """How many of those answered in time under their own rule are also in time under the other."""
        return Percentage(self._both(State.IN_TIME, State.IN_TIME), self.own(State.IN_TIME))

    @property
    def in_time_own(self) -> Percentage:
        return Percentage(self.own(State.IN_TIME), self.own(*JUDGED))

    @property
    def in_time_other(self) -> Percentage:
        return Percentage(self.other(State.IN_TIME), self.other(*JUDGED))


async def checked(session: AsyncSession, person: Person | None, wanted: WhatIf, today: date) -> WhatIf:
    """What is asked, with the day for which it is; raises Invalid."""
    faults = []
    if bool(wanted.limit) == bool(wanted.statute_id):
        faults.append(Fault("limit", say("Enter a limit or choose a statute, not both")))
    if wanted.country not in await countries(session):
        faults.append(Fault("country", say("There are no days off for {country}", country=wanted.country)))
    as_of = cut_off_of(wanted, person, today, faults)
    await _statute(session, wanted)
    return msgspec.structs.replace(wanted, as_of=as_of)


async def compared(
    session: AsyncSession, wanted: WhatIf, progress: Callable[[int], None] = lambda _: None
) -> States:
    """Of what was `checked`; `told` is given how many requests have been judged so far."""
    statute = await _statute(session, wanted)
    rule = Rule(
        decisive_part(statute), await calendar_of(session, statute.countries, statute.weekend), wanted.day
    )
    if wanted.limit:
        return await _by_limit(session, wanted, parse_limit(wanted.limit), rule.calendar, wanted.day)
    return await _by_statute(session, wanted, rule, progress)


async def comparison(
    session: AsyncSession, person: Person | None, wanted: WhatIf, states: States
) -> Comparison:
    """As it is told to somebody."""
    hides = _hidden(states) if is_coarse(person) else None
    return Comparison(await _statute(session, wanted), wanted.day, states, hides)


async def what_if(session: AsyncSession, person: Person | None, wanted: WhatIf, today: date) -> Comparison:
    """All of it at once; raises Invalid."""
    wanted = await checked(session, person, wanted, today)
    return await comparison(session, person, wanted, await compared(session, wanted))


async def how_many(session: AsyncSession, wanted: WhatIf) -> int:
    """How many requests are judged."""
    counted = _counted(wanted, wanted.day).with_only_columns(func.count())
    return await session.scalar(counted) or 0


async def _statute(session: AsyncSession, wanted: WhatIf) -> Statute:
    if wanted.statute_id:
        return await newest_of(session, wanted.statute_id)
    return standard(wanted.limit or "", countries=(wanted.country,))


def _hidden(states: Mapping[tuple[State, State], int]) -> Pattern:
    """A line for each own state, a column for each other one, and the line None for their sums."""
    numbers: dict[State | None, Counter[State]] = defaultdict(Counter)
    for (own, other), count in states.items():
        for line in (own, None):
            numbers[line][other] += count
    return protect(Counts(columns=tuple(State), root=None, below={None: tuple(State)}, numbers=numbers))


async def _by_limit(
    session: AsyncSession, wanted: WhatIf, limit: Limit, calendar: Calendar, as_of: date
) -> States:
    """The database judges each request once more, by a list of the due day of every day of receipt."""
    row, chosen = RequestRow, _counted(wanted, as_of)
    days = func.min(row.received_on), func.max(row.received_on)
    known = (await session.execute(chosen.with_only_columns(*days))).one()
    first, last = known[0] or as_of, known[1] or as_of
    due = [due_on(first + timedelta(each), limit, calendar) for each in range((last - first).days + 1)]
    by_limit = SimpleNamespace(
        status=case((row.status == RequestStatus.PAUSED, RequestStatus.OPEN.value), else_=row.status),
        submitted_on=row.submitted_on,
        received_on=row.received_on,
        due_on=listed(due, Date, row.received_on, first),
        met_on=row.answered_on,
        answered_on=row.answered_on,
        undated=row.undated,
        ended_on=row.ended_on,
    )
    own = state_in_sql(row, as_of, count_early=True).label("own")
    other = state_in_sql(by_limit, as_of, count_early=True).label("other")
    found = await session.execute(chosen.with_only_columns(own, other, func.count()).group_by(own, other))
    return Counter({(State(mine), State(theirs)): number for mine, theirs, number in found})


async def _by_statute(
    session: AsyncSession, wanted: WhatIf, rule: Rule, progress: Callable[[int], None]
) -> States:
    """Requests to which the same happened are judged at once, in a process beside this one."""
    states: States = Counter()
    parts = await session.stream(_stories(wanted, rule).execution_options(yield_per=AT_ONCE))
    async with aclosing(beside(partial(judged, rule), _plain(parts))) as found:
        async for part in found:
            states += part
            progress(states.total())
    return states


async def _plain(stories: AsyncResult[Any]) -> AsyncIterator[list[Story]]:
    async for part in stories.partitions():
        yield [(each.events.encode(), each.alike.encode()) for each in part]


def _stories(wanted: WhatIf, rule: Rule) -> Select[Any]:
    """Each story with one of its requests; what it leaves out tells requests apart where the statute goes by it."""
    request = RequestRow
    told: list[Any] = [story_of(), *heard_apart(rule.statute)]
    story = [part.label(f"part{place}") for place, part in enumerate(told)]
    own = state_in_sql(request, rule.as_of, count_early=True).label("own")
    sample = func.min(cast(request.id, Text(collation="C"))).label("sample")
    by_day = (
        _counted(wanted, rule.as_of)
        .with_only_columns(*story, own, request.answered_on, func.count().label("number"), sample)
        .group_by(*story, own, request.answered_on)
        .subquery()
    )
    alike = func.json_agg(func.json_build_array(*(by_day.c[name] for name in Alike.__struct_fields__)))
    stories = (
        select(cast(alike, Text).label("alike"), func.min(by_day.c.sample).label("sample"))
        .group_by(*(by_day.c[part.name] for part in story))
        .subquery()
    )
    event = (getattr(EventRow, name) for name in Told.__struct_fields__)
    events = (
        select(func.coalesce(cast(func.json_agg(func.json_build_array(*event)), Text), "[]"))
        .where(EventRow.request_id == cast(stories.c.sample, Uuid))
        .scalar_subquery()
        .label("events")
    )
    return select(stories.c.alike, events)


def _counted(wanted: WhatIf, as_of: date) -> Select[RequestRow]:
    query = select(RequestRow).where(begun() <= as_of, RequestRow.duplicate_of.is_(None))
    return query.where(RequestRow.campaign_id == wanted.campaign_id) if wanted.campaign_id else query


class StatesView(msgspec.Struct, frozen=True, kw_only=True):
    own: State
    other: State
    requests: int | None


class ComparisonView(msgspec.Struct, frozen=True, kw_only=True):
    """`in_time_under_both` of `in_time_own` is the answer; `judged_*` are the denominators of the others.

    To readers who see no request numbers are told as in the tables: null where they are hidden, else a multiple of 5.
    """

    rule: str
    as_of: date
    in_time_under_both: int | None
    in_time_own: int | None
    judged_own: int | None
    in_time_other: int | None
    judged_other: int | None
    states: list[StatesView]


def comparison_view(found: Comparison) -> ComparisonView:
    return ComparisonView(
        rule=found.rule.id,
        as_of=found.as_of,
        in_time_under_both=found.still_in_time.numerator,
        in_time_own=found.own(State.IN_TIME),
        judged_own=found.own(*JUDGED),
        in_time_other=found.other(State.IN_TIME),
        judged_other=found.other(*JUDGED),
        states=[
            StatesView(own=own, other=other, requests=count)
            for (own, other), count in sorted(found.states.items())
        ],
    )

"""What if: stored requests judged by another limit or statute, and nothing about them changed.

Both verdicts are states of `measures.state_at` over the requests of the tables, so that the same rule gives
the same counts as there; an answer is judged as soon as it is there.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import SimpleNamespace
from uuid import UUID

import msgspec
from sqlalchemy import Date, Select, Text, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.calendars.queries import HOME, calendar_of, countries
from rti.core.attributes import from_attributes
from rti.core.errors import Fault, Invalid, say
from rti.core.roles import Person
from rti.core.validation import Code, LimitText
from rti.law.calendars import Calendar
from rti.law.counting import due_on
from rti.law.limits import Limit, parse_limit
from rti.law.status import RequestStatus
from rti.law.statutes import Statute, standard
from rti.models.requests import RequestRow
from rti.requests.batch_projection import AT_ONCE, event_signatures, project_samples
from rti.statistics.disclosure import is_coarse, last_quarter, period_faults, told
from rti.statistics.figures import Percentage
from rti.statistics.in_sql import begun, listed
from rti.statistics.in_sql import state_at as state_in_sql
from rti.statistics.measures import JUDGED, Facts, State, state_at
from rti.statutes.queries import newest_of


class WhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """By which rule to judge, and what: all requests or those of a campaign, as they stood on a day.

    A limit is counted from the receipt, without pauses and extensions; the events of a request are
    judged under a statute in full. `country` names the days off that a limit leaves out.
    """

    limit: LimitText | None = None
    statute_id: Code | None = None
    country: Code = HOME
    campaign_id: UUID | None = None
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many requests have which state under their own rule and under the other, as numbers are `told` to the reader."""

    rule: Statute
    as_of: date
    exact: Mapping[tuple[State, State], int] = field(default_factory=dict)
    told: Callable[[int], int | None] = int

    @property
    def states(self) -> dict[tuple[State, State], int | None]:
        return {pair: self.told(count) for pair, count in self.exact.items()}

    def own(self, *states: State) -> int | None:
        return self.told(sum(count for (own, _), count in self.exact.items() if own in states))

    def other(self, *states: State) -> int | None:
        return self.told(sum(count for (_, other), count in self.exact.items() if other in states))

    @property
    def still_in_time(self) -> Percentage:
        """Of those answered in time under their own rule, how many are under the other."""
        both = self.exact.get((State.IN_TIME, State.IN_TIME), 0)
        return Percentage(self.told(both), self.own(State.IN_TIME))

    @property
    def in_time_own(self) -> Percentage:
        return Percentage(self.own(State.IN_TIME), self.own(*JUDGED))

    @property
    def in_time_other(self) -> Percentage:
        return Percentage(self.other(State.IN_TIME), self.other(*JUDGED))


async def what_if(session: AsyncSession, person: Person | None, wanted: WhatIf, today: date) -> Comparison:
    """Raises Invalid."""
    coarse = is_coarse(person)
    faults = period_faults(today, None, None, wanted.as_of) if coarse else []
    if bool(wanted.limit) == bool(wanted.statute_id):
        faults.append(Fault("limit", say("Enter a limit or choose a statute, not both")))
    if wanted.as_of and wanted.as_of > today:
        faults.append(Fault("as_of", say("This date is in the future. Choose today or an earlier date")))
    if wanted.country not in await countries(session):
        faults.append(Fault("country", say("There are no days off for {country}", country=wanted.country)))
    if faults:
        raise Invalid(*faults)
    as_of = wanted.as_of or (last_quarter(today) if coarse else today)
    if wanted.statute_id:
        rule = await newest_of(session, wanted.statute_id)
    else:
        rule = standard(wanted.limit or "", countries=(wanted.country,))
    calendar = await calendar_of(session, rule.countries, rule.weekend)
    if wanted.limit:
        states = await _by_limit(session, wanted, parse_limit(wanted.limit), calendar, as_of)
    else:
        states = await _by_statute(session, wanted, rule, calendar, as_of)
    return Comparison(rule, as_of, states, told if coarse else int)


async def _by_limit(
    session: AsyncSession, wanted: WhatIf, limit: Limit, calendar: Calendar, as_of: date
) -> Counter[tuple[State, State]]:
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
    session: AsyncSession, wanted: WhatIf, rule: Statute, calendar: Calendar, as_of: date
) -> Counter[tuple[State, State]]:
    """Requests to which the same things happened share one projection."""
    found = event_signatures(_counted(wanted, as_of).with_only_columns(RequestRow.id))
    own = state_in_sql(RequestRow, as_of, count_early=True).label("own")
    sample = func.min(cast(RequestRow.id, Text)).label("sample")
    query = (
        _counted(wanted, as_of)
        .join(found, found.c.request_id == RequestRow.id)
        .with_only_columns(own, sample, func.count().label("number"))
        .group_by(own, found.c.signature)
    )
    states: Counter[tuple[State, State]] = Counter()
    groups = await session.stream(query.execution_options(yield_per=AT_ONCE))
    async for part in groups.partitions():
        projections = await project_samples(
            session, [(UUID(group.sample), (rule, calendar)) for group in part]
        )
        for group, projection in zip(part, projections, strict=True):
            facts = from_attributes(Facts, projection)
            states[State(group.own), state_at(facts, as_of, count_early=True)] += group.number
    return states


def _counted(wanted: WhatIf, as_of: date) -> Select[RequestRow]:
    query = select(RequestRow).where(begun() <= as_of, RequestRow.duplicate_of.is_(None))
    return query.where(RequestRow.campaign_id == wanted.campaign_id) if wanted.campaign_id else query


class StatesView(msgspec.Struct, frozen=True, kw_only=True):
    own: State
    other: State
    requests: int | None


class ComparisonView(msgspec.Struct, frozen=True, kw_only=True):
    """`in_time_under_both` of `in_time_own` is the answer; `judged_*` are the denominators of the others.

    To readers who see no request numbers are told as in the tables: null for 1 to 4, else a multiple of 5.
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

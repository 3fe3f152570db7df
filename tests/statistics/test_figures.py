"""Figures out of counts, and counts out of the database, compared with numbers counted by hand."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.errors import Invalid
from rti.core.roles import Role
from rti.core.validation import decode
from rti.law.events import EventKind, Outcome
from rti.law.status import RequestStatus
from rti.models.campaigns import TargetAreaRow
from rti.models.requests import RequestRow
from rti.statistics.commands import Basis, Dimension, StatisticsQuery, check
from rti.statistics.figures import Figures, Percentage, round_half_up
from rti.statistics.measures import State
from rti.statistics.method import Kind
from rti.statistics.methods.own import DISCLOSURE, DISCLOSURE_OF_ALL, ON_TIME, OWN, RESPONSE
from rti.statistics.queries import Table, table
from tests import make as house
from tests.statistics import make

TODAY = date(2026, 11, 23)


def house_now(day: date) -> datetime:
    return datetime.combine(day, time(3), UTC)


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (Fraction(1, 2), 0, "1"),
        (Fraction(5, 2), 0, "3"),
        (Fraction(62449, 1000), 0, "62"),
        (Fraction(100 * 1, 8), 1, "12.5"),
        (Fraction(100, 3), 2, "33.33"),
        (Fraction(200, 3), 2, "66.67"),
        (Fraction(2005, 1000), 2, "2.01"),
        (Fraction(100), 2, "100.00"),
        (Fraction(0), 2, "0.00"),
    ],
)
def test_a_half_is_rounded_up_from_the_exact_fraction(value: Fraction, places: int, shown: str) -> None:
    assert str(round_half_up(value, places)) == shown


def test_of_nothing_there_is_no_percentage() -> None:
    assert Percentage(0, 0).percent(2) is None
    assert Percentage(0, 0).interval(2) is None


def test_a_percentage_of_few_has_its_wilson_interval() -> None:
    # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3, for 0 of 20 and 1 of 29.
    assert Percentage(0, 20).interval(2) == (Decimal("0.00"), Decimal("16.11"))
    assert Percentage(1, 29).interval(2) == (Decimal("0.61"), Decimal("17.18"))
    assert Percentage(20, 20).interval(2) == (Decimal("83.89"), Decimal("100.00"))
    assert Percentage(81, 263).interval(2) is None
    assert Percentage(15, 30).interval(2) is None


def test_figures_say_whether_they_rest_on_deadlines_or_benchmarks() -> None:
    def judged_by(judged: int, binding: int) -> str:
        kinds = {
            Kind(state=State.IN_TIME, binding=True): binding,
            Kind(state=State.IN_TIME): judged - binding,
        }
        return Figures(OWN, {kind: {None: number} for kind, number in kinds.items() if number}).judged_by

    assert [judged_by(0, 0), judged_by(2, 0), judged_by(2, 2), judged_by(2, 1)] == [
        "none",
        "benchmark",
        "deadline",
        "both",
    ]


def test_every_measure_counts_a_part_of_what_it_divides_by() -> None:
    for measure in OWN.measures[:4]:
        assert measure.numerator < measure.denominator
    assert DISCLOSURE_OF_ALL.denominator == frozenset(State) - {State.DRAFT}


async def counted(session: AsyncSession, **wanted: object) -> Table:
    return await table(session, None, decode(StatisticsQuery, wanted), TODAY)


async def test_ten_requests_are_counted_as_by_hand(session: AsyncSession) -> None:
    await make.hand_counted(session, await house.cbo(session, make.NOW))
    found = await counted(session, by="province")
    assert [line.keys for line in found.lines] == [("01",), ("05",)]
    first, second = (line.figures for line in found.lines)
    total = found.total.figures
    assert {
        state: number for state, number in first.counts.items() if number and isinstance(state, State)
    } == {
        State.IN_TIME: 2,
        State.LATE: 1,
        State.SILENT: 1,
        State.EARLY: 1,
        State.NOT_YET_DUE: 1,
        State.WITHDRAWN: 1,
    }
    assert {
        state: number for state, number in second.counts.items() if number and isinstance(state, State)
    } == {
        State.IN_TIME: 1,
        State.NOT_SUBMITTED: 1,
        State.PAUSED: 1,
    }
    assert first.rate(ON_TIME) == Percentage(2, 4)
    assert second.rate(ON_TIME) == Percentage(1, 1)
    assert total.rate(ON_TIME) == Percentage(3, 5)
    assert total.rate(ON_TIME).percent(0) == 60  # and not 75, the average of 50 and 100
    assert total.rate(RESPONSE) == Percentage(4, 5)
    assert total.rate(DISCLOSURE) == Percentage(3, 4)
    assert total.rate(DISCLOSURE_OF_ALL) == Percentage(3, 10)
    assert [total.counts[outcome] for outcome in (Outcome.FULL, Outcome.NOT_HELD)] == [2, 1]
    # 4, 10, 30 and 31 days; with 20 of the other province.
    assert (first.median_days, first.longest_days) == (20, 31)
    assert (total.median_days, total.longest_days) == (20, 31)
    assert total.judged_by == "benchmark"
    assert [(ground.statute.id, ground.binding) for ground in found.grounds] == [("KH-A2I-DRAFT", False)]


async def test_an_earlier_cut_off_knows_nothing_of_later_days(session: AsyncSession) -> None:
    await make.hand_counted(session, await house.cbo(session, make.NOW))
    found = await counted(session, by="province", as_of="2026-01-20")
    counts = found.total.figures.counts
    assert counts[State.EARLY] == 1
    assert counts[State.NOT_YET_DUE] == 4
    assert counts[State.WITHDRAWN] == 1
    assert sum(counts[state] for state in State) == 8  # two were received in November
    assert found.total.figures.rate(ON_TIME) == Percentage(0, 0)


async def test_a_table_by_two_things_has_sub_totals_with_medians_of_their_own(session: AsyncSession) -> None:
    await make.hand_counted(session, await house.cbo(session, make.NOW))
    found = await counted(session, by="province", then_by="quarter")
    assert [line.keys for line in found.lines] == [
        ("01", "2026-Q1"),
        ("01", "2026-Q4"),
        ("01",),
        ("05", "2026-Q1"),
        ("05",),
    ]
    by_keys = {line.keys: line.figures for line in found.lines}
    assert by_keys["01", "2026-Q1"].median_days == 30
    assert by_keys["01", "2026-Q4"].median_days == 4
    assert by_keys["01",].median_days == 20
    assert found.total.keys == ()


async def test_the_day_of_the_basis_puts_a_request_into_its_period(session: AsyncSession) -> None:
    await make.hand_counted(session, await house.cbo(session, make.NOW))

    async def years(basis: Basis, **more: object) -> dict[str | None, int]:
        found = await counted(session, by="quarter", basis=basis, **more)
        return {line.keys[0]: line.figures.total(State) for line in found.lines}

    assert await years(Basis.RECEIVED) == {"2026-Q1": 8, "2026-Q4": 2}
    assert await years(Basis.DUE) == {"2026-Q1": 6, "2026-Q4": 2}
    assert await years(Basis.ANSWERED) == {"2026-Q1": 4, "2026-Q4": 1}
    assert await years(Basis.RECEIVED, since="2026-01-06") == {"2026-Q4": 2}
    assert await years(Basis.RECEIVED, until="2026-01-05") == {"2026-Q1": 8}


async def test_by_the_day_of_the_answer_early_answers_count_at_once(session: AsyncSession) -> None:
    await make.hand_counted(session, await house.cbo(session, make.NOW))
    found = await counted(session, by="year", basis="answered")
    assert found.total.figures.rate(ON_TIME) == Percentage(4, 5)
    assert found.total.figures.counts[State.EARLY] == 0


@pytest.mark.parametrize("dimension", Dimension)
async def test_every_grouping_adds_up_to_the_same_total(session: AsyncSession, dimension: Dimension) -> None:
    await make.hand_counted(session, await house.cbo(session, make.NOW))
    found = await counted(session, by=dimension)
    assert sum(line.figures.total(State) for line in found.lines) == found.total.figures.total(State) == 10
    named = [line for line in found.lines if line.keys[0]]
    assert all(line.names[0] for line in named)


async def test_filters_narrow_the_figures(session: AsyncSession) -> None:
    campaign = await house.campaign(session, make.NOW)
    await make.hand_counted(session, await house.cbo(session, make.NOW))
    session.add(TargetAreaRow(campaign_id=campaign.id, area_code="05"))
    await session.flush()

    async def number(**wanted: object) -> int:
        return (await counted(session, **wanted)).total.figures.total(State)

    assert await number(province="05") == 3
    assert await number(target_of=str(campaign.id)) == 3
    assert await number(campaign_id=str(campaign.id)) == 0
    assert await number(statute_id="KH-A2I-DRAFT") == 10
    assert await number(statute_id="IN-RTI") == 0


async def test_deadlines_and_benchmarks_in_one_figure_are_told(session: AsyncSession) -> None:
    await make.hand_counted(session, await house.cbo(session, make.NOW))
    late = update(RequestRow).where(
        RequestRow.status == RequestStatus.OPEN, RequestRow.received_on == make.DAY
    )
    await session.execute(late.values(binding=True))
    found = await counted(session, by="province")
    assert [line.figures.judged_by for line in found.lines] == ["both", "benchmark"]
    assert [ground.binding for ground in found.grounds] == [False, True]
    assert found.lines[0].figures.rate(ON_TIME).percent(2) is None, "no rate is made of both"
    apart = await counted(session, by="judged_by", then_by="province")
    assert {line.figures.judged_by for line in apart.lines} == {"deadline", "benchmark"}


async def test_who_sees_which_figures(session: AsyncSession) -> None:
    asker, other = await house.cbo(session, make.NOW), await house.cbo(session, make.NOW)
    await make.hand_counted(session, asker)
    for role, organisation, number in [
        (Role.CBO_MEMBER, asker, 10),
        (Role.CBO_LEAD, asker, 10),
        (Role.CBO_MEMBER, other, 0),
        (Role.STAFF, None, 10),
        (Role.WORKING_GROUP, None, 10),
        (Role.ADMINISTRATOR, None, 10),
    ]:
        member = await house.member(session, role, of=organisation)
        found = await table(session, member.person, StatisticsQuery(), TODAY)
        assert found.total.figures.total(State) == number, role


async def test_without_requests_there_is_an_empty_table(session: AsyncSession) -> None:
    found = await counted(session, by="province", then_by="year")
    assert found.lines == []
    assert found.grounds == []
    assert found.total.figures.rate(ON_TIME).percent(0) is None


def test_contradictions_are_told_all_at_once() -> None:
    wanted = decode(
        StatisticsQuery,
        {
            "by": "year",
            "then_by": "year",
            "as_of": "2026-11-24",
            "since": "2026-02-01",
            "until": "2026-01-31",
        },
    )
    with pytest.raises(Invalid) as error:
        check(wanted, TODAY)
    assert [fault.field for fault in error.value.faults] == ["then_by", "as_of", "until"]


async def test_the_outcome_is_the_last_one_that_was_known_at_the_cut_off(session: AsyncSession) -> None:
    """Refused in time, disclosed after a review: in time ever after, refused and then full."""
    member = await house.member(session)
    filed = await house.request(
        session,
        member.person,
        house_now(date(2026, 5, 1)),
        received_on=date(2026, 3, 3),
        statute_id="UK-FOIA-2000",
    )
    for day, outcome in [(date(2026, 3, 16), Outcome.REFUSED), (date(2026, 4, 20), Outcome.FULL)]:
        await house.event(
            session,
            filed.id,
            member.person,
            house_now(date(2026, 5, 1)),
            EventKind.ANSWERED,
            day,
            outcome=outcome,
        )
    for as_of, outcome in [(date(2026, 4, 19), Outcome.REFUSED), (date(2026, 4, 20), Outcome.FULL)]:
        total = (await table(session, None, StatisticsQuery(as_of=as_of), TODAY)).total.figures
        assert total.counts[State.IN_TIME] == total.counts[outcome] == total.total(Outcome) == 1
        assert total.longest_days == 13

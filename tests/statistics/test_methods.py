"""The methods: every request in exactly one column, the identities of each source, and the survival curve."""

from datetime import date
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from rti.calendars.queries import calendar_of
from rti.core.validation import decode
from rti.imports.mapping import read_mapping
from rti.imports.report import LineResult
from rti.law.events import NOT_TAKEN, EventKind, Ground, Outcome
from rti.law.monitoring import QuestionClass
from rti.statistics.commands import StatisticsQuery
from rti.statistics.figures import Days, Figures, survival, survival_median
from rti.statistics.measures import State
from rti.statistics.method import Kind, Method, Phase
from rti.statistics.methods import METHODS
from rti.statistics.methods.osji import OSJI
from rti.statistics.methods.uk import UK
from rti.statistics.methods.us import US
from rti.statistics.queries import table
from tests import make as house
from tests.imports.files import load
from tests.statistics import make

ANSWERED = {State.IN_TIME, State.LATE, State.EARLY, State.NO_DATE}
KINDS = [
    Kind(state=state, outcome=outcome, ground=ground, extended=extended, closed=closed, begun=begun)
    for state, outcome, ground, extended, begun, closed in product(
        State, [None, *Outcome], [None, *Ground], [False, True], Phase, Phase
    )
    if (outcome is None) <= (ground is None)
    if (outcome is not None) <= (state in ANSWERED and closed is not Phase.AFTER)
    if (state in ANSWERED - {State.NO_DATE}) <= (outcome is not None)
    if closed is not Phase.BEFORE or begun is Phase.BEFORE
    if (state is State.DRAFT) <= (closed is Phase.AFTER)
]
KINDS += [Kind(state=State.NOT_SUBMITTED, not_taken=how, closed=Phase.DURING) for how in NOT_TAKEN]


def counts(method: Method, *kinds: tuple[int, Kind]) -> Figures:
    tally: dict[Kind, dict[int | None, int]] = {}
    for number, kind in kinds:
        tally.setdefault(kind, {})[None] = number
    return Figures(method, tally)


def test_no_request_stands_in_two_columns_of_a_section() -> None:
    for method in METHODS.values():
        ids = {column.id for column in method.columns}
        assert len(ids) == len(method.columns)
        for section, kind in product(method.sections, KINDS):
            placed = list(section.places(kind))
            assert {*placed} <= ids
            assert not section.exclusive or len(placed) < 2, (method.id, section.id, kind)


def test_a_method_looks_at_nothing_but_what_it_says_that_it_asks_for() -> None:
    class Watched:
        def __init__(self, kind: Kind) -> None:
            self.kind, self.seen = kind, set()

        def __getattr__(self, name: str) -> object:
            self.seen.add(name)
            return getattr(self.kind, name)

    for method in METHODS.values():
        seen = set()
        for kind in KINDS:
            watched = Watched(kind)
            for section in method.sections:
                list(section.places(watched))
            for wanted in (*(each.of for each in method.durations), method.banded):
                if wanted:
                    wanted(watched)
            seen |= watched.seen
        assert seen - {"answered", "state", "outcome"} == method.asks, method.id


def test_every_closed_request_is_in_exactly_one_column_of_disposition() -> None:
    disposition = next(section for section in US.sections if section.id == "V.B")
    for kind in KINDS:
        processed = "processed" in US.places(kind)
        assert len(list(disposition.places(kind))) == processed, kind


def test_pending_at_the_start_and_received_are_processed_or_pending_at_the_end() -> None:
    for kind in KINDS:
        if kind.begun is Phase.AFTER:
            continue
        flow = counts(US, (3, kind)).counts
        assert flow["pending_start"] + flow["received_in_period"] - flow["processed"] == flow["pending_end"]


def test_what_the_united_kingdom_divides_adds_up() -> None:
    for kind in KINDS:
        count = counts(UK, (1, kind)).counts
        judged = count["met"] + count["extended"] + count["late"]
        assert sum(count[each.id] for each in UK.sections[1].columns) == judged, kind
        assert sum(count[each.id] for each in UK.sections[0].columns) == (
            kind.state not in {State.DRAFT, State.NOT_SUBMITTED}
        )


def test_all_that_was_attempted_is_the_denominator_of_monitoring() -> None:
    for kind in KINDS:
        figures = counts(OSJI, (1, kind))
        attempted = kind.state is not State.DRAFT
        assert {rate.denominator for measure, rate in figures.rates if measure.id != "checked_rate"} == {
            int(attempted)
        }


def test_monitoring_tells_apart_how_an_attempt_failed() -> None:
    failed = [
        (3, Kind(state=State.NOT_SUBMITTED, not_taken=EventKind.UNABLE_TO_SUBMIT)),
        (2, Kind(state=State.NOT_SUBMITTED, not_taken=EventKind.REFUSED_AT_COUNTER)),
        (1, Kind(state=State.NOT_SUBMITTED, not_taken=EventKind.RETURNED)),
        (1, Kind(state=State.NOT_SUBMITTED, not_taken=EventKind.TRANSFERRED)),
    ]
    result = counts(OSJI, *failed).counts
    assert (result["unable_to_submit"], result["not_accepted"], result["referred"]) == (3, 3, 1)
    assert (result["compliant"], result["not_compliant"]) == (1, 6)


def test_one_office_by_hand_under_four_methods() -> None:
    """Ten requests of one quarter whose day is over, and one that is not due."""
    office = [
        (3, Kind(state=State.IN_TIME, outcome=Outcome.FULL, closed=Phase.DURING)),
        (1, Kind(state=State.IN_TIME, outcome=Outcome.PARTIAL, ground=Ground.EXEMPTION, closed=Phase.DURING)),
        (1, Kind(state=State.IN_TIME, outcome=Outcome.REFUSED, extended=True, closed=Phase.DURING)),
        (1, Kind(state=State.LATE, outcome=Outcome.REFUSED, ground=Ground.COST, closed=Phase.DURING)),
        (1, Kind(state=State.IN_TIME, outcome=Outcome.NOT_HELD, closed=Phase.DURING)),
        (2, Kind(state=State.SILENT)),
        (1, Kind(state=State.PAUSED)),
        (1, Kind(state=State.NOT_YET_DUE)),
    ]
    values = {
        method.id: {
            measure.id: (rate.numerator, rate.denominator) for measure, rate in counts(method, *office).rates
        }
        for method in METHODS.values()
    }
    assert values["own"]["on_time_rate"] == (6, 9)
    assert values["own"]["response_rate"] == (7, 9)
    assert values["osji"]["compliance_rate"] == (5, 11)
    assert values["osji"]["mute_rate"] == (2, 11)
    assert values["uk"]["met_rate"] == (5, 9)
    assert values["uk"]["in_time_rate"] == (6, 9)
    assert values["uk"]["granted_rate"] == (3, 8)
    assert values["uk"]["withheld_rate"] == (2, 8)
    assert values["uk"]["cost_rate"] == (1, 3)
    assert values["us"]["full_grant_rate"] == (3, 7)
    assert values["us"]["backlog_rate"] == (2, 4)
    assert values["unesco"]["fulfilled_rate"] == (4, 11)
    assert counts(US, *office).counts["fee_related"] == 1


def test_no_method_divides_by_nothing() -> None:
    for method in METHODS.values():
        figures = Figures(method, {})
        assert {rate.percent(2) for _, rate in figures.rates} == {None}
        assert figures.median_days is figures.survival_median_days is None
        assert [days.mean for _, days in figures.durations] == [None] * len(method.durations)


def test_tracks_and_bands_of_the_annual_report() -> None:
    simple = Kind(
        state=State.IN_TIME,
        outcome=Outcome.FULL,
        closed=Phase.DURING,
        question_class=QuestionClass.ROUTINE,
    )
    urgent = Kind(state=State.LATE, outcome=Outcome.REFUSED, closed=Phase.DURING, urgent=True)
    figures = Figures(US, {simple: {0: 1, 20: 1, 21: 2}, urgent: {401: 1}})
    days = {duration.id: each for duration, each in figures.durations}
    assert (days["viia_simple"].median, days["viia_simple"].lowest, days["viia_simple"].highest) == (
        20.5,
        0,
        21,
    )
    assert days["viia_simple"].mean == Fraction(62, 4)
    assert days["viia_expedited"].count == 1
    assert days["viib_expedited"].count == 0
    bands = dict(figures.bands)
    assert (bands["1-20"], bands["21-40"], bands["401+"]) == (2, 2, 1)
    assert sum(bands.values()) == 5


# Freireich et al. 1963 (weeks of remission), as in Klein and Moeschberger, Survival Analysis, section 1.2.
TREATED = (
    {6: 3, 7: 1, 10: 1, 13: 1, 16: 1, 22: 1, 23: 1},
    {6: 1, 9: 1, 10: 1, 11: 1, 17: 1, 19: 1, 20: 1, 25: 1, 32: 2, 34: 1, 35: 1},
)
UNTREATED = ({1: 2, 2: 2, 3: 1, 4: 2, 5: 2, 8: 4, 11: 2, 12: 2, 15: 1, 17: 1, 22: 1, 23: 1}, {})


def test_a_published_survival_curve() -> None:
    curve = [(day, round(above / below, 3)) for day, above, below in survival(*TREATED)]
    assert curve == [(6, 0.857), (7, 0.807), (10, 0.753), (13, 0.690), (16, 0.627), (22, 0.538), (23, 0.448)]
    assert survival_median(*TREATED) == 23
    assert survival_median(*UNTREATED) == 8


@pytest.mark.parametrize(
    ("answered", "waiting", "median"),
    [
        ({}, {}, None),
        ({}, {5: 9}, None),
        ({3: 1}, {9: 2}, None),
        ({3: 1, 7: 1}, {}, 5),
        ({3: 2}, {9: 2}, 3),
        ({4: 1, 5: 1, 9: 1}, {}, 5),
        ({10: 1, 20: 1, 30: 1}, {15: 1}, 20),
    ],
)
def test_where_the_curve_runs_at_one_half_the_median_is_the_middle_of_it(
    answered: dict[int, int], waiting: dict[int, int], median: float | None
) -> None:
    assert survival_median(answered, waiting) == median


NUMBERS = st.dictionaries(st.integers(0, 40), st.integers(1, 9), max_size=12)


@given(NUMBERS, NUMBERS)
def test_the_curve_is_the_product_of_its_definition(
    answered: dict[int, int], waiting: dict[int, int]
) -> None:
    share = Fraction(1)
    for day, above, below in survival(answered, waiting):
        at_risk = sum(n for days, n in (*answered.items(), *waiting.items()) if days >= day)
        share *= Fraction(at_risk - answered[day], at_risk)
        assert Fraction(above, below) == share


@given(NUMBERS)
def test_without_anybody_waiting_it_is_the_plain_median(answered: dict[int, int]) -> None:
    assert survival_median(answered, {}) == Days(answered).median


async def test_a_report_counts_what_came_and_what_was_closed_in_its_year_in_working_days(
    session: AsyncSession,
) -> None:
    cbo, body = await house.cbo(session, make.NOW), await house.body(session)
    values = {"status": "answered", "outcome": "full", "question_class": QuestionClass.ROUTINE}
    for more in (
        {"received_on": date(2025, 12, 22), "answered_on": date(2026, 1, 12), **values},
        {"received_on": date(2026, 1, 5), "answered_on": date(2026, 1, 12), **values},
        {"received_on": date(2025, 12, 1), "answered_on": date(2025, 12, 30), **values},
        {"received_on": date(2026, 1, 5), "ended_on": date(2026, 1, 6), "status": "withdrawn"},
        {"received_on": date(2025, 11, 3)},
        {"received_on": date(2026, 10, 1), "answered_on": date(2027, 1, 4), **values},
    ):
        await make.request(session, cbo, body, **more)
    asked = {"method": "us", "since": "2026-01-01", "until": "2026-12-31", "as_of": "2027-02-01"}
    found = await table(session, None, decode(StatisticsQuery, asked), date(2027, 2, 1))
    counts = found.total.figures.counts
    flow = [counts[name] for name in ("pending_start", "received_in_period", "processed", "pending_end")]
    assert flow == [2, 3, 3, 2]
    assert (counts["full_grant"], counts["request_withdrawn"], counts["backlog"]) == (2, 1, 2)
    calendar = await calendar_of(session, ("KH",), frozenset({5, 6}))
    days = {duration.id: each for duration, each in found.total.figures.durations}
    assert (days["viia_simple"].lowest, days["viia_simple"].highest) == (
        calendar.working_days_between(date(2026, 1, 5), date(2026, 1, 12)),
        calendar.working_days_between(date(2025, 12, 22), date(2026, 1, 12)),
    )


async def test_a_question_that_was_asked_again_counts_once_by_its_last_submission(
    session: AsyncSession,
) -> None:
    cbo, body = await house.cbo(session, make.NOW), await house.body(session)
    first = await make.request(session, cbo, body)
    again = {"received_on": date(2026, 6, 1), "answered_on": date(2026, 6, 5), "outcome": "full"}
    await make.request(session, cbo, body, resubmission_of=first.id, **again)

    async def states(**more: str) -> dict[str, int]:
        found = await table(session, None, decode(StatisticsQuery, more), make.NOW.date())
        return {
            state: number
            for state, number in found.total.figures.counts.items()
            if number and state in {*State}
        }

    assert await states() == {"in_time": 1, "silent": 1}
    assert await states(unit="question") == {"in_time": 1}
    assert await states(unit="question", as_of="2026-05-01") == {"silent": 1}


LOG = """Ref,Body,Asked,Answered,Result,Why,Section,Until
1,Office,2026-01-05,2026-01-20,full,,,
2,Office,2026-01-05,2026-02-20,partial,exemption,s.36,2026-03-03
3,Office,2026-01-05,2026-01-30,refused,cost,s.12,
4,Office,2026-01-05,2026-03-30,refused,vexatious,s.14,
5,Office,2026-01-05,2026-01-08,refused,unclear,,
6,Office,2026-01-05,,open,,,
"""
MAPPING = """
[columns]
reference = "Ref"
body = "Body"
received_on = "Asked"
answered_on = "Answered"
outcome = "Result"
ground = "Why"
section = "Section"
extended_to = "Until"
[defaults]
title = "A question"
topic = "other"
cbo_code = "LOG"
statute_id = "UK-FOIA-2000"
[bodies]
found_by = "name"
create = {country = "GB", code_prefix = "GB-"}
[cbo.create]
name_en = "Log"
name_km = "Log"
"""


async def test_a_log_brings_what_the_methods_ask_for(session: AsyncSession) -> None:
    report = await load(session, LOG.encode(), read_mapping(MAPPING.encode()))
    assert {line.result for line in report.lines} == {LineResult.IMPORTED}, [
        line.reason() for line in report.lines
    ]
    asked = {
        "method": "uk",
        "since": "2026-01-01",
        "until": "2026-01-31",
        "as_of": "2026-04-30",
        "by": "section",
    }
    found = await table(session, None, decode(StatisticsQuery, asked), make.NOW.date())
    counts = found.total.figures.counts
    assert {name: number for name, number in counts.items() if number} == {
        "met": 3,
        "extended": 1,
        "late": 2,
        "advice": 1,
        "granted": 1,
        "partially_withheld": 1,
        "withheld_cost": 1,
        "withheld_vexatious": 1,
        "not_yet_provided": 1,
    }
    assert [line.keys[0] for line in found.lines] == ["s.12", "s.14", "s.36", None]

"""Logs of an agency and an office, imported and reported as the United States and the United Kingdom do: each number counted by hand."""

from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from rti.calendars.commands import DeclareDay
from rti.core.validation import decode
from rti.imports.mapping import read_mapping
from rti.imports.report import LineResult
from rti.requests.date_changes import change
from rti.statistics.commands import StatisticsQuery
from rti.statistics.figures import round_half_up
from rti.statistics.queries import Table, table
from tests.imports.files import load
from tests.statistics import make

LOG = """Id,Received,Perfected,Closed,Disposition,Track
before,2023-07-03,2023-07-03,2023-09-01,Full grant,Simple
1,2023-10-02,2023-10-02,2023-10-02,Full grant,Simple
2,2024-01-02,2024-01-02,2024-01-05,Full grant,Simple
3,2024-06-17,2024-06-17,2024-06-24,Partial grant/partial denial,Simple
4,2023-08-01,2023-08-01,2023-10-10,Partial grant/partial denial,Complex
5,2024-03-04,2024-03-04,2024-03-06,Full denial based on exemptions,Expedited
6,2024-04-01,2024-04-01,2024-04-29,No records,Simple
7,2024-04-01,2024-04-05,2024-05-06,All records referred,Complex
8,2024-02-05,,2024-02-12,Request withdrawn,Simple
9,2024-04-01,2024-04-01,2024-04-02,Fee-related reason,Simple
10,2024-04-01,2024-04-01,2024-04-03,Records not reasonably described,Complex
11,2024-04-01,2024-04-01,2024-04-03,Improper FOIA request for other reason,Complex
12,2024-04-01,2024-04-01,2024-04-04,Not agency record,Complex
13,2024-04-01,2024-04-01,2024-04-05,Duplicate request,Complex
14,2024-04-01,2024-04-01,2024-04-08,Other,Complex
15,2024-05-01,2024-05-01,,Open,Complex
16,2024-09-20,2024-09-20,,Open,Simple
17,2024-09-25,2024-10-03,,Open,Simple
18,2024-07-01,2024-07-01,2024-10-15,Full grant,Simple
after,2024-10-07,2024-10-07,2024-10-08,Full grant,Simple
"""
MAPPING = """
[columns]
reference = "Id"
submitted_on = "Received"
received_on = "Perfected"
answered_on = "Closed"
outcome = "Disposition"
ground = "Disposition"
question_class = "Track"
urgent = "Track"
[defaults]
title = "A question"
topic = "other"
cbo_code = "LOG"
statute_id = "US-FOIA"
body = "Agency"
[values.outcome]
"Full grant" = "full"
"Partial grant/partial denial" = "partial"
"Full denial based on exemptions" = "refused"
"No records" = "not_held"
"All records referred" = "referred"
"Request withdrawn" = "withdrawn"
"Fee-related reason" = "refused"
"Records not reasonably described" = "refused"
"Improper FOIA request for other reason" = "refused"
"Not agency record" = "refused"
"Duplicate request" = "refused"
"Other" = "refused"
"Open" = "open"
[values.ground]
"Full grant" = ""
"Partial grant/partial denial" = "exemption"
"Full denial based on exemptions" = "exemption"
"No records" = ""
"All records referred" = ""
"Request withdrawn" = ""
"Fee-related reason" = "fees"
"Records not reasonably described" = "unclear"
"Improper FOIA request for other reason" = "improper"
"Not agency record" = "not_a_record"
"Duplicate request" = "duplicate"
"Other" = "other"
"Open" = ""
[values.question_class]
"Simple" = "routine"
"Complex" = "difficult"
"Expedited" = ""
[values.urgent]
"Simple" = "false"
"Complex" = "false"
"Expedited" = "true"
[bodies]
found_by = "name"
create = {country = "US", code_prefix = "US-"}
[cbo.create]
name_en = "Log"
name_km = "Log"
"""
BRITISH = """
[columns]
reference = "reference"
received_on = "received_on"
answered_on = "answered_on"
outcome = "outcome"
ground = "ground"
extended_to = "extended_to"
[defaults]
title = "A question"
topic = "other"
cbo_code = "LOG"
statute_id = "UK-FOIA-2000"
body = "Office"
[bodies]
found_by = "name"
create = {country = "GB", code_prefix = "GB-"}
[cbo.create]
name_en = "Log"
name_km = "Log"
"""


@pytest.fixture
async def agency(session: AsyncSession) -> AsyncSession:
    report = await load(session, LOG.encode(), read_mapping(MAPPING.encode()))
    assert {line.result for line in report.lines} == {LineResult.IMPORTED}, [
        line.reason() for line in report.lines
    ]
    return session


async def report(session: AsyncSession, year: int, **more: str) -> Table:
    """Of a fiscal year, which begins on 1 October of the year before."""
    asked = {"method": "us", "since": f"{year - 1}-10-01", "until": f"{year}-09-30", "as_of": "2026-01-31"}
    return await table(session, None, decode(StatisticsQuery, {**asked, **more}), make.NOW.date())


async def test_every_column_of_an_annual_report_equals_the_count_by_hand(agency: AsyncSession) -> None:
    counts = (await report(agency, 2024)).total.figures.counts
    assert counts == {
        "pending_start": 1,
        "received_in_period": 17,
        "processed": 14,
        "pending_end": 4,
        "full_grant": 2,
        "partial_grant": 2,
        "exemption_denial": 1,
        "no_records": 1,
        "all_referred": 1,
        "request_withdrawn": 1,
        "fee_related": 1,
        "not_described": 1,
        "improper": 1,
        "not_agency_record": 1,
        "duplicate": 1,
        "other": 1,
        "backlog": 2,
    }


async def test_a_request_that_is_perfected_in_the_next_year_was_received_in_this_one(
    agency: AsyncSession,
) -> None:
    """What is pending at the start is what the last report said was pending at its end."""
    years = [(await report(agency, year)).total.figures.counts for year in (2023, 2024, 2025)]
    for year, following in pairwise(years):
        assert following["pending_start"] == year["pending_end"]
    assert [year["received_in_period"] for year in years] == [2, 17, 1]


async def test_days_count_from_the_day_on_which_a_request_was_perfected_by_the_calendar_of_its_law(
    agency: AsyncSession,
) -> None:
    """Labor Day, Columbus Day and Juneteenth are off in the United States; none of them is in Cambodia."""
    figures = (await report(agency, 2024)).total.figures
    days = {duration.id: each for duration, each in figures.durations}
    told = {
        name: (each.count, each.median, round_half_up(each.mean, 2), each.lowest, each.highest)
        for name, each in days.items()
        if each.count
    }
    assert told == {
        # 0, 1, 3, 4 and 20: the one that was answered on its day took "<1"; what was never perfected is in none.
        "viia_simple": (5, 3, Decimal("5.60"), 0, 20),
        # 2, 2, 3, 4, 5, 21 and 48
        "viia_complex": (7, 4, Decimal("12.14"), 2, 48),
        "viia_expedited": (1, 2, Decimal("2.00"), 2, 2),
        "viib_simple": (3, 3, Decimal("2.33"), 0, 4),
        "viib_complex": (1, 48, Decimal("48.00"), 48, 48),
    }
    bands = dict(figures.bands)
    assert {band: number for band, number in bands.items() if number} == {"1-20": 11, "21-40": 1, "41-60": 1}


async def test_quarters_add_up_to_the_year_and_their_medians_do_not(agency: AsyncSession) -> None:
    found = await report(agency, 2024, by="quarter")
    lines = {line.keys[0]: line.figures for line in found.lines}
    assert sum((Counter(each.counts) for each in lines.values()), Counter()) == Counter(
        found.total.figures.counts
    )
    assert {quarter: each.counts["processed"] for quarter, each in lines.items()} == {
        "2023-Q4": 2,
        "2024-Q1": 3,
        "2024-Q2": 9,
        None: 0,
    }


async def test_days_of_a_past_report_do_not_move_when_a_day_off_is_declared_later(
    agency: AsyncSession,
) -> None:
    async def highest(as_of: date, today: date) -> int | None:
        wanted = decode(StatisticsQuery, {"method": "us", "as_of": str(as_of), "known_on": str(as_of)})
        days = (await table(agency, None, wanted, today)).total.figures.durations
        return max(each.highest or 0 for _, each in days)

    before, today = make.NOW.date(), date(2026, 12, 31)
    assert await highest(before, before) == 73
    off = DeclareDay(
        country="US", day=date(2024, 7, 10), name_en="Closed", name_km="ឈប់", source="Executive order"
    )
    await change(agency, off, None, make.NOW.replace(month=12))
    assert await highest(before, today) == 73
    assert await highest(today, today) == 72


async def test_a_quarter_of_the_united_kingdom_adds_up_and_a_half_is_rounded_up(
    session: AsyncSession,
) -> None:
    rows = [
        *["2026-01-05,2026-01-20,full,,"] * 4,
        *["2026-01-05,2026-01-20,partial,exemption,"] * 2,
        # Twenty working days from 5 January end on 2 February.
        ("2026-01-05,2026-02-02,refused,exemption,"),
        ("2026-01-05,2026-02-03,refused,cost,"),
        ("2026-01-05,2026-02-20,refused,repeated,2026-03-03"),
        ("2026-01-05,2026-01-06,not_held,,"),
        ("2026-01-05,2026-01-06,referred,,"),
        ("2026-01-05,2026-01-06,refused,unclear,"),
        ("2026-01-05,2026-01-06,withdrawn,,"),
        ("2026-01-05,,withdrawn,,"),
        ("2026-01-05,,open,,"),
        ("2026-04-01,2026-04-01,full,,"),
    ]
    head = "reference,received_on,answered_on,outcome,ground,extended_to\n"
    log = head + "".join(f"{number},{row}\n" for number, row in enumerate(rows))
    done = await load(session, log.encode(), read_mapping(BRITISH.encode()))
    assert {line.result for line in done.lines} == {LineResult.IMPORTED}, [
        line.reason() for line in done.lines
    ]
    asked = {"method": "uk", "since": "2026-01-01", "until": "2026-06-30", "as_of": "2026-07-31"}
    found = await table(session, None, decode(StatisticsQuery, {**asked, "by": "quarter"}), make.NOW.date())
    first = next(line.figures for line in found.lines if line.keys == ("2026-Q1",))
    assert {name: number for name, number in first.counts.items() if number} == {
        "on_hold_or_lapsed": 2,
        "met": 10,
        "extended": 1,
        "late": 2,
        "advice": 1,
        "not_held": 2,
        "granted": 4,
        "partially_withheld": 2,
        "withheld_exemption": 1,
        "withheld_cost": 1,
        "withheld_repeated": 1,
        "not_yet_provided": 1,
    }
    shares = {measure.id: (rate.denominator, rate.percent(0)) for measure, rate in first.rates}
    assert shares == {
        "met_rate": (13, 77),
        "in_time_rate": (13, 85),
        "granted_rate": (10, 40),
        "withheld_rate": (10, 30),
        "cost_rate": (5, 20),
        "vexatious_rate": (5, 20),
        "exemption_rate": (5, 60),
    }
    assert sum((Counter(line.figures.counts) for line in found.lines), Counter()) == Counter(
        found.total.figures.counts
    )

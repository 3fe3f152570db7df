"""Logs as others keep them: open lines stay open, days and names are read as they are meant, or it is told."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import Database
from rti.core.errors import Invalid
from rti.core.validation import decode
from rti.imports.mapping import read_mapping
from rti.imports.report import LineResult, Report
from rti.law.events import EventKind, Outcome
from rti.law.status import RequestStatus
from rti.models.bodies import PublicBodyRow
from rti.models.cbos import CboRow
from rti.models.requests import EventRow, RequestRow
from rti.models.statutes import StatuteRow
from rti.statistics.commands import StatisticsQuery
from rti.statistics.figures import Percentage
from rti.statistics.measures import State
from rti.statistics.methods.own import ON_TIME, RESPONSE
from rti.statistics.queries import table
from tests import make
from tests.conftest import TODAY
from tests.imports.files import fates, load, load_fixed, reasons

COLUMNS = '[columns]\nreference = "Ref"\nbody = "Body"\nreceived_on = "Asked"\n'
ANSWERS = 'answered_on = "Answered"\noutcome = "Result"\n'
REST = """
[defaults]
title = "Request"
topic = "other"
cbo_code = "LOG"
[dates]
format = "%d/%m/%Y"
[standard]
limit = "30 calendar"
[cbo.create]
name_en = "Log"
name_km = "បញ្ជី"
"""
BY_NAME = '[bodies]\nfound_by = "name"\n[bodies.create]\ncountry = "KH"\ncode_prefix = "X-"\n'


async def loaded(session: AsyncSession, mapping: str, text: str, **run: bool) -> Report:
    return await load(session, text.encode(), read_mapping(mapping.encode()), **run)


async def stored(session: AsyncSession) -> dict[str, RequestRow]:
    return {row.reference: row for row in await session.scalars(select(RequestRow))}


async def made(session: AsyncSession) -> list[str]:
    """What a log has added to the directory."""
    found = await session.scalars(select(PublicBodyRow.name_en).where(PublicBodyRow.code.startswith("X-")))
    return sorted(found)


async def test_a_log_with_open_lines_gives_the_shares_that_a_count_by_hand_gives(
    session: AsyncSession,
) -> None:
    meanings = '[values.outcome]\n"yes" = "full"\n"outstanding" = "open"\n"long overdue" = ""\n"taken back" = "withdrawn"\n'
    report = await loaded(
        session,
        COLUMNS + ANSWERS + REST + meanings,
        "Ref,Body,Asked,Answered,Result\n"
        "R-1,KH-0102,01/09/2026,05/09/2026,Yes\n"
        "R-2,KH-0102,01/09/2026,01/10/2026,Yes\n"
        "R-3,KH-0102,01/09/2026,02/10/2026,Yes\n"
        "R-4,KH-0102,01/09/2026,,Outstanding\n"
        "R-5,KH-0102,01/09/2026,- ,Long  overdue\n"
        "R-6,KH-0102,20/11/2026,n/a,Outstanding\n"
        "R-7,KH-0102,01/09/2026,05/09/2026,Taken back\n",
    )
    assert report.counts[LineResult.IMPORTED] == 7, reasons(report)
    found = (await table(session, None, decode(StatisticsQuery, {}), TODAY)).total.figures
    assert {state: count for state, count in found.counts.items() if count and isinstance(state, State)} == {
        State.IN_TIME: 2,
        State.LATE: 1,
        State.SILENT: 2,
        State.NOT_YET_DUE: 1,
        State.WITHDRAWN: 1,
    }
    assert (found.rate(ON_TIME), found.rate(RESPONSE)) == (Percentage(2, 5), Percentage(3, 5))
    rows = await stored(session)
    assert (rows["R-4"].status, rows["R-4"].outcome) == (RequestStatus.OPEN, None)
    assert (rows["R-7"].status, rows["R-7"].ended_on) == (RequestStatus.WITHDRAWN, date(2026, 9, 5))


async def test_an_answer_without_a_day_is_one_on_an_unknown_day(session: AsyncSession) -> None:
    report = await loaded(
        session,
        COLUMNS + ANSWERS + REST,
        "Ref,Body,Asked,Answered,Result\n"
        "R-1,KH-0102,01/09/2026,,refused\n"
        "R-2,KH-0102,01/09/2026,,withdrawn\n"
        "R-3,KH-0102,01/09/2026,05/09/2026,full\n",
    )
    assert [warning.render().split(".")[0] for warning in report.warnings] == [
        "Requests answered or withdrawn without a date: 2"
    ]
    query = select(EventRow).where(EventRow.kind.in_([EventKind.ANSWERED, EventKind.WITHDRAWN]))
    events = {
        row.reference: event
        for row in (await stored(session)).values()
        for event in await session.scalars(query.where(EventRow.request_id == row.id))
    }
    values = {
        name: (event.kind, event.outcome, event.happened_on, event.details) for name, event in events.items()
    }
    assert values == {
        "R-1": (EventKind.ANSWERED, Outcome.REFUSED, TODAY, {"undated": True}),
        "R-2": (EventKind.WITHDRAWN, None, TODAY, {"undated": True}),
        "R-3": (EventKind.ANSWERED, Outcome.FULL, date(2026, 9, 5), {}),
    }


async def test_a_log_of_one_body_needs_no_column_for_it(session: AsyncSession) -> None:
    mapping = (
        '[columns]\nreference = "Request ID"\nreceived_on = "Received Date"\nanswered_on = "Closed Date"\n'
        'title = "Request Description"\n'
        + REST.replace("[defaults]", '[defaults]\nbody = "KH-0102"').replace("%d/%m", "%m/%d")
    )
    report = await loaded(
        session,
        mapping,
        '"Log of requests - April 1, 2026 to June 30, 2026",,,\n'
        "Request ID, Received  Date,REQUEST DESCRIPTION,Closed Date\n"
        "26-001-F ,4/1/2026,records of a kind ,4/20/2026\n"
        "26-002-F ,4/2/2026,records of another kind ,- \n",
    )
    assert fates(report) == {3: LineResult.IMPORTED, 4: LineResult.IMPORTED}
    rows = await stored(session)
    assert (rows["26-001-F"].status, rows["26-002-F"].status) == (RequestStatus.ANSWERED, RequestStatus.OPEN)
    code = await session.scalar(
        select(PublicBodyRow.code).where(PublicBodyRow.id == rows["26-001-F"].body_id)
    )
    assert code == "KH-0102"


async def test_a_rejected_line_leaves_nothing_behind(session: AsyncSession) -> None:
    report = await loaded(
        session,
        COLUMNS + ANSWERS + REST + BY_NAME,
        "Ref,Body,Asked,Answered,Result\n"
        "TOTAL,Total requests: 5,,,\n"
        "A-5,Ministry of Never,05/09/2026,01/09/2026,full\n"
        "A-6,Ministry of Tomorrow,05/09/2027,,\n"
        "A-7,Ministry of Words,05/09/2026,01/10/2026,perhaps\n",
    )
    assert report.counts[LineResult.REJECTED] == 4
    assert await made(session) == []
    assert await session.scalar(select(CboRow).where(CboRow.code == "LOG")) is None
    assert await session.get(StatuteRow, ("STANDARD-30-CALENDAR", 1)) is None


async def test_spellings_of_one_body_are_one_body(session: AsyncSession) -> None:
    report = await loaded(
        session,
        COLUMNS + REST + BY_NAME,
        "Ref,Body,Asked\n"
        "A-1,Ministry of Testing,01/09/2026\n"
        "A-2,ministry of testing,02/09/2026\n"
        "A-3,Ministry of  Testing,03/09/2026\n"
        "A-4,Ministry of Testing\u200b,04/09/2026\n"
        "A-5,ក្រសួងសាកល្បង,04/09/2026\n"
        "A-6,ក្រសួង\u200bសាកល្បង,05/09/2026\n"
        "A-7,ក្រសួងសាកល្បង ,06/09/2026\n",
    )
    assert report.counts[LineResult.IMPORTED] == 7
    assert await made(session) == ["Ministry of Testing", "ក្រសួងសាកល្បង"]


async def test_bodies_that_were_told_apart_once_are_found_as_they_are_written(database: Database) -> None:
    log = "Ref,Body,Asked\nA-1,Office of Tests,01/09/2026\nA-2,OFFICE OF TESTS,02/09/2026\n"
    async with database.transaction() as session:
        await loaded(session, COLUMNS + REST + BY_NAME, log[:47])
        first = await session.scalar(select(PublicBodyRow).where(PublicBodyRow.code.startswith("X-")))
        assert first
        values = {name: getattr(first, name) for name in ("kind", "country", "created_at")}
        other = {"name_en": "OFFICE OF TESTS", "name_km": "OFFICE OF TESTS", "code": "X-2"}
        session.add(PublicBodyRow(**values, **other))
    async with database.transaction() as session:
        report = await loaded(session, COLUMNS + REST + BY_NAME, log + "A-3,office of tests,03/09/2026\n")
        assert fates(report) == {2: LineResult.ALREADY_THERE, 3: LineResult.IMPORTED, 4: LineResult.REJECTED}
        assert "There are 2 public bodies with this name" in reasons(report)[4]


async def test_a_reference_is_taken_as_it_stands_on_the_letter(session: AsyncSession) -> None:
    report = await loaded(
        session,
        COLUMNS + REST,
        "Ref,Body,Asked\nលេខ ០១៥ ស.ជ.ណ,KH-0102,01/09/2026\nG-2,KH-0102,០១/០៩/២០២៦\n",
    )
    assert report.counts[LineResult.IMPORTED] == 2, reasons(report)
    rows = await stored(session)
    assert {name: row.received_on for name, row in rows.items()} == {
        "លេខ ០១៥ ស.ជ.ណ": date(2026, 9, 1),
        "G-2": date(2026, 9, 1),
    }


@pytest.mark.parametrize("dry_run", [True, False])
async def test_day_and_month_that_are_swapped_are_told(session: AsyncSession, *, dry_run: bool) -> None:
    log = "Ref,Body,Asked\nS-1,KH-0102,03/04/2026\nS-2,KH-0102,25/04/2026\n"
    wrong = await loaded(session, COLUMNS + REST.replace("%d/%m", "%m/%d"), log, dry_run=dry_run)
    (warning,) = wrong.warnings
    assert warning.render().startswith("More dates fit %d/%m/%Y than %m/%d/%Y.")
    assert (await loaded(session, COLUMNS + REST, log, dry_run=dry_run)).warnings == []


async def test_minutes_for_months_are_refused(session: AsyncSession) -> None:
    with pytest.raises(Invalid, match="%M is for minutes"):
        await loaded(session, COLUMNS + REST.replace("%m", "%M"), "Ref,Body,Asked\nM-1,KH-0102,15/09/2026\n")


async def test_words_without_a_meaning_are_told_once_with_how_often(session: AsyncSession) -> None:
    lines = "".join(f"R-{n},KH-0102,01/09/2026,02/09/2026,Postponed\n" for n in range(40))
    report = await loaded(
        session,
        COLUMNS + ANSWERS + REST,
        f"Ref,Body,Asked,Answered,Result\n{lines}R-40,KH-0102,01/09/2026,02/09/2026,Shelved\n",
    )
    postponed, shelved = report.remarks()
    assert (postponed.numbers, shelved.numbers) == ("2, 3, 4, 5, 6, 7, 8, 9, 10, 11… (40)", "42")
    assert "“Postponed” yet. Add it under [values.outcome]. Choose one of: full" in postponed.reason
    assert "open, withdrawn" in postponed.reason


async def test_an_answer_to_what_was_handed_over_without_a_receipt_is_imported(session: AsyncSession) -> None:
    person = (await make.member(session)).person
    report = await load_fixed(
        session,
        """body_code,title,topic,submitted_on,answered_on,outcome
KH-010201,Road,budget,2026-01-05,2026-01-07,
KH-010201,Market,budget,2026-01-05,2026-01-04,
KH-010201,School,budget,,2026-01-07,
""",
        person,
    )
    assert fates(report)[2] is LineResult.IMPORTED
    assert reasons(report)[3] == "answered_on: This is before the date of the previous step (2026-01-05)"
    assert reasons(report)[4].startswith("received_on: There is an answer but no date received")

"""Requests out of a log: each line has one fate, twice is once, and nothing is ever half written."""

import asyncio
from datetime import date, timedelta
from io import BytesIO

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.roles import Role
from rti.imports import requests
from rti.imports.csv_reader import CsvFile
from rti.imports.mapping import FIXED
from rti.imports.report import LineResult, Report, Run
from rti.imports.upsert import BODY_COLUMNS, CBO_COLUMNS, import_bodies, import_cbos
from rti.law.events import EventKind, Outcome
from rti.law.status import RequestStatus
from rti.models.bodies import PublicBodyRow
from rti.models.cbos import CboRow
from rti.models.requests import DeadlineRow, EventRow, Medium, RequestRow
from rti.models.statutes import StatuteRow
from rti.requests.queries import events_of
from rti.requests.references import numbered
from tests import make
from tests.conftest import NOW, TODAY
from tests.imports.files import LOG, fates, load, load_fixed, reasons

REJECTED = {30, 32, 33, 35, 36, 37, 41, 45}


async def stored(session: AsyncSession) -> dict[str, RequestRow]:
    return {row.reference: row for row in await session.scalars(select(RequestRow))}


async def counted(session: AsyncSession) -> list[int]:
    tables = (RequestRow, EventRow, DeadlineRow, PublicBodyRow, CboRow, StatuteRow)
    return [await session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


async def test_every_line_has_one_fate(session: AsyncSession) -> None:
    report = await load(session)
    found = fates(report)
    empty_or_continued = {39, 43, 44}
    assert sorted(found) == sorted({*range(2, 46)} - empty_or_continued)
    assert len(report.lines) == len(found) == sum(report.counts.values())
    assert {number for number, fate in found.items() if fate is LineResult.REJECTED} == REJECTED
    assert {number: line.first for number, line in zip(found, report.lines, strict=True) if line.first} == {
        26: 2,
        27: 5,
    }
    assert [number for number, fate in found.items() if fate is LineResult.DOUBTFUL] == [28]


async def test_a_rejected_line_says_which_column_and_why(session: AsyncSession) -> None:
    rejected = reasons(await load(session))
    assert rejected[30] == "Received: There is an answer but no date received"
    assert rejected[32] == "Decided: This is before the date received (2019-03-05)"
    assert rejected[33].startswith("Received: Enter a date between 1900 and 2200")
    assert rejected[35] == "line: This line has 5 cells, but the header has 9"
    assert rejected[36].startswith("Decision: The mapping does not cover “Postponed”")
    assert rejected[37] == "Received: This is not a date in the format %d/%m/%Y"
    assert rejected[41] == "Office: This is required"
    assert rejected[45].startswith("Received:")
    assert rejected[26] == "The same as line 2"


async def test_references_stay_unique_and_a_returned_one_is_doubtful(session: AsyncSession) -> None:
    await load(session)
    rows = await stored(session)
    assert rows["H-001"].doubtful is None
    assert rows["H-001~2"].doubtful == requests.RETURNED
    assert rows["H-001~2"].title == "Plan 1 again"
    other = rows["H-001~3"]
    assert (other.title, other.doubtful) == ("Another plan", None), "another office has its own numbers"
    assert rows[numbered("TEST-LOG", 1)].title == "No number"


async def test_a_line_is_stored_with_its_events_and_its_benchmark(session: AsyncSession) -> None:
    await load(session)
    rows = await stored(session)
    answered = rows["H-038"]
    assert (answered.title, answered.outcome) == ("Two\nlines", Outcome.FULL)
    assert answered.question == 'Applicant: public\nRemarks: said; "no"'
    assert answered.due_on == date(2019, 3, 5) + timedelta(days=30)
    assert (answered.status, answered.binding) == (RequestStatus.ANSWERED, False)
    events = select(EventRow.kind).where(EventRow.request_id == answered.id).order_by(EventRow.happened_on)
    assert list(await session.scalars(events)) == [EventKind.RECEIVED, EventKind.ANSWERED]
    still_open = rows["H-034"]
    assert (still_open.status, still_open.next_due_on) == (RequestStatus.OPEN, still_open.due_on)
    assert (rows["H-040"].outcome, rows["H-040"].title) == (Outcome.UNKNOWN, "Request without a subject")


async def test_a_line_means_the_same_as_a_form(session: AsyncSession) -> None:
    person = (await make.member(session)).person
    days = {
        "drafted_on": date(2026, 10, 1),
        "submitted_on": date(2026, 10, 2),
        "received_on": date(2026, 10, 5),
    }
    filed = await make.request(session, person, NOW, **days)
    await make.event(
        session,
        filed.id,
        person,
        NOW,
        EventKind.ANSWERED,
        date(2026, 10, 20),
        outcome=Outcome.PARTIAL,
        medium=Medium.MEETING,
    )
    await load_fixed(
        session,
        "body_code,title,topic,drafted_on,submitted_on,received_on,answered_on,outcome,answer_medium,reference\n"
        f"KH-010201,{filed.title},budget,2026-10-01,2026-10-02,2026-10-05,2026-10-20,partial,meeting,LINE\n",
        person,
    )
    imported = (await stored(session))["LINE"]
    own = {"id", "reference", "import_key"}
    columns = [column.key for column in RequestRow.__table__.columns if column.key not in own]
    assert {name: getattr(imported, name) for name in columns} == {
        name: getattr(filed, name) for name in columns
    }
    entries = [await events_of(session, request.id) for request in (imported, filed)]
    assert [each.details for each in entries[0]] == [each.details for each in entries[1]]
    clocks = [await make.deadlines_of(session, request.id) for request in (imported, filed)]
    values = [
        [(clock.kind, clock.state, clock.due_on, clock.met_on, clock.steps) for clock in each]
        for each in clocks
    ]
    assert values[0] == values[1]
    assert values[0]


async def test_bodies_organisation_and_standard_are_recorded_once(session: AsyncSession) -> None:
    await load(session)
    bodies = (
        await session.scalars(
            select(PublicBodyRow).where(PublicBodyRow.country == "XX").order_by(PublicBodyRow.code)
        )
    ).all()
    assert [(body.code, body.name_en) for body in bodies] == [
        ("XX-HARBOUR-OFFICE", "Harbour Office"),
        ("XX-WATER-BOARD", "Water Board"),
    ]
    assert (
        await session.scalar(select(func.count()).select_from(CboRow).where(CboRow.code == "TEST-LOG")) == 1
    )
    assert await session.get(StatuteRow, ("STANDARD-30-CALENDAR", 1))


async def test_twice_is_once(database: Database) -> None:
    async with database.transaction() as session:
        first = await load(session)
        before = await counted(session)
    async with database.transaction() as session:
        again = await load(session)
        assert await counted(session) == before
    assert again.counts[LineResult.IMPORTED] == again.counts[LineResult.DOUBTFUL] == 0
    assert (
        again.counts[LineResult.ALREADY_THERE]
        == first.counts[LineResult.IMPORTED] + first.counts[LineResult.DOUBTFUL]
    )
    assert again.counts[LineResult.REJECTED] == first.counts[LineResult.REJECTED]


async def test_two_imports_at_the_same_time_are_one(database: Database) -> None:
    async with database.transaction() as session:
        await load(session, b"".join(LOG.splitlines(keepends=True)[:10]))

    async def one() -> Report:
        async with database.transaction() as session:
            return await load(session)

    first, second = sorted(
        await asyncio.gather(one(), one()), key=lambda report: report.counts[LineResult.IMPORTED]
    )
    assert first.counts[LineResult.IMPORTED] == 0
    assert second.counts[LineResult.IMPORTED] > 0
    assert (
        first.counts[LineResult.ALREADY_THERE]
        == second.counts[LineResult.ALREADY_THERE]
        + second.counts[LineResult.IMPORTED]
        + second.counts[LineResult.DOUBTFUL]
    )


async def test_while_a_file_is_imported_its_organisation_files_without_waiting_and_no_number_comes_twice(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Someone files behind each two lines of a file, before any of it is kept; a dry run takes no numbers."""
    monkeypatch.setattr(requests, "AT_ONCE", 2)
    async with database.transaction() as session:
        person = (await make.member(session)).person
    lines = "\n".join(f"KH-010201,Road {n},budget,2026-01-05" for n in range(6))
    text = f"body_code,title,topic,received_on\n{lines}\n"
    filed: list[str] = []

    async def file_one(*_: object) -> None:
        async with database.transaction() as session:
            filed.append((await make.request(session, person, NOW)).reference)

    monkeypatch.setattr(Run, "report_progress", file_one)
    for dry_run in (True, False):
        async with database.under(Login.CBO).transaction(person.id) as session:
            report = await load_fixed(session, text, person, dry_run=dry_run)
            assert report.counts[LineResult.IMPORTED] == 6
    async with database.transaction() as session:
        numbers = sorted(await stored(session))
    assert len(numbers) == 6 + len(filed) == len({*numbers, *filed})
    code = filed[0].rpartition("-")[0]
    assert filed[:4] == [numbered(code, number) for number in range(1, 5)]
    assert numbers[-1] == numbered(code, len(numbers)), "there are no holes"


async def test_a_dry_run_waits_for_nobody_and_nobody_waits_for_it(database: Database) -> None:
    """While somebody holds the organisation and a body, files of both are looked through."""
    async with database.transaction() as session:
        member = await make.member(session)
        code = (await session.get_one(CboRow, member.person.cbo_id)).code
    kinds = {
        import_cbos: f"code,name_km,name_en,area_code\n{code},ក,A,0102\n",
        import_bodies: "code,kind,name_km,name_en,area_code\nKH-010201,commune_administration,ក,A,010201\n",
    }
    text = "body_code,title,topic,received_on\nKH-010201,Road,budget,2026-01-05\n"
    async with database.transaction() as session, asyncio.timeout(30):
        for table in (CboRow, PublicBodyRow):
            await session.execute(select(table.id).with_for_update())
        async with database.transaction() as other:
            assert (await load_fixed(other, text, member.person, dry_run=True)).counts[
                LineResult.IMPORTED
            ] == 1
            for load_them, content in kinds.items():
                columns = CBO_COLUMNS if load_them is import_cbos else BODY_COLUMNS
                file = CsvFile(BytesIO(content.encode()), columns)
                report = await load_them(other, file, NOW, Run(dry_run=True))
                assert (report.counts[LineResult.UPDATED], report.undone) == (1, True), reasons(report)


async def test_a_later_file_adds_only_what_is_new(database: Database) -> None:
    start = b"".join(LOG.splitlines(keepends=True)[:10])
    async with database.transaction() as session:
        await load(session, start)
    async with database.transaction() as session:
        report = await load(session)
        rows = await stored(session)
    assert report.counts[LineResult.ALREADY_THERE] == 9
    assert rows["H-001~2"].doubtful, "the reference is remembered from the file before"


async def test_columns_in_another_order_change_nothing(database: Database) -> None:
    text = "body_code,title,topic,received_on\nKH-010201,Road,budget,2026-01-05\n"
    turned = "topic;received_on;title;body_code\nbudget;2026-01-05;Road;KH-010201\n"
    async with database.transaction() as session:
        person = (await make.member(session)).person
        assert (await load_fixed(session, text, person)).counts[LineResult.IMPORTED] == 1
    async with database.transaction() as session:
        assert (await load_fixed(session, turned, person)).counts[LineResult.ALREADY_THERE] == 1


async def test_a_dry_run_tells_the_same_and_writes_nothing(database: Database) -> None:
    async with database.transaction() as session:
        before = await counted(session)
        dry = await load(session, dry_run=True)
        assert await counted(session) == before
    async with database.transaction() as session:
        assert await counted(session) == before
        real = await load(session)
    assert dry.undone
    assert dry.lines == real.lines


async def test_all_or_nothing_keeps_nothing_if_a_line_is_rejected(session: AsyncSession) -> None:
    before = await counted(session)
    assert (await load(session, all_or_nothing=True)).undone
    assert await counted(session) == before
    start = b"".join(LOG.splitlines(keepends=True)[:10])
    assert not (await load(session, start, all_or_nothing=True)).undone


async def test_an_import_that_breaks_in_the_middle_leaves_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "AT_ONCE", 5)
    async with database.transaction() as session:
        before = await counted(session)
    values: list[int] = []

    def pull_the_plug(file: CsvFile) -> None:
        values.append(file.lines)
        if len(values) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        async with database.transaction() as session:
            await load(session, on_progress=pull_the_plug)
    async with database.transaction() as session:
        assert await counted(session) == before


async def test_a_member_imports_for_the_own_organisation_only(session: AsyncSession) -> None:
    other = await make.cbo(session, NOW, "OTHER")
    person = (await make.member(session)).person
    report = await load_fixed(
        session,
        "body_code,title,topic,received_on,cbo_code\n"
        "KH-010201,Road,budget,2026-01-05,\n"
        f"KH-010201,Bridge,budget,2026-01-05,{other.code}\n",
        person,
    )
    assert fates(report) == {2: LineResult.IMPORTED, 3: LineResult.REJECTED}
    assert reasons(report)[3] == "cbo_code: You can only import requests of your own organisation"
    rows = await session.scalars(select(RequestRow))
    assert [(row.cbo_id, row.filed_by) for row in rows] == [(person.cbo_id, person.id)]


async def test_numbers_go_on_where_the_file_ended(session: AsyncSession) -> None:
    cbo = await make.cbo(session, NOW, "NUM")
    person = (await make.member(session, of=cbo)).person
    await load_fixed(
        session,
        "body_code,title,topic,received_on,reference\n"
        "KH-010201,One,budget,2026-01-05,NUM-0001\n"
        "KH-010201,Two,budget,2026-01-05,\n",
        person,
    )
    filed = await make.request(session, person, NOW)
    assert sorted(await stored(session)) == ["NUM-0001", numbered("NUM", 2), numbered("NUM", 3)]
    assert filed.reference == numbered("NUM", 3)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"body_code": "KH-99"}, "body_code: There is no public body with the code KH-99"),
        ({"cbo_code": "NOBODY"}, "cbo_code: There is no organisation with the code NOBODY"),
        ({"cbo_code": ""}, "cbo_code: Enter the code of the requesting organisation"),
        ({"campaign_code": "NONE"}, "campaign_code: There is no campaign with the code NONE"),
        ({"statute_id": "NONE"}, "statute_id: There is no statute or standard with the ID NONE"),
        ({"received_on": ""}, "One of these dates is required"),
        ({"received_on": "2027-01-01"}, "received_on: This date is in the future"),
        ({"received_on": "1899-12-31"}, "received_on: Enter a date between 1900 and 2200"),
        ({"answered_on": "2027-01-01"}, "answered_on: This date is in the future"),
        ({"submitted_on": "2026-02-01"}, "received_on: This is before the date of the previous step"),
        ({"topic": "taxes"}, "topic: Choose one of: access_to_information"),
        ({"reference": "a~2"}, "reference: Enter the reference in one line and without ~"),
        ({"reference": "x" * 65}, "reference: Enter at most 64 characters"),
        ({"title": "x" * 20_001}, "question: Enter at most 20000 characters"),
        ({"title": "bell\x07"}, "title: This contains invisible control characters"),
        (
            {"outcome": "open", "answered_on": "2026-02-01"},
            "outcome: There is a date answered, but the outcome says that the request is open",
        ),
        ({"outcome": "full", "received_on": ""}, "received_on: There is an answer but no date received"),
    ],
)
async def test_a_wrong_field_rejects_the_line_and_not_its_neighbours(
    session: AsyncSession, fields: dict[str, str], message: str
) -> None:
    cbo = await make.cbo(session, NOW)
    right = dict.fromkeys(FIXED.expected.allowed, "") | {
        "body_code": "KH-010201",
        "title": "Road",
        "topic": "budget",
        "received_on": "2026-01-05",
        "cbo_code": cbo.code,
    }
    wrong = right | fields
    lines = [",".join(each) for each in (right, wrong.values(), (right | {"title": "After"}).values())]
    report = await load_fixed(session, "\n".join(lines))
    assert fates(report) == {2: LineResult.REJECTED, 3: LineResult.IMPORTED}
    assert message in reasons(report)[2]


async def test_a_request_may_be_on_its_way_only(session: AsyncSession) -> None:
    person = (await make.member(session)).person
    await load_fixed(
        session, "body_code,title,topic,submitted_on\nKH-010201,Road,budget,2026-01-05\n", person
    )
    (row,) = (await stored(session)).values()
    assert (row.status, row.due_on, row.submitted_on) == (RequestStatus.SUBMITTED, None, date(2026, 1, 5))


async def test_a_request_of_a_campaign_is_judged_by_its_statute(session: AsyncSession) -> None:
    campaign = await make.campaign(session, NOW)
    person = (await make.member(session, Role.CBO_LEAD)).person
    await load_fixed(
        session,
        f"body_code,title,topic,received_on,campaign_code\nKH-010201,Road,budget,2026-01-05,{campaign.code}\n",
        person,
    )
    (row,) = (await stored(session)).values()
    assert (row.campaign_id, row.statute_id) == (campaign.id, campaign.statute_id)
    assert row.received_on is not None
    assert row.received_on < TODAY

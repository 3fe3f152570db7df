"""How many organisations take part: counted by hand, as of any day, and told without giving anybody away."""

import csv
import json
from datetime import date
from io import BytesIO, StringIO

import httpx
import openpyxl
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import Database, new_id
from rti.core.roles import Role
from rti.models.cbos import CboKind, CboRow, CboStandingRow
from rti.models.requests import Filing
from rti.statistics.participation import (
    ANSWERED,
    COMPLAINED,
    FILED,
    CboDimension,
    CboGroup,
    Participation,
    ParticipationQuery,
    participation,
)
from tests import make as house
from tests.commands import rti
from tests.conftest import SignIn
from tests.statistics import make

TODAY = date(2026, 11, 23)


async def cbo(session: AsyncSession, **more: object) -> CboRow:
    given = {"area_code": "0102", "mapped": True, "target": True, **more}
    row = CboRow(id=new_id(), code=f"C-{new_id()}", name_km="ក", name_en="A", created_at=make.NOW, **given)
    session.add(row)
    await session.flush()
    return row


async def eight(session: AsyncSession) -> None:
    """Eight organisations, of which the programme aims at six; two of these filed, one got an answer."""
    body = await house.body(session, "KH-010201")
    made = [await cbo(session, area_code="0102", kind=CboKind.WOMEN) for _ in range(4)]
    made += [await cbo(session, area_code="05", kind=CboKind.LAND) for _ in range(2)]
    outside = [await cbo(session, target=False), await cbo(session, target=False, mapped=False)]
    answered = {"answered_on": date(2026, 3, 1), "outcome": "full"}
    await make.request(session, made[0], body, **answered)
    await make.request(session, made[0], body)
    await make.request(session, made[1], body, received_on=date(2026, 5, 4))
    await make.request(session, made[2], body, filing=Filing.SEALED)
    await make.request(session, made[3], body, status="draft", received_on=None, submitted_on=None)
    await make.request(session, outside[0], body, **answered)


async def counted(session: AsyncSession, **wanted: object) -> Participation:
    return await participation(session, None, ParticipationQuery(**wanted), TODAY)


async def test_organisations_that_filed_are_counted_once_and_of_those_that_are_meant(
    session: AsyncSession,
) -> None:
    await eight(session)
    found = await counted(session)
    total = found.table.total
    assert total.counts == {"none": 4, "filed": 1, "answered": 1, "complained": 0, "answered_complained": 0}
    assert (total.rate(FILED).numerator, total.rate(FILED).denominator) == (2, 6)
    assert (total.rate(ANSWERED).numerator, total.rate(ANSWERED).denominator) == (1, 2)
    assert total.rate(COMPLAINED).numerator == 0
    assert [(line.keys, line.all) for line in found.table.lines] == [(("01",), 4), (("05",), 2)]
    assert {group: (rate.numerator, rate.denominator) for group, rate in found.groups.items()} == {
        CboGroup.TARGET: (2, 6),
        CboGroup.MAPPED: (3, 7),
        CboGroup.ALL: (3, 8),
    }
    assert [(q, rate.numerator, rate.denominator) for q, rate in found.by_quarter] == [
        ("2026-Q1", 1, 6),
        ("2026-Q2", 2, 6),
    ]


async def test_thirteen_of_eighty_are_sixteen_and_a_quarter_per_cent(session: AsyncSession) -> None:
    body = await house.body(session)
    for number in range(80):
        row = await cbo(session)
        if number < 13:
            await make.request(session, row, body)
    rate = (await counted(session)).groups[CboGroup.TARGET]
    assert (rate.numerator, rate.denominator, str(rate.percent(2))) == (13, 80, "16.25")


async def test_a_complaint_counts_from_its_day_on(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    lead = await sign_in(Role.CBO_LEAD)
    async with database.transaction() as session:
        filed = await house.request(session, lead.person, make.NOW, received_on=date(2026, 2, 2))
    given = {"kind": "complaint_filed", "happened_on": "2026-06-02"}
    answer = await client.post(f"/api/requests/{filed.id}/events", json=given)
    assert answer.status_code == 201, answer.text
    async with database.transaction() as session:
        before = await counted(session, group=CboGroup.ALL, as_of=date(2026, 6, 1))
        after = await counted(session, group=CboGroup.ALL, as_of=date(2026, 6, 2))
    assert (before.table.total.counts["complained"], after.table.total.counts["complained"]) == (0, 1)


async def test_what_an_organisation_was_is_kept_for_figures_as_of_that_day(session: AsyncSession) -> None:
    row = await cbo(session, target=False)
    row.target = True
    row.kind = CboKind.WOMEN
    await session.flush()
    first, last = (
        await session.execute(
            select(CboStandingRow.target, CboStandingRow.kind).order_by(CboStandingRow.known_from)
        )
    ).all()
    assert (first.target, first.kind) == (False, None), "as it was added"
    assert (last.target, last.kind) == (True, CboKind.WOMEN)
    found = await participation(
        session, None, ParticipationQuery(group=CboGroup.ALL, by=CboDimension.CBO_KIND), TODAY
    )
    assert [line.keys for line in found.table.lines] == [(None,)], (
        "its kind was told on a later day than this one"
    )


async def test_of_a_locked_organisation_neither_place_nor_kind_is_told(session: AsyncSession) -> None:
    await cbo(session, kind=CboKind.YOUTH, locked_at=make.NOW)
    for by in CboDimension:
        (line,) = (await counted(session, by=by)).table.lines
        assert (line.keys, line.all) == ((None,), 1)


@pytest.mark.parametrize("role", [Role.WORKING_GROUP, Role.ADMINISTRATOR])
async def test_whoever_sees_no_request_is_told_no_small_number(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, role: Role
) -> None:
    async with database.transaction() as session:
        await eight(session)
    await sign_in(role)
    view = (await client.get("/api/statistics/participation")).json()
    assert view["filed"]["target"] == {"numerator": None, "denominator": 5, "percent": None, "interval": None}
    assert all(count is None for line in view["figures"]["lines"] for count in line["counts"].values())
    shown = await client.get("/participation")
    assert "not shown" in shown.text
    assert (await client.get("/participation?as_of=2026-11-22")).status_code == 422


async def test_page_and_files_give_the_same_numbers_and_members_get_none(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, database_url: str
) -> None:
    async with database.transaction() as session:
        await eight(session)
    await sign_in(Role.STAFF)
    shown = (await client.get("/participation?by=province&then_by=cbo_kind")).text
    assert "2 of 6 organisations have filed a request (33.33 %)." in shown
    assert "Total for Banteay Meanchey" in shown
    query = "by=province&then_by=cbo_kind"
    text = (await client.get(f"/participation.csv?{query}")).text
    lines = list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))
    assert [line["line"] for line in lines] == ["group", "sub-total", "group", "sub-total", "total"]
    assert (lines[-1]["filed_rate"], lines[-1]["filed_rate_numerator"]) == ("33.33", "2")
    view = (await client.get(f"/participation.json?{query}")).json()
    assert {line["digest"] for line in lines} == {view["digest"]}
    book = openpyxl.load_workbook(BytesIO((await client.get(f"/participation.xlsx?{query}")).content))
    header, *rows = book.worksheets[0].values
    assert rows[-1][header.index("filed_rate_numerator")] == 2
    wrong = await client.get("/participation?by=province&then_by=province")
    assert wrong.status_code == 422
    assert 'href="#then_by"' in wrong.text
    printed = json.loads(rti(database_url, "participation", "--format", "json").stdout)
    assert printed["filed"]["target"]["percent"] == 33.33
    await sign_in(Role.CBO_LEAD)
    assert (await client.get("/participation")).status_code == 403

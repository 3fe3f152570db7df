"""Monitors look at notice boards: from the checklist to the scores, and who learns what of it."""

import csv
from datetime import date, timedelta
from io import BytesIO, StringIO
from uuid import UUID

import httpx
import openpyxl
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import Database
from rti.core.roles import Role
from rti.models.bodies import BodyKind
from rti.models.cbos import CboRow
from rti.models.visits import Finding, VisitRow
from rti.statistics.publication import (
    Change,
    PublicationQuery,
    Visit,
    VisitDimension,
    change,
    last_visits,
    publication,
    published,
)
from rti.visits.checklists import shipped
from tests import make
from tests.conftest import NOW, TODAY, SignIn
from tests.files.make import jpeg

COMMUNE = BodyKind.COMMUNE_ADMINISTRATION
KINDS = {
    *(COMMUNE, BodyKind.DISTRICT_ADMINISTRATION, BodyKind.HEALTH_CENTRE),
    *(BodyKind.PRIMARY_SCHOOL, BodyKind.POLICE_POST, BodyKind.ONE_WINDOW_SERVICE),
}


def test_six_types_of_body_have_a_list_in_both_languages() -> None:
    assert set(shipped()) == KINDS
    for items in shipped().values():
        assert len({item.code for item in items}) == len(items) >= 4
        assert all(any("ក" <= letter <= "៹" for letter in item.km) for item in items)
        assert all(item.en.isascii() for item in items)


def seen(day: date, *findings: Finding, body: int = 1) -> Visit:

    codes = {f"item{number}": finding for number, finding in enumerate(findings)}
    return Visit(
        body_id=UUID(int=body),
        body="B",
        kind=COMMUNE,
        area_code="010201",
        campaign="C",
        cbo_id=None,
        visited_on=day,
        findings=codes,
    )


def test_a_share_counts_what_is_up_to_date_and_leaves_out_what_does_not_apply() -> None:
    every = seen(TODAY, *Finding)
    assert published(every.findings) == (3, 5)
    assert published({"a": Finding.NOT_APPLICABLE}) == (0, 0)


def test_change_compares_the_shares_of_the_first_and_the_last_visit() -> None:
    day, board, absent = date(2026, 1, 5), Finding.BOARD, Finding.ABSENT
    half, third, all_of_it = seen(day, board, absent), seen(day, board, absent, absent), seen(day, board)
    assert change([half, all_of_it, third]) is Change.WORSE
    assert change([third, half]) is Change.BETTER
    assert change([half, seen(day, absent, board)]) is Change.SAME
    assert change([half]) is Change.VISITED_ONCE


def test_each_body_counts_with_its_last_visit_or_the_last_of_each_quarter() -> None:
    days = [date(2026, 1, 5), date(2026, 3, 31), date(2026, 4, 1)]
    visits = [seen(day, Finding.BOARD) for day in days] + [seen(days[0], Finding.BOARD, body=2)]
    assert [each.visited_on for each in last_visits(visits, each_quarter=False)] == [days[2], days[0]]
    assert len(last_visits(visits, each_quarter=True)) == 3


async def test_scores_are_counted_by_body_and_a_withdrawn_visit_counts_until_its_day(
    session: AsyncSession,
) -> None:
    campaign = await make.campaign(session, NOW)
    first, second = await make.body(session, "KH-010201"), await make.body(session, "KH-050101")
    await make.visit(session, campaign, first, NOW, Finding.ABSENT, on=TODAY - timedelta(200))
    last = await make.visit(session, campaign, first, NOW, Finding.BOTH)
    await make.visit(session, campaign, second, NOW, Finding.OUTDATED)
    last.withdrawn_at = NOW + timedelta(days=2)
    await session.flush()
    items, later = len(shipped()[COMMUNE]), TODAY + timedelta(days=3)
    wanted = PublicationQuery(by=VisitDimension.BODY, as_of=TODAY)
    found = await publication(session, None, wanted, later)
    shares = [
        (line.keys[0], line.rates[0][1].numerator, line.rates[0][1].denominator) for line in found.table.lines
    ]
    assert shares == [("KH-010201", items, items), ("KH-050101", 0, items)]
    assert found.changes[Change.BETTER] == 1
    today = await publication(session, None, PublicationQuery(by=VisitDimension.BODY), later)
    assert today.table.lines[0].rates[0][1].numerator == 0, "the visit before it counts again"
    by_item = await publication(session, None, PublicationQuery(by=VisitDimension.ITEM, as_of=TODAY), later)
    assert [line.all for line in by_item.table.lines] == [2] * items


async def test_the_working_group_learns_nothing_of_who_looked_at_a_commune(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    day, early = date(2026, 6, 1), NOW - timedelta(days=120)
    async with database.transaction() as session:
        campaign, cbo = await make.campaign(session, NOW), await make.cbo(session, NOW)
        first, second = await make.body(session, "KH-010201"), await make.body(session, "KH-010202")
        await make.visit(session, campaign, first, early, on=day)
        quiet = await make.visit(session, campaign, second, early, of=cbo.id, on=day)
    await sign_in(Role.WORKING_GROUP)
    view = (await client.get("/api/statistics/publication?by=commune&as_of=2026-09-30")).json()
    assert [line["keys"]["commune"] for line in view["figures"]["lines"]] == ["010201"]
    provinces = (await client.get("/api/statistics/publication?by=province&as_of=2026-09-30")).json()
    assert provinces["figures"]["total"]["counts"]["board"] == 20, "18 items, as they are told"
    for address in ("/visits", "/api/visits", f"/visits/{quiet.id}"):
        assert (await client.get(address)).status_code == 403
    assert (await client.get("/publication")).status_code == 200


async def test_a_member_records_a_visit_with_a_photo_and_others_do_not_see_it(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        campaign, body = await make.campaign(session, NOW), await make.body(session)
    address = f"/bodies/{body.id}/visit"
    shown = (await client.get(address)).text
    assert "Commune investment programme of this year" in shown
    given = {"campaign_id": str(campaign.id), "visited_on": TODAY.isoformat()}
    found = {f"item-{item.code}": "board" for item in shipped()[COMMUNE]}
    partly = await make.post_form(client, address, given | {"item-budget": "board"})
    assert partly.status_code == 422
    assert "is missing" in partly.text
    assert '<option value="board" selected>' in partly.text, "what was chosen is still there"
    token = await make.form_token(client, address)
    photo = {"photo": ("board.jpg", jpeg(), "image/jpeg")}
    saved = await client.post(address, data={**given, **found, "_csrf_token": token}, files=photo)
    assert saved.status_code == 303, saved.text
    seen = await client.get(saved.headers["location"])
    picture = seen.text.split('<img class="picture" src="', 1)[1].split('"', 1)[0]
    copy = await client.get(picture)
    assert copy.headers["content-type"].startswith("image/")
    assert copy.content != jpeg()
    assert b"Exif" not in copy.content
    assert saved.headers["location"] in (await client.get("/visits")).text
    await sign_in(Role.CBO_MEMBER)
    assert (await client.get(saved.headers["location"])).status_code == 404
    assert (await client.get(picture)).status_code == 404
    await sign_in(Role.STAFF)
    assert (await client.get(saved.headers["location"])).status_code == 200
    async with database.transaction() as session:
        row = (await session.scalars(select(VisitRow))).one()
        (await session.get_one(CboRow, row.cbo_id)).locked_at = NOW
    assert (await client.get(saved.headers["location"])).status_code == 404, "the organisation was locked"


async def test_a_campaign_edits_its_checklist_and_past_visits_keep_theirs(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.STAFF)
    async with database.transaction() as session:
        campaign, body = await make.campaign(session, NOW), await make.body(session)
        before = await make.visit(session, campaign, body, NOW)
    address = f"/campaigns/{campaign.id}/checklists"
    assert "Health centre" in (await client.get(address)).text
    wrong = await make.post_form(client, f"{address}/{COMMUNE}", {"lines": "budget | budget | Budget"})
    assert wrong.status_code == 422
    assert "Line 1: enter code" in wrong.text
    lines = "budget | budget | The budget | ថវិកា\nmap | service | A map | ផែនទី"
    assert (await make.post_form(client, f"{address}/{COMMUNE}", {"lines": lines})).status_code == 303
    listed = {each["kind"]: each for each in (await client.get(f"/api{address}")).json()}
    assert [item["code"] for item in listed[COMMUNE]["items"]] == ["budget", "map"]
    response = await client.post(
        "/api/visits",
        json={
            "campaign_id": str(campaign.id),
            "body_id": str(body.id),
            "visited_on": TODAY.isoformat(),
            "findings": {"budget": "absent", "map": "board"},
        },
    )
    assert response.status_code == 201, response.text
    assert response.json()["checklist_version"] == 1
    assert "Minutes of council meetings" in (await client.get(f"/visits/{before.id}")).text
    text = (await client.get("/publication.csv?by=item")).text
    rows = list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))
    assert [row["item_name"] for row in rows] == ["The budget", "A map", ""]
    book = openpyxl.load_workbook(BytesIO((await client.get("/publication.xlsx?by=item")).content))
    assert [row[0] for row in book.worksheets[0].values] == ["line", "group", "group", "total"]
    restored = await make.post_form(client, f"{address}/{COMMUNE}/default", {}, page=f"{address}/{COMMUNE}")
    assert restored.status_code == 303
    shown = (await client.get(f"/bodies/{body.id}/visit?campaign_id={campaign.id}")).text
    assert "Minutes of council meetings" in shown
    withdrawn = await client.post(f"/api/visits/{response.json()['id']}/withdraw")
    assert withdrawn.json()["withdrawn"]
    assert (await client.post(f"/api/visits/{response.json()['id']}/withdraw")).status_code == 409


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"visited_on": "2190-01-01"}, "visited_on"), ({"findings": {"nothing": "board"}}, "findings")],
)
async def test_what_cannot_be_is_refused_by_its_field(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, changed: dict[str, object], field: str
) -> None:
    await sign_in(Role.STAFF)
    async with database.transaction() as session:
        campaign, body = await make.campaign(session, NOW), await make.body(session)
    found = {item.code: "board" for item in shipped()[COMMUNE]}
    given = {"campaign_id": str(campaign.id), "body_id": str(body.id), "visited_on": "2026-06-01"}
    answer = await client.post("/api/visits", json=given | {"findings": found} | changed)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["faults"]] == [field]

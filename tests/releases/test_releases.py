"""A release goes out by several hands, stays as it is, and tells years later whether it still holds."""

import csv
import json
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO
from zipfile import ZipFile

import httpx
import pytest
from pikepdf import Pdf
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from rti.core.db import Database
from rti.core.roles import Role
from rti.core.wallclock import now
from rti.models.campaigns import CampaignRow
from rti.models.releases import ReleaseRow
from rti.models.requests import RequestRow
from rti.statistics.disclosure import last_quarter
from tests import make as house
from tests.commands import rti
from tests.conftest import DoJobs, SignIn
from tests.statistics import make

DRAFT = {"title_en": "First half", "title_km": "ឆមាសទី១", "groups": ["province", "body_kind"]}


KNOWN = {"known_from": date(2026, 8, 1), "created_at": datetime(2026, 8, 1, 3, tzinfo=UTC)}


async def load(database: Database, **more: object) -> None:
    """Requests to two bodies, all recorded before the cut-off."""
    due = make.DAY + timedelta(days=30)
    histories = (
        ({"answered_on": due, "outcome": "full"}, 20),
        ({"answered_on": due + timedelta(days=9), "outcome": "refused", "checked": True}, 12),
        ({}, 7),
    )
    async with database.transaction() as session:
        cbo = await house.cbo(session, make.NOW)
        for code in ("KH-010201", "KH-050101"):
            body = await house.body(session, code)
            for history, times in histories:
                for _ in range(times):
                    await make.request(session, cbo, body, **KNOWN, **history, **more)


async def drafted(client: httpx.AsyncClient, do_jobs: DoJobs, **more) -> dict:
    answer = await client.post("/api/releases", json=DRAFT | more)
    assert answer.status_code == 201, answer.text
    await do_jobs()
    view = (await client.get(f"/api/release-drafts/{answer.json()['id']}")).json()
    assert (view["state"], view["fault"]) == ("done", None), view
    return (await client.get(f"/api/releases/{view['code']}")).json()


async def approve(client: httpx.AsyncClient, sign_in: SignIn, release: dict, **day) -> httpx.Response:
    """Give reasons, two checks by others, and approval."""
    code = release["release"]["code"]
    for finding in release["findings"]:
        if not finding["blocks"]:
            given = {"warning": finding["id"], "reason": "Known, and told in the text"}
            assert (await client.post(f"/api/releases/{code}/reasons", json=given)).status_code == 201
    for _ in range(release["checks_needed"]):
        await sign_in(Role.WORKING_GROUP)
        digest = {"digest": release["release"]["digest"]}
        assert (await client.post(f"/api/releases/{code}/checks", json=digest)).status_code == 201
    return await client.post(f"/api/releases/{code}/approval", json=day)


async def verified(client: httpx.AsyncClient, do_jobs: DoJobs, code: str) -> dict:
    """What is found by counting a release once more."""
    asked = (await client.post(f"/api/releases/{code}/verification")).json()
    assert (asked["state"], asked["total"], asked["found"]) == ("queued", 3, None)
    await do_jobs()
    view = (await client.get(f"/api/release-verifications/{asked['id']}")).json()
    assert (view["state"], view["done"], view["fault"]) == ("done", 3, None), view
    found: dict = view["found"]
    return found


async def test_nothing_leaves_by_one_hand(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await load(database)
    await sign_in(Role.STAFF)
    release = await drafted(client, do_jobs)
    code, digest = release["release"]["code"], release["release"]["digest"]
    assert release["checks_needed"] == 2
    own = await client.post(f"/api/releases/{code}/checks", json={"digest": digest})
    assert own.status_code == 403
    refused = await client.post(f"/api/releases/{code}/approval", json={})
    assert refused.status_code == 422
    assert "Checks by others still needed: 2" in refused.text
    await sign_in(Role.WORKING_GROUP)
    wrong = await client.post(f"/api/releases/{code}/checks", json={"digest": "0" * 64})
    assert wrong.status_code == 422
    never = await client.post("/api/releases", json=DRAFT | {"checks_needed": 0})
    assert never.status_code == 422
    assert (await approve(client, sign_in, release)).status_code == 201
    seen = (await client.get(f"/api/releases/{code}")).json()
    assert seen["release"]["state"] == "out"
    assert len(seen["checks"]) == 2


async def test_it_waits_for_its_day_and_who_sees_it_before_is_recorded(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await load(database)
    await sign_in(Role.STAFF)
    release = await drafted(client, do_jobs)
    code = release["release"]["code"]
    day = (now().date() + timedelta(days=30)).isoformat()
    assert (await approve(client, sign_in, release, publish_on=day)).json()["state"] == "waiting"
    await sign_in(Role.WORKING_GROUP)
    for _ in range(2):
        await client.get(f"/api/releases/{code}")
    assert len((await client.get(f"/api/releases/{code}")).json()["seen_early_by"]) == 2, (
        "its author, and one of the working group"
    )
    await sign_in(Role.CBO_MEMBER)
    assert (await client.get(f"/api/releases/{code}")).status_code == 404
    assert (await client.get("/api/releases")).json() == []


async def test_an_approved_release_never_changes_and_a_correction_points_to_it(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await load(database)
    await sign_in(Role.STAFF)
    first = await drafted(client, do_jobs)
    assert (await approve(client, sign_in, first)).status_code == 201
    code = first["release"]["code"]
    for sql in ("UPDATE release SET digest = 'x'", "DELETE FROM release"):
        with pytest.raises(DBAPIError, match="never changes"):
            async with database.transaction() as session:
                await session.execute(text(sql))
    assert (await client.delete(f"/api/releases/{code}")).status_code == 409
    unsaid = await client.post("/api/releases", json=DRAFT | {"corrects": code})
    assert unsaid.json()["faults"][0]["field"] == "changes"
    second = await drafted(client, do_jobs, corrects=code, changes="One province was spelt wrongly")
    assert second["corrects"] == code
    assert (await approve(client, sign_in, second)).status_code == 201
    await sign_in(Role.CBO_MEMBER)
    states = {each["code"]: each["state"] for each in (await client.get("/api/releases")).json()}
    assert states == {code: "superseded", second["release"]["code"]: "out"}
    read = (await client.get(f"/api/releases/{second['release']['code']}")).json()
    assert (read["release"]["changes"], read["checks"], read["findings"]) == (
        "One province was spelt wrongly",
        [],
        [],
    )


async def test_a_release_that_is_counted_again_says_which_row_changed(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, database_url: str, do_jobs: DoJobs
) -> None:
    await load(database)
    await sign_in(Role.STAFF)
    release = await drafted(client, do_jobs)
    code = release["release"]["code"]
    assert (await verified(client, do_jobs, code))["holds"]
    assert "holds" in rti(database_url, "release", "verify", code).stdout
    async with database.transaction() as session:
        row = (await session.scalars(select(RequestRow).where(RequestRow.answered_on.is_(None)))).first()
        assert row
        changed, reference = row.id, row.reference
        # What is recorded today was not known at the cut-off.
        row.answered_on, row.met_on, row.status, row.outcome = make.DAY, make.DAY, "answered", "full"
        row.known_from = now().date()
    assert (await verified(client, do_jobs, code))["holds"]
    async with database.transaction() as session:
        # What somebody changes past all programs is found.
        await session.execute(
            text("UPDATE former_standing SET outcome = 'refused', answered_on = '2026-01-06'")
        )
    output = rti(database_url, "release", "verify", code)
    assert (
        output.returncode,
        "does not hold" in output.stdout,
        f"{reference} ({changed})" in output.stdout,
    ) == (
        1,
        True,
        True,
    )
    found = await verified(client, do_jobs, code)
    assert not found["holds"]
    assert [(each["request_id"], each["what"]) for each in found["rows"]] == [(str(changed), "changed")]
    assert found["rows"][0]["reference"] == reference
    assert {each["number"] for each in found["differences"]} & {
        "refused",
        "in_time",
        "on_time_rate_numerator",
    }
    await sign_in(Role.WORKING_GROUP)
    output = await verified(client, do_jobs, code)
    assert (output["rows"], output["changed_rows"]) == ([], 1)
    assert {each["now"] for each in output["differences"]} <= {None}


async def test_a_draft_of_which_nothing_would_be_shown_says_so_and_is_not_approved(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    async with database.transaction() as session:
        cbo, body = await house.cbo(session, make.NOW), await house.body(session)
        for _ in range(4):
            await make.request(session, cbo, body, **KNOWN)
    await sign_in(Role.STAFF)
    release = await drafted(client, do_jobs, groups=["province"])
    assert ("nothing_told", True) in {(each["id"], each["blocks"]) for each in release["findings"]}
    refused = await approve(client, sign_in, release)
    assert refused.status_code == 422


async def test_a_part_of_a_campaign_under_embargo_holds_a_release_back(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    today = now().date()
    async with database.transaction() as session:
        campaign = CampaignRow(
            code="A2I",
            name_km="យុទ្ធនាការ",
            name_en="Campaign",
            statute_id="KH-A2I-DRAFT",
            starts_on=date(2026, 1, 1),
            created_at=make.NOW,
        )
        session.add(campaign)
        await session.flush()
    await load(database, campaign_id=campaign.id, wave="2")
    await sign_in(Role.STAFF)
    until = (today + timedelta(days=9)).isoformat()
    asked = {
        "campaign_id": str(campaign.id),
        "wave": "2",
        "until_on": until,
        "reason": "Talks with the ministry",
    }
    assert (await client.post("/api/embargoes", json=asked)).status_code == 201
    release = await drafted(client, do_jobs)
    refused = await approve(client, sign_in, release)
    assert refused.status_code == 422
    assert "under embargo until" in refused.text
    code = release["release"]["code"]
    assert (
        await client.post(f"/api/releases/{code}/approval", json={"publish_on": until})
    ).status_code == 201


async def test_the_page_shows_figures_and_files_and_nothing_of_a_draft_to_members(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await load(database)
    await sign_in(Role.STAFF)
    release = await drafted(client, do_jobs)
    code = release["release"]["code"]
    shown = await client.get(f"/releases/{code}")
    assert shown.status_code == 200
    assert release["release"]["digest"] in shown.text
    assert "Others have to check it" in shown.text
    table = await client.get(f"/releases/{code}/tables/1.csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert release["tables"][0]["digest"] in table.text
    assert (await client.get(f"/releases/{code}/tables/1.svg")).status_code == 200
    assert (await client.get(f"/releases/{code}/tables/9.csv")).status_code == 404
    for language in ("en", "km"):
        paper = await client.get(f"/releases/{code}/briefing-{language}.pdf")
        with Pdf.open(BytesIO(paper.content)) as pdf:
            assert len(pdf.pages) == 2
            assert sorted(pdf.attachments) == [f"briefing-{code}.txt", "table-1.csv", "table-2.csv"]
            words = pdf.attachments[f"briefing-{code}.txt"].get_file().read_bytes().decode()
        assert DRAFT[f"title_{language}"] in words
        assert "64" in words
    with ZipFile(BytesIO((await client.get(f"/releases/{code}/package.zip")).content)) as archive:
        described = json.loads(archive.read("datapackage.json"))
        groups = list(csv.DictReader(StringIO(archive.read("data/01-own-province.csv").decode())))
    assert described["digest"] == release["release"]["digest"]
    schema = described["resources"][0]["schema"]
    assert (schema["primaryKey"], schema["fields"][0]["type"]) == (["province"], "string")
    assert [field["name"] for field in schema["fields"]] == list(groups[0])
    assert [group["province"] for group in groups] == ["01", "05"]
    assert "Draft a release" in (await client.get("/releases/new")).text
    begun = await house.post_form(client, f"/releases/{code}/verify", {}, page=f"/releases/{code}")
    address = begun.headers["location"].partition("?")[0]
    assert "0 / 3" in (await client.get(address)).text
    await do_jobs()
    assert "it gives the same numbers" in (await client.get(address)).text
    await sign_in(Role.CBO_MEMBER)
    assert (await client.get(f"/releases/{code}")).status_code == 404
    async with database.transaction() as session:
        assert await session.scalar(select(ReleaseRow.as_of)) == last_quarter(now().date())


async def test_a_release_is_drafted_and_listed_from_the_command_line(
    database: Database, database_url: str
) -> None:
    await load(database)
    async with database.transaction() as session:
        author = await house.member(session, Role.WORKING_GROUP)
    titles = ["--title-en", "First half", "--title-km", "ឆមាសទី១"]
    made = rti(database_url, "release", "create", *titles, "--author", author.email, "--by", "province")
    assert made.returncode == 0, made.stderr
    code, digest = made.stdout.split()
    listed = rti(database_url, "release", "list").stdout
    assert listed.startswith(f"{code}\tdraft\t{last_quarter(now().date())}\t-\t{digest}\tFirst half")
    wrong = rti(database_url, "release", "create", *titles, "--author", author.email, "--by", "colour")
    assert (wrong.returncode, "groups" in wrong.stderr) == (2, True)


async def test_a_draft_is_made_beside_the_pages_and_what_was_typed_outlives_one_that_came_to_nothing(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await load(database)
    await sign_in(Role.WORKING_GROUP)
    fields = {**DRAFT, "groups": "province", "methods": "own", "threshold": "5", "checks_needed": "2"}
    begun = await house.post_form(client, "/releases/new", fields)
    assert begun.status_code == 303, begun.text
    address = begun.headers["location"].partition("?")[0]
    assert (await house.post_form(client, f"{address}/cancel", {}, page="/releases/new")).status_code == 303
    ended = (await client.get(address)).text
    again = f"/releases/new?again={address.rpartition('/')[2]}"
    assert f'href="{again}"' in ended
    assert DRAFT["title_km"] in (await client.get(again)).text
    begun = await house.post_form(client, "/releases/new", fields, page=again)
    address = begun.headers["location"].partition("?")[0]
    await do_jobs()
    assert (await client.get(address)).headers["location"].startswith("/releases/20")
    await sign_in(Role.WORKING_GROUP)
    assert (await client.get(address)).status_code == 404


async def test_two_methods_that_put_requests_into_quarters_by_other_days_do_not_contradict_each_other(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await load(database)
    await sign_in(Role.STAFF)
    release = await drafted(client, do_jobs, methods=["own", "us"], groups=["quarter"])
    assert len(release["tables"]) == 2

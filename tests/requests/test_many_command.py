"""`rti many`: one thing done to many requests from the command line, in the name of an account."""

from pathlib import Path

from sqlalchemy import select

from rti.core.db import Database
from rti.core.roles import Role
from rti.law.events import EventKind
from rti.models.accounts import AssignmentRow
from rti.models.requests import EventRow, RequestRow
from tests import make
from tests.commands import rti
from tests.conftest import NOW, DoJobs


async def test_an_event_is_foreseen_then_recorded_for_the_references_of_a_file(
    database: Database, database_url: str, do_jobs: DoJobs, tmp_path: Path
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
        drafts = [await make.request(session, member.person, NOW, received_on=None) for _ in range(2)]
    file = tmp_path / "references.txt"
    file.write_text(f"{drafts[0].reference}\nR-NOWHERE", encoding="utf-8")
    asked = ("many", "record", "withdrawn", "--on", "2026-11-23", "--by", member.email)
    refused = rti(database_url, *asked)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "Say which requests" in " ".join(refused.stderr.replace("│", " ").split())

    async def withdrawn() -> list[object]:
        async with database.transaction() as session:
            found = select(EventRow.request_id).where(EventRow.kind == EventKind.WITHDRAWN)
            return list(await session.scalars(found))

    for dry, recorded in ((("--dry-run",), []), ((), [drafts[0].id])):
        output = rti(database_url, *asked, "--references", str(file), *dry)
        assert output.returncode == 0, output.stderr
        assert output.stdout.startswith("R-NOWHERE\tThere is no request")
        assert "1 requests" in output.stderr
        await do_jobs()
        assert await withdrawn() == recorded
    snoozed = rti(
        database_url,
        *("many", "snooze", "--list", "status=draft", "--until", "2027-01-15", "--reason", "Elections"),
        *("--by", member.email, "--dry-run"),
    )
    assert snoozed.returncode == 0, snoozed.stderr


async def test_requests_are_put_into_a_campaign_after_a_look_at_who_then_sees_them(
    database: Database, database_url: str, do_jobs: DoJobs
) -> None:
    async with database.transaction() as session:
        old, new = await make.campaign(session, NOW), await make.campaign(session, NOW)
        member = (await make.member(session)).person
        request = await make.request(session, member, NOW, campaign_id=old.id)
        batched = await make.request(session, member, NOW, campaign_id=old.id)
        await make.batch(session, batched, NOW)
        staff = await make.member(session, Role.STAFF)
        for campaign in (old, new):
            other = (await make.member(session, Role.STAFF, everything=False)).person
            session.add(AssignmentRow(person_id=other.id, campaign_id=campaign.id, assigned_at=NOW))
    unknown = rti(database_url, "many", "assign", "NOWHERE", "--list", "status=open", "--by", staff.email)
    assert unknown.returncode == 2
    assert "There is no campaign with the code NOWHERE" in " ".join(unknown.stderr.replace("│", " ").split())
    asked = ("many", "assign", new.code, "--list", "status=open", "--by", staff.email)
    seen = rti(database_url, *asked, "--dry-run")
    assert seen.stdout == f"{batched.reference}\tIt belongs to a batch, and a batch stays in its campaign\n"
    assert "newly seen by Test person: 1\nno longer seen by Test person: 1\n1 requests" in seen.stderr
    assert rti(database_url, *asked, "--reason", "New focus").returncode == 0
    await do_jobs()
    async with database.transaction() as session:
        assert (await session.get_one(RequestRow, request.id)).campaign_id == new.id
    assert rti(database_url, "many", "assign", "-", *asked[3:]).returncode == 0
    await do_jobs()
    async with database.transaction() as session:
        assert (await session.get_one(RequestRow, request.id)).campaign_id is None

"""`rti many`: one thing done to many requests from the command line, in the name of an account."""

from pathlib import Path

from sqlalchemy import select

from rti.core.db import Database
from rti.law.events import EventKind
from rti.models.requests import EventRow
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

"""`rti calendar`, `rti statutes` and `rti what-if`."""

import json
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from rti.core.db import Database
from rti.core.roles import Role
from rti.law.events import EventKind, Outcome
from rti.law.limits import parse_limit
from rti.models.requests import RequestRow
from rti.statutes.actions import declare_standard
from tests import make
from tests.commands import rti
from tests.conftest import NOW

NAMED = ["--source", "Sub-decree 106", "--name-en", "Added day", "--name-km", "ថ្ងៃបន្ថែម"]


async def _answered(database: Database, *answers: date) -> None:
    async with database.transaction() as session:
        staff = await make.member(session, Role.STAFF)
        standard = await declare_standard(session, parse_limit("15 working"), NOW, countries=["KH"])
        for answered in answers:
            filed = await make.request(
                session, staff.person, NOW, received_on=date(2022, 5, 20), statute_id=standard.id
            )
            happened = (EventKind.ANSWERED, answered)
            await make.event(session, filed.id, staff.person, NOW, *happened, outcome=Outcome.FULL)


async def test_a_day_off_is_previewed_declared_listed_and_withdrawn(
    database: Database, database_url: str
) -> None:
    async with database.transaction() as session:
        staff = await make.member(session, Role.STAFF)
        standard = await declare_standard(session, parse_limit("15 working"), NOW, countries=["KH"])
        filed = await make.request(
            session, staff.person, NOW, received_on=date(2022, 5, 20), statute_id=standard.id
        )

    async def due() -> date | None:
        async with database.transaction() as session:
            return (await session.get_one(RequestRow, filed.id)).due_on

    declare = ["calendar", "declare", "2022-06-06", *NAMED]
    assert "Dates would change in: 1 of 1" in rti(database_url, *declare, "--preview").stdout
    assert await due() == date(2022, 6, 10)
    assert "2022-06-10 -> 2022-06-13: 1" in rti(database_url, *declare).stdout
    assert await due() == date(2022, 6, 13)
    listed = rti(database_url, "calendar", "list", "--year", "2022").stdout
    assert "KH 2022: provisional" in listed
    assert "2022-06-06  Added day  (Sub-decree 106)" in listed
    assert rti(database_url, "calendar", "withdraw", "2022-06-06").returncode == 0
    assert await due() == date(2022, 6, 10)


async def test_wrong_use_ends_with_two_and_names_the_value(database_url: str) -> None:
    for wrong, named in (
        (["calendar", "declare", "yesterday", *NAMED], "day"),
        (["calendar", "withdraw", "2022-06-06"], "day"),
        (["calendar", "confirm", "2026", "--source", "x", "--country", "XX"], "country"),
        (["calendar", "list", "--year", "0"], "year"),
        (["what-if"], "limit"),
        (["what-if", "--limit", "5 working", "--campaign", "NONE"], "campaign"),
    ):
        done = rti(database_url, *wrong)
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert named in done.stderr


async def test_what_if_prints_its_denominators(database: Database, database_url: str) -> None:
    await _answered(database, date(2022, 5, 25), date(2022, 6, 9), date(2022, 7, 1))
    output = json.loads(rti(database_url, "what-if", "--limit", "5 working", "--json").stdout)
    assert (output["in_time_under_both"], output["in_time_own"], output["judged_own"]) == (1, 2, 3)
    shown = rti(database_url, "what-if", "--statute", "STANDARD-15-WORKING-KH")
    assert "2 of the 2 answered in time would also" in shown.stdout


async def test_a_statute_file_is_checked_without_a_database_and_stored_as_a_version(
    database_url: str, tmp_path: Path
) -> None:
    with as_file(files("rti.law") / "library" / "KH-A2I-DRAFT.toml") as shipped:
        assert rti("postgresql://nobody@127.0.0.1:1/none", "statutes", "check", str(shipped)).returncode == 0
        text = shipped.read_text(encoding="utf-8")
        assert rti(database_url, "statutes", "add", str(shipped)).returncode == 2
    newer = tmp_path / "newer.toml"
    newer.write_text(text.replace("version = 1", "version = 2"), encoding="utf-8")
    stored = rti(database_url, "statutes", "add", str(newer))
    assert stored.stdout == "Stored KH-A2I-DRAFT version 2\n"


@pytest.mark.parametrize("content", [b"\xff\xfe", b"id = ", b'id = "X"\nclock = 1', b""])
def test_every_fault_of_a_statute_file_is_told(tmp_path: Path, content: bytes) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_bytes(content)
    done = rti("postgresql://nobody@127.0.0.1:1/none", "statutes", "check", str(wrong))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr
    assert "Traceback" not in done.stderr

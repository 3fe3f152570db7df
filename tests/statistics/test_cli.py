"""`rti statistics` and `rti export`."""

import csv
import json
from io import StringIO

import pytest

from rti.core.db import Database
from tests import make as house
from tests.commands import rti
from tests.statistics import make


@pytest.fixture
async def loaded(database: Database, database_url: str) -> str:
    async with database.transaction() as session:
        await make.hand_counted(session, await house.cbo(session, make.NOW))
    return database_url


async def test_statistics_come_as_csv_where_nobody_watches_and_as_json(loaded: str) -> None:
    chosen = ["statistics", "--by", "province", "--by", "year", "--as-of", "2026-11-22"]
    piped = rti(loaded, *chosen)
    assert piped.returncode == 0, piped.stderr
    lines = list(csv.DictReader(StringIO(piped.stdout.removeprefix("\ufeff"))))
    assert (lines[-1]["line"], lines[-1]["in_time"], lines[-1]["on_time_rate_denominator"]) == (
        "total",
        "3",
        "5",
    )
    output = json.loads(rti(loaded, *chosen, "--json").stdout)
    assert output["total"]["rates"]["on_time_rate"]["percent"] == 60
    assert output["as_of"] == "2026-11-22"


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (["--as-of", "yesterday"], "as_of"),
        (["--campaign", "NOWHERE"], "NOWHERE"),
        (["--by", "colour"], "colour"),
        (["--by", "year", "--by", "year"], "then_by"),
        (["--by", "year", "--by", "topic", "--by", "body", "--by", "wave"], "three times"),
        (["--method", "mine"], "own, osji, uk, us"),
    ],
)
async def test_wrong_use_is_told_with_status_2(loaded: str, wrong: list[str], named: str) -> None:
    answer = rti(loaded, "statistics", *wrong)
    assert answer.returncode == 2, answer.stderr
    assert named in answer.stderr
    assert not answer.stdout


async def test_export_writes_every_request(loaded: str) -> None:
    answer = rti(loaded, "export")
    assert answer.returncode == 0, answer.stderr
    rows = list(csv.DictReader(StringIO(answer.stdout.removeprefix("\ufeff"))))
    assert len(rows) == 10
    assert {row["statute_id"] for row in rows} == {"KH-A2I-DRAFT"}


def test_help_shows_an_example() -> None:
    for command in ("statistics", "export"):
        answer = rti("", command, "--help")
        assert answer.returncode == 0
        assert f"Example: rti {command}" in answer.stdout

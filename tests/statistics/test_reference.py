"""A real log of four cities, counted by others: our figures must be the same."""

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.validation import decode
from rti.models.requests import RequestRow
from rti.statistics.commands import StatisticsQuery
from rti.statistics.methods.own import ON_TIME
from rti.statistics.queries import table
from tests import make as house
from tests.statistics import make

DATA = Path(__file__).parents[3] / "shared" / "data"
LOG, REFERENCE = DATA / "ca_municipal_foi_requests.csv", DATA / "ca_municipal_reference_values.json"


@pytest.mark.skipif(not REFERENCE.exists(), reason=f"{REFERENCE} is not there; its log may not be committed")
async def test_figures_by_body_and_year_of_answer_equal_the_published_log(session: AsyncSession) -> None:
    await load(session)
    wanted = decode(
        StatisticsQuery, {"by": "body", "then_by": "year", "basis": "answered", "as_of": "2016-12-31"}
    )
    found = await table(session, None, wanted, make.NOW.date())
    groups = [line for line in found.lines if len(line.keys) == 2]
    values = {}
    for line in groups:
        rate = line.figures.rate(ON_TIME)
        values[f"{line.keys[0]}|decided {line.keys[1]}".replace("-", " ")] = {
            "n": rate.denominator,
            "within_30_calendar": rate.numerator,
            "pct": float(rate.percent(2) or 0),
            "median": line.figures.median_days,
            "max": line.figures.longest_days,
        }
    assert values == json.loads(REFERENCE.read_text(encoding="utf-8"))["distinct_rows"]
    assert found.total.figures.rate(ON_TIME).denominator == 11_517


async def load(session: AsyncSession) -> None:
    """Each distinct usable line as a request that is due after 30 calendar days."""
    with LOG.open(encoding="utf-8", newline="") as file:
        lines = {tuple(line.values()): line for line in csv.DictReader(file)}
    cbo = await house.cbo(session, make.NOW)
    bodies = {name: await make.city(session, name) for name in {line["body"] for line in lines.values()}}
    usable = [line for line in lines.values() if line["quality"] in {"ok", "received_repaired"}]
    rows = [
        make.values(
            received_on=(received := date.fromisoformat(line["received"])),
            due_on=received + timedelta(days=30),
            answered_on=date.fromisoformat(line["decided"]),
            outcome="unknown",
            cbo_id=cbo.id,
            first_body_id=bodies[line["body"]].id,
            body_id=bodies[line["body"]].id,
        )
        for line in usable
    ]
    # Past the session, which would note by which words each is found.
    await session.execute(insert(RequestRow.__table__), rows)

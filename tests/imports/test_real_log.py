"""A real and dirty log of 12,143 lines, where it is at hand; it may not be part of this repository."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import Database
from rti.imports.mapping import read_mapping
from rti.imports.report import LineResult, ReportedLine
from tests.imports.files import load
from tests.sizes import FULL, size

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
LOG = DATA / "ca_municipal_foi_requests.csv"
REFERENCE = DATA / "ca_municipal_reference_values.json"
MAP = ROOT / "docs" / "examples" / "canadian-cities.toml"

pytestmark = pytest.mark.skipif(not LOG.exists(), reason=f"{LOG} is not here")

# Days from receipt to answer, by city and year of the decision, in plain SQL over the stored columns.
BY_CITY_AND_YEAR = text("""
    SELECT body.name_en || '|decided ' || extract(year FROM request.answered_on) AS label,
           count(*) AS n,
           count(*) FILTER (WHERE request.answered_on <= request.due_on) AS within_30_calendar,
           round(100.0 * count(*) FILTER (WHERE request.answered_on <= request.due_on) / count(*), 2)::float AS pct,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY request.answered_on - request.received_on) AS median,
           max(request.answered_on - request.received_on) AS max
    FROM request JOIN public_body AS body ON body.id = request.body_id
    WHERE request.answered_on IS NOT NULL
    GROUP BY label
""")


@pytest.fixture
def reference() -> dict[str, Any]:
    return json.loads(REFERENCE.read_text(encoding="utf-8"))


def read(count: int | None = None) -> tuple[bytes, list[dict[str, str]]]:
    """The log as a file and as rows, or its first lines; in `make test` without Toronto, which has most of it."""
    with LOG.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    head, *lines = LOG.read_bytes().splitlines(keepends=True)
    chosen = [pair for pair in zip(lines, rows, strict=True) if FULL or pair[1]["body"] != "City of Toronto"]
    return b"".join([head, *(line for line, _ in chosen[:count])]), [row for _, row in chosen[:count]]


@pytest.mark.torture
async def test_the_real_log_gives_the_published_figures(
    database: Database, reference: dict[str, Any]
) -> None:
    mapping = read_mapping(MAP.read_bytes())
    content, rows = read()
    async with database.transaction() as session:
        report = await load(session, content, mapping)
    counts = report.counts
    assert [line.number for line in report.lines] == list(range(2, len(rows) + 2))
    # Of two lines with one reference, a rejected one leaves the other without doubt.
    doubtful = counts[LineResult.DOUBTFUL] + returned_with_one_rejected(rows, report.lines)
    assert doubtful
    if FULL:
        assert len(report.lines) == reference["rows"]["lines"]
        assert len(report.lines) - counts[LineResult.REPETITION] == reference["rows"]["distinct"]
        assert doubtful == reference["rows"]["references_that_return_with_other_content"]
    once_more = size(500, len(report.lines))
    async with database.transaction() as session:
        await check_figures(session, reference)
        again = await load(session, read(once_more)[0], mapping)
    kept = [line.result in {LineResult.IMPORTED, LineResult.DOUBTFUL} for line in report.lines[:once_more]]
    assert again.counts[LineResult.ALREADY_THERE] == sum(kept) > once_more / 2
    assert again.counts[LineResult.IMPORTED] == again.counts[LineResult.DOUBTFUL] == 0


async def check_figures(session: AsyncSession, reference: dict[str, Any]) -> None:
    found = {row.label: row for row in await session.execute(BY_CITY_AND_YEAR)}
    published = {
        label: wanted
        for label, wanted in reference["distinct_rows"].items()
        if FULL or not label.startswith("City of Toronto")
    }
    for label, wanted in published.items():
        assert {name: getattr(found[label], name) for name in wanted} == wanted, label
    answered = await session.scalar(
        text("SELECT count(*) FROM event WHERE kind = 'answered' AND NOT details ? 'undated'")
    )
    assert answered == sum(wanted["n"] for wanted in published.values())
    assert not FULL or answered == reference["rows"]["usable_distinct"]
    waiting = await session.scalar(text("SELECT count(*) FROM request WHERE status = 'open'"))
    assert waiting


def returned_with_one_rejected(rows: list[dict[str, str]], fates: list[ReportedLine]) -> int:
    """How many references stand on two different lines of which one was rejected."""
    rejected: dict[tuple[str, str], int] = Counter()
    distinct: dict[tuple[str, str], int] = Counter()
    for row, line in zip(rows, fates, strict=True):
        reference = (row["body"], row["request_id"])
        distinct[reference] += line.result is not LineResult.REPETITION
        rejected[reference] += line.result is LineResult.REJECTED
    return sum(rejected[each] > 0 for each, lines in distinct.items() if lines > 1)

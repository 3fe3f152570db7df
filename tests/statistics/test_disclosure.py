"""Whoever may see no request is told no small number and no short period, on any way."""

import csv
import re
from datetime import date
from io import StringIO
from itertools import product
from typing import Any

import httpx
import pytest

from rti.core.db import Database
from rti.core.roles import Role
from rti.core.wallclock import now
from rti.statistics.disclosure import SMALLEST, coarsened, last_quarter, period_faults
from tests import make as house
from tests.conftest import DoJobs, SignIn
from tests.statistics import make

FIGURES_ONLY = (Role.WORKING_GROUP, Role.ADMINISTRATOR)
TODAY = date(2026, 11, 23)


def test_a_number_is_nothing_fewer_than_five_or_a_multiple_of_five() -> None:
    assert [coarsened(count) for count in (0, 1, 4, 5, 7, 8, 12, 13)] == [0, None, None, 5, 5, 10, 10, 15]
    assert all(abs((coarsened(count) or 0) - count) < SMALLEST for count in range(1_000))


def test_no_sum_gives_back_one_two_or_three_requests() -> None:
    """Whatever is told of a small number, of the rest and of both together fits another small number as well."""
    seen: dict[Any, set[int]] = {}
    for small, rest in product(range(1, SMALLEST), range(298)):
        if rest:
            seen.setdefault((coarsened(rest), coarsened(small + rest)), set()).add(small)
    unique = {key: fits for key, fits in seen.items() if len(fits) == 1}
    assert unique == {(None, 10): {4}}, (
        "of two numbers that are eight together each is four, so suppression hides more"
    )


def test_a_period_is_made_of_whole_quarters_and_ends_with_the_last_that_is_over() -> None:
    assert last_quarter(TODAY) == date(2026, 9, 30)
    assert last_quarter(date(2026, 1, 1)) == last_quarter(date(2026, 3, 31)) == date(2025, 12, 31)
    fine = (date(2026, 7, 1), date(2026, 12, 31), date(2026, 6, 30))
    assert period_faults(TODAY, *fine) == []
    short = (date(2026, 7, 2), date(2026, 7, 2), date(2026, 11, 22))
    assert [fault.field for fault in period_faults(TODAY, *short)] == ["since", "until", "as_of"]
    running = period_faults(TODAY, None, None, date(2026, 12, 31))
    assert [fault.message.render() for fault in running] == [
        "Choose the last day of a quarter that is over, for example 2026-09-30"
    ]


async def _load(database: Database) -> None:
    async with database.transaction() as session:
        await make.hand_counted(session, await house.cbo(session, make.NOW, "ASKER"))


@pytest.mark.parametrize("role", FIGURES_ONLY)
async def test_one_day_by_body_and_topic_is_refused_wherever_figures_are(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, role: Role
) -> None:
    await _load(database)
    await sign_in(role)
    day = "by=body&then_by=topic&since=2026-01-05&until=2026-01-05"
    for path in ("/api/statistics", "/statistics.json", "/statistics.csv"):
        for asked, fields in ((day, {"since", "until"}), ("as_of=2026-02-03", {"as_of"})):
            refused = await client.get(f"{path}?{asked}")
            assert refused.status_code == 422, path
            if path.startswith("/api"):
                assert {fault["field"] for fault in refused.json()["faults"]} == fields
    assert "Choose the first day of a quarter" in (await client.get(f"/statistics?{day}")).text
    if role is Role.WORKING_GROUP:
        for path in ("/api/what-if", "/what-if"):
            asked = await client.get(path, params={"limit": "5 working", "as_of": "2026-02-03"})
            assert "Choose the last day of a quarter" in asked.text


def _numbers(value: Any, name: str = "") -> list[tuple[str, Any]]:
    """Every number of an answer with its name."""
    if isinstance(value, dict):
        return [found for key, each in value.items() for found in _numbers(each, key)]
    if isinstance(value, list):
        return [found for each in value for found in _numbers(each, name)]
    return [(name, value)] if isinstance(value, int) and not isinstance(value, bool) else []


@pytest.mark.parametrize("role", FIGURES_ONLY)
@pytest.mark.parametrize("query", ["by=province", "by=body&then_by=topic&since=2026-01-01&until=2026-03-31"])
async def test_no_answer_tells_a_small_number(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs, role: Role, query: str
) -> None:
    await _load(database)
    await sign_in(role)
    read = (await client.get(f"/api/statistics?{query}")).json()
    assert read == (await client.get(f"/statistics.json?{query}")).json()
    assert (read["as_of"], read["smallest_cell"]) == (last_quarter(now().date()).isoformat(), 5)
    said = _numbers([read["lines"], read["total"]])
    if role is Role.WORKING_GROUP:
        asked = {"params": {"limit": "5 working"}}
        said += _numbers((await client.get("/api/what-if", **asked)).json())
        await do_jobs()
        answer = await client.get("/api/what-if", **asked)
        assert answer.status_code == 200
        said += _numbers(answer.json())
    assert [each for each in said if each[0] != "median_days" and each[1] % SMALLEST] == []
    first = read["lines"][0]
    assert (first["counts"]["in_time"], first["counts"]["early"], first["longest_days"]) == (None, None, None)
    assert first["rates"]["on_time_rate"] == {
        "numerator": None,
        "denominator": None,
        "percent": None,
        "interval": None,
    }
    file = (await client.get(f"/statistics.csv?{query}")).text
    cells = next(csv.DictReader(StringIO(file[1:], newline="")))
    assert (cells["in_time"], cells["early"], cells["on_time_rate"]) == ("", "", "")
    assert cells["hidden"].startswith("not shown: in_time")
    page = (await client.get(f"/statistics?{query}")).text
    assert "not shown" in page
    shown = re.findall(r'class="number" data-label="[^"]*">\s*(\d+)', page)
    assert {int(number) % SMALLEST for number in shown} <= {0}


async def test_staff_are_told_exact_numbers_of_any_day(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await _load(database)
    await sign_in(Role.STAFF)
    read = (await client.get("/api/statistics?since=2026-01-05&until=2026-01-05")).json()
    assert (read["total"]["counts"]["in_time"], read["smallest_cell"]) == (3, None)


async def test_many_requests_of_one_organisation_are_not_told_where_they_show_what_it_asked(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    async with database.transaction() as session:
        body = await house.body(session, "KH-010201")
        askers = [await house.cbo(session, make.NOW, f"ASKER-{number}") for number in range(5)]
        for topic, of in (("land", askers), ("budget", askers[:1] * 5)):
            for cbo in of:
                for _ in range(4):
                    await make.request(session, cbo, body, topic=topic)
    await sign_in(Role.WORKING_GROUP)

    async def silent(by: str) -> dict[str, int | None]:
        read = (await client.get(f"/api/statistics?{by}")).json()
        lines = {line["keys"].get("topic"): line["counts"]["silent"] for line in read["lines"]}
        return lines | {"total": read["total"]["counts"]["silent"]}

    assert await silent("by=topic") == {"land": 20, "budget": 20, "total": 40}
    assert await silent("by=topic&then_by=district") == {"land": None, "budget": None, "total": 40}
    await sign_in(Role.STAFF)
    assert (await silent("by=topic&then_by=district&as_of=2026-09-30"))["budget"] == 20

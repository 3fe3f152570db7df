"""The calculator: a date and its steps for anyone who is signed in."""

import httpx
import pytest

from rti.core.roles import Role
from tests.conftest import SignIn


async def _due(client: httpx.AsyncClient, **asked: str) -> list[str | None]:
    answer = await client.get("/api/calculator", params=asked)
    assert answer.status_code == 200, answer.text
    return [clock["due"] for clock in answer.json()["deadlines"]]


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ({"limit": "15 working", "received": "2022-05-20"}, "2022-06-10"),
        ({"limit": "15 working", "received": "2022-05-20", "count_start_day": "1"}, "2022-06-09"),
        ({"limit": "20 working", "received": "2008-12-05", "country": "KH"}, "2009-01-02"),
        ({"limit": "8 calendar", "received": "2026-11-20", "roll": "forward"}, "2026-11-30"),
        ({"limit": "8 calendar", "received": "2026-11-20"}, "2026-11-28"),
        ({"limit": "1 calendar", "received": "2026-11-21", "receipt": "roll_forward"}, "2026-11-27"),
        ({"limit": "1 working", "received": "2026-01-01", "country": "BD"}, "2026-01-04"),
        ({"limit": "5 working", "received": "2022-05-20", "extend": "10 working"}, "2022-06-10"),
    ],
)
async def test_the_date_follows_from_limit_receipt_and_options(
    client: httpx.AsyncClient, sign_in: SignIn, asked: dict[str, str], due: str
) -> None:
    await sign_in(Role.CBO_MEMBER)
    assert await _due(client, **asked) == [due]


async def test_a_statute_gives_each_of_its_clocks(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    await sign_in(Role.WORKING_GROUP)
    assert await _due(client, statute_id="KH-A2I-DRAFT", received="2026-11-20") == ["2026-12-02", None, None]
    shown = await client.get("/calculator", params={"statute_id": "KH-A2I-DRAFT", "received": "2026-11-20"})
    assert "2 December 2026" in shown.text
    assert "Benchmark, not a legal deadline" in shown.text
    assert "art. 13" in shown.text


async def test_the_steps_are_told_in_both_languages(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    await sign_in(Role.CBO_MEMBER)
    asked = {"limit": "15 working", "received": "2026-04-01"}
    english = await client.get("/calculator", params=asked)
    assert "Khmer New Year" in english.text
    client.cookies.set("language", "km")
    khmer = await client.get("/calculator", params=asked)
    assert "ចូលឆ្នាំ" in khmer.text


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"received": "2022-05-20"}, "limit"),
        ({"limit": "15 working", "statute_id": "KH-A2I-DRAFT", "received": "2022-05-20"}, "limit"),
        ({"limit": "15 working"}, "received"),
        ({"limit": "15 moons", "received": "2022-05-20"}, "limit"),
        ({"limit": "15 working", "received": "2022-13-01"}, "received"),
        ({"limit": "15 working", "received": "2022-05-20", "country": "XX"}, "country"),
        ({"statute_id": "NONE", "received": "2022-05-20"}, "statute_id"),
        ({"limit": "15 working", "received": "2022-05-20", "roll": "sideways"}, "roll"),
        ({"limit": "15 working", "received": "2022-05-20", "extend": "\x00"}, "extend"),
    ],
)
async def test_what_is_wrong_is_told_by_its_field(
    client: httpx.AsyncClient, sign_in: SignIn, asked: dict[str, str], field: str
) -> None:
    await sign_in(Role.CBO_MEMBER)
    answer = await client.get("/api/calculator", params=asked)
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["field"] == field
    assert (await client.get("/calculator", params=asked)).status_code == 422


@pytest.mark.parametrize("limit", ["3660 month", "3660 working", "0 working", "3660 hours"])
async def test_the_edges_of_the_calendar_hold(client: httpx.AsyncClient, sign_in: SignIn, limit: str) -> None:
    await sign_in(Role.CBO_MEMBER)
    for received in ("1900-01-01", "2200-12-31"):
        assert len(await _due(client, limit=limit, received=received)) == 1


async def test_a_visitor_signs_in_first(client: httpx.AsyncClient) -> None:
    assert (await client.get("/calculator")).headers["location"].startswith("/sign-in")
    assert (await client.get("/api/calculator")).status_code == 401

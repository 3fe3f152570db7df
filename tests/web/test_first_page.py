"""The first page of an organisation: what needs it, the most urgent first, each with the one thing to do about it."""

import re
from datetime import date
from typing import Any

import httpx
import pytest

from rti.core.db import Database
from rti.core.roles import Role
from rti.law.events import EventKind
from rti.models.requests import RequestRow
from tests import make
from tests.conftest import NOW, TODAY, SignIn
from tests.statistics import make as figures

LONG_AGO = date(2026, 3, 2)


@pytest.fixture
async def filed(client: httpx.AsyncClient, sign_in: SignIn, database: Database) -> dict[str, Any]:
    """Requests of an organisation by their titles, and its first page."""
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:

        async def filed(title: str, **days: date | None) -> RequestRow:
            return await make.request(session, member.person, NOW, title=title, received_on=None, **days)

        draft = await filed("Only written", drafted_on=TODAY)
        without = await filed("Without a receipt", submitted_on=TODAY)
        refused = await filed("Not taken", drafted_on=TODAY)
        await make.event(session, refused.id, member.person, NOW, EventKind.REFUSED_AT_COUNTER, TODAY)
        late = await make.request(session, member.person, NOW, title="Late", received_on=LONG_AGO)
        await make.request(session, member.person, NOW, title="In time")
    return {"draft": draft, "without": without, "refused": refused, "late": late, "client": client}


async def test_it_shows_refusals_late_answers_missing_receipts_and_drafts_each_with_what_to_do(
    filed: dict[str, Any],
) -> None:
    page = (await filed["client"].get("/")).text
    needs, waits = page.split("<h2>Waiting for an answer</h2>")
    assert re.findall(r"<strong>(.+?)</strong></a>", needs) == [
        "Not taken",
        "Late",
        "Without a receipt",
        "Only written",
    ]
    assert "In time" in waits
    for name, address in (
        ("refused", "letters/new?kind=refusal_record"),
        ("late", "letters/new?kind=reminder"),
        ("without", "record/received"),
        ("draft", "letters/new?kind=request"),
    ):
        path = f"/requests/{filed[name].id}/{address}"
        first = re.search(rf'<a class="button" href="(/requests/{filed[name].id}/[^"]+)"', needs)
        assert first, name
        assert first[1] == path
        assert (await filed["client"].get(path)).status_code == 200


async def test_after_an_attempt_that_was_no_refusal_it_suggests_to_go_again_or_to_another_body(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        away = await make.request(session, member.person, NOW, received_on=None, drafted_on=TODAY)
        await make.event(session, away.id, member.person, NOW, EventKind.UNABLE_TO_SUBMIT, TODAY)
        returned = await make.request(session, member.person, NOW)
        await make.event(session, returned.id, member.person, NOW, EventKind.RETURNED, TODAY)
    page = (await client.get("/")).text
    assert "refusal_record" not in page
    assert f'<a class="button" href="/requests/{away.id}/letters/new?kind=request">' in page
    assert '<a class="button" href="/bodies">Choose a public body</a>' in page
    detail = (await client.get(f"/requests/{returned.id}")).text
    assert '<a class="button" href="/bodies">Choose a public body</a>' in detail


async def test_after_a_refusal_at_the_counter_the_page_says_so_and_what_to_do_next(
    filed: dict[str, Any],
) -> None:
    client, path = filed["client"], f"/requests/{filed['draft'].id}"
    step = f"{path}/record/refused_at_counter"
    saved = await make.post_form(client, step, {"happened_on": str(TODAY)}, page=step)
    page = (await client.get(saved.headers["location"])).text
    assert "The entry has been recorded." in page
    assert "They did not take the letter." in page
    assert f"{path}/letters/new?kind=refusal_record" in page


async def test_whatever_is_saved_is_confirmed_once_by_the_next_page(filed: dict[str, Any]) -> None:
    client, path = filed["client"], f"/requests/{filed['late'].id}"
    snooze = {"until": "2026-12-24", "reason": "The office is closed"}
    for action, fields in (("snooze", snooze), ("snooze/end", {})):
        await make.post_form(client, f"{path}/{action}", fields, page=path)
        assert "Saved." in (await client.get(path)).text, action
        assert "Saved." not in (await client.get(path)).text, action


async def test_an_entry_is_corrected_in_a_form_that_begins_with_what_it_said_and_can_be_taken_back(
    filed: dict[str, Any],
) -> None:
    client, path = filed["client"], f"/requests/{filed['without'].id}"
    link = re.search(rf'{path}/record/submitted\?voids=[^"]+', (await client.get(path)).text)
    assert link
    form = (await client.get(link[0])).text
    assert f'value="{TODAY}"' in form
    entry = link[0].partition("voids=")[2]
    back = f"{path}/record/corrected"
    assert (await client.get(back)).status_code == 404
    taken = {"happened_on": str(TODAY), "voids": entry, "note": "It is still on my desk"}
    await make.post_form(client, f"{back}?voids={entry}", taken, page=link[0])
    page = (await client.get(path)).text
    assert "I handed it over" in page
    assert "It is still on my desk" in page


async def test_the_working_group_begins_with_its_main_figures_in_words_and_their_charts(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.WORKING_GROUP)
    async with database.transaction() as session:
        body = await make.body(session)
        for _ in range(10):
            cbo = await make.cbo(session, figures.NOW)
            for outcome in ("full", "refused"):
                await figures.request(session, cbo, body, answered_on=figures.DAY, outcome=outcome)
    page = (await client.get("/")).text
    assert page.count('class="figure"') == 4
    assert "100 %" in page, "answered in time"
    assert "50 %" in page, "information given"
    assert "Numbers of fewer than 5 requests" in page
    charts = re.findall(r'src="(/statistics/pictures/[^"]+)"', page)
    assert len(charts) == 3
    for each in charts:
        answer = await client.get(each)
        assert (answer.status_code, answer.headers["content-type"].partition("/")[0]) == (200, "image"), each

"""Two people read each answer without seeing each other, a third decides, and the table tells what stands."""

import csv
from io import StringIO
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.roles import Role
from rti.law.events import EventKind, Outcome
from rti.models.coding import ReadingRow
from rti.models.requests import Filing, RequestRow
from rti.requests.actions import record_event
from rti.requests.commands import RecordEvent
from tests import make
from tests.conftest import NOW, TODAY, SignIn

QUESTIONS = "budget | The budget | ថវិកា\nplan | The plan | ផែនការ | yes, no"


async def answered(database: Database, **more: Any) -> RequestRow:
    """An answered request of a campaign with two questions in its letter."""
    async with database.transaction() as session:
        member = await make.member(session)
        campaign = await make.campaign(session, NOW)
        asked = {"question": "1. The budget\n2. The plan", "campaign_id": campaign.id, **more}
        row = await make.request(session, member.person, NOW, **asked)
        event = RecordEvent(kind=EventKind.ANSWERED, happened_on=TODAY, outcome=Outcome.PARTIAL)
        await record_event(session, row.id, event, member.person, NOW, TODAY)
        return row


def reading(budget: str, plan: str, value: str = "yes") -> dict[str, str]:
    return {
        "verdict-budget": budget,
        "value-budget": "12000",
        "page-budget": "2",
        "verdict-plan": plan,
        "value-plan": value,
    }


async def test_the_story_of_an_answer_that_three_people_read(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    row = await answered(database)
    questions, address = f"/campaigns/{row.campaign_id}/questions", f"/requests/{row.id}/coding"
    await sign_in(Role.STAFF)
    assert row.reference not in (await client.get("/coding")).text, "nothing is asked of it yet"
    drawn = (await client.get(questions)).text
    assert "q1 | The budget | The budget" in drawn
    assert "taken from the letter" in drawn
    wrong = await make.post_form(client, questions, {"lines": "budget | The budget"})
    assert "Line 1: enter code" in wrong.text
    assert (await make.post_form(client, questions, {"lines": QUESTIONS})).status_code == 303
    assert row.reference in (await client.get("/coding")).text
    missing = await make.post_form(client, address, {"verdict-budget": "answered"})
    assert missing.status_code == 422
    assert 'href="#verdict-plan"' in missing.text
    outside = await make.post_form(client, address, reading("answered", "partly", "maybe"))
    assert "Choose one of: yes, no" in outside.text
    assert (await make.post_form(client, address, reading("answered", "partly"))).status_code == 303
    assert "You have read this answer" in (await client.get(address)).text
    again = {
        "found": [{"question": "budget", "verdict": "refused"}, {"question": "plan", "verdict": "refused"}]
    }
    assert (await client.post(f"/api/requests/{row.id}/readings", json=again)).status_code == 409

    await sign_in(Role.STAFF)
    view = (await client.get(f"/api/requests/{row.id}/readings")).json()
    assert (view["place"], view["readings"]) == (2, []), "the second reader sees nothing of the first"
    shown = (await client.get(address)).text
    assert "12000" not in shown
    unread = (await client.get(f"/api/statistics/answers?campaign_id={row.campaign_id}")).json()
    assert unread["figures"]["total"]["counts"]["unsettled"] == 2
    assert (await make.post_form(client, address, reading("answered", "refused"))).status_code == 303

    await sign_in(Role.STAFF)
    third = (await client.get(f"/api/requests/{row.id}/readings")).json()
    assert (third["place"], third["open"]) == (3, ["plan"])
    assert "Decide where they differ" in (await client.get(address)).text
    decided = {"found": [{"question": "plan", "verdict": "partly", "value": "no"}]}
    settled = (await client.post(f"/api/requests/{row.id}/readings", json=decided)).json()
    assert settled["place"] is None
    assert settled["settled"]["plan"]["verdict"] == "partly"

    figures = (await client.get(f"/api/statistics/answers?campaign_id={row.campaign_id}")).json()
    assert figures["figures"]["total"]["counts"] == {
        "answered": 1,
        "partly": 1,
        "refused": 0,
        "not_held": 0,
        "not_addressed": 0,
        "unsettled": 0,
    }
    assert (figures["agreement"]["alike"]["numerator"], figures["agreement"]["alike"]["denominator"]) == (
        1,
        2,
    )
    assert figures["agreement"]["kappa"] == 0.33
    table = f"/answers.csv?campaign_id={row.campaign_id}&by=body&then_by=question"
    lines = list(csv.DictReader(StringIO((await client.get(table)).text.removeprefix("\ufeff"))))
    assert [(line["body"], line["question_name"], line["answered"]) for line in lines[:2]] == [
        ("KH-010201", "The budget", "1"),
        ("KH-010201", "The plan", "0"),
    ]
    shown = (await client.get(f"/answers?campaign_id={row.campaign_id}")).text
    assert "How far the two readers agree" in shown
    await sign_in(Role.WORKING_GROUP)
    hidden = (await client.get(f"/api/statistics/answers?campaign_id={row.campaign_id}")).json()
    assert not any(hidden["figures"]["total"]["counts"].values())


async def test_postgresql_itself_hides_the_first_reading_from_the_second_reader(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    row = await answered(database)
    first = await sign_in(Role.STAFF)
    address = f"/campaigns/{row.campaign_id}/questions"
    assert (await make.post_form(client, address, {"lines": QUESTIONS})).status_code == 303
    saved = await make.post_form(client, f"/requests/{row.id}/coding", reading("answered", "partly"))
    assert saved.status_code == 303
    second = await sign_in(Role.STAFF)
    seen = []
    for person in (first.person.id, second.person.id):
        async with database.under(Login.STAFF).transaction(person) as session:
            seen.append(len((await session.scalars(select(ReadingRow))).all()))
    assert seen == [1, 0]


@pytest.mark.parametrize("filing", [Filing.SEALED])
async def test_a_sealed_answer_is_not_offered_to_staff(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, filing: Filing
) -> None:
    row = await answered(database, filing=filing)
    await sign_in(Role.STAFF)
    address = f"/campaigns/{row.campaign_id}/questions"
    assert (await make.post_form(client, address, {"lines": QUESTIONS})).status_code == 303
    assert row.reference not in (await client.get("/coding")).text
    assert (await client.get(f"/requests/{row.id}/coding")).status_code == 404

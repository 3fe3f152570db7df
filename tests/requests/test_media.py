"""How each thing that happened to a request came about."""

import httpx

from rti.core.db import Database
from rti.core.roles import Role
from rti.models.requests import Channel
from tests import make
from tests.conftest import NOW, TODAY, SignIn


async def test_each_entry_says_how_it_happened_on_the_page_in_json_and_for_many(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        request = await make.request(session, member.person, NOW, channel=Channel.POST)
    page = f"/requests/{request.id}"
    shown = (await client.get(page)).text
    assert "– Post" in shown, "the receipt came the way on which the request was sent"
    day = TODAY.isoformat()
    values = {"happened_on": day, "medium": "chat"}
    await make.post_form(client, f"{page}/record/acknowledged", values, page=f"{page}/record/acknowledged")
    many = {
        "kind": "complaint_filed",
        "happened_on": day,
        "medium": "meeting",
        "references": request.reference,
    }
    sent = await client.post("/api/requests/events", json=many)
    assert sent.status_code == 201, sent.text
    shown = (await client.get(page)).text
    assert "Telegram or Facebook message" in shown
    assert "Village or commune meeting" in shown
    events = (await client.get(f"/api{page}")).json()["events"]
    assert [event["details"].get("medium") for event in events] == [None, "chat", "meeting"]
    wrong = await client.post(
        f"/api{page}/events", json={"kind": "message", "happened_on": day, "medium": "x"}
    )
    assert (wrong.status_code, "medium" in wrong.text) == (422, True)

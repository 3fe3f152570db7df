"""Who reads which message, in the browser and as JSON."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text, update

from notifications.dispatch import dispatch
from notifications.sweep import sweep
from rti.core.db import Database
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.models.messages import MessageRow
from tests import make
from tests.conftest import NOW, TODAY, SignIn
from tests.notifications.conftest import TITLE, Case, due, messages

SUBJECT = "1 request is due today"


async def kept(database: Database, settings: Settings, *, count: int = 1, language: str = "en") -> Case:
    """Somebody with so many messages; all but the first are copies of it."""
    case = await due(database, TODAY, language=language)
    await sweep(database, TODAY, NOW, host="rti.test")
    await dispatch(database, settings, clock=lambda: NOW)
    async with database.transaction() as session:
        copied = """
            INSERT INTO message SELECT (jsonb_populate_record(m, jsonb_build_object(
                'id', new_id(), 'message_id', n, 'day', NULL
            ))).* FROM message m, generate_series(2, CAST(:count AS int)) n
        """
        await session.execute(text(copied), {"count": count})
    return case


async def test_a_member_reads_the_own_message_where_no_mail_server_is_set(
    client: httpx.AsyncClient, database: Database, settings: Settings
) -> None:
    case = await kept(database, settings)
    await make.sign_in(client, case.member)
    listed = await client.get("/mail")
    assert SUBJECT in listed.text
    assert "Held, not sent" in listed.text
    (message,) = await messages(database)
    shown = await client.get(f"/mail/{message.id}")
    assert "As of 23 November 2026: 1 request is due today." in shown.text
    assert TITLE not in listed.text + shown.text
    (line,) = (await client.get("/api/messages")).json()["messages"]
    assert (line["subject"], line["state"], line["own"]) == (SUBJECT, "kept", True)


async def test_a_member_of_another_organisation_sees_nothing_of_it(
    client: httpx.AsyncClient, database: Database, settings: Settings, sign_in: SignIn
) -> None:
    await kept(database, settings)
    await sign_in(Role.CBO_MEMBER)
    assert SUBJECT not in (await client.get("/mail")).text
    assert (await client.get("/api/messages")).json()["messages"] == []
    (message,) = await messages(database)
    foreign = await client.get(f"/api/messages/{message.id}")
    missing = await client.get("/api/messages/01a2085c-dd3b-7770-a5b2-e2298924953d")
    assert (foreign.status_code, foreign.content) == (404, missing.content)
    assert (await client.get(f"/mail/{message.id}")).status_code == 404


@pytest.mark.parametrize("role", [Role.STAFF, Role.ADMINISTRATOR])
async def test_staff_and_administrator_see_how_far_it_came_and_not_what_it_says(
    client: httpx.AsyncClient, database: Database, settings: Settings, sign_in: SignIn, role: Role
) -> None:
    case = await kept(database, settings)
    await sign_in(role)
    (message,) = await messages(database)
    seen = [
        (await client.get(address)).text
        for address in ("/mail", f"/mail/{message.id}", "/api/messages", f"/api/messages/{message.id}")
    ]
    values = {case.cbo.code in text for text in seen}
    assert values == {role is Role.ADMINISTRATOR}, "to staff the day would tell whose sealed request it is"
    assert not any(SUBJECT in text or case.member.email in text for text in seen)
    assert "Only the recipient" in seen[1]


async def test_the_working_group_has_no_business_here(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    await sign_in(Role.WORKING_GROUP)
    assert (await client.get("/mail")).status_code == 403
    assert (await client.get("/api/messages")).status_code == 403
    assert 'href="/mail"' not in (await client.get("/")).text


async def test_nobody_signed_in_is_sent_to_the_sign_in(client: httpx.AsyncClient) -> None:
    assert (await client.get("/mail")).headers["location"].startswith("/sign-in")
    assert (await client.get("/api/messages")).status_code == 401


async def test_the_pages_of_a_long_list_show_each_message_once(
    client: httpx.AsyncClient, database: Database, settings: Settings
) -> None:
    case = await kept(database, settings, count=60)
    await make.sign_in(client, case.member)
    seen, after = [], ""
    while True:
        page = (await client.get("/api/messages", params={"after": after})).json()
        seen += [line["id"] for line in page["messages"]]
        after = page["next"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == 60


async def test_messages_can_be_listed_by_state(
    client: httpx.AsyncClient, database: Database, settings: Settings
) -> None:
    case = await kept(database, settings, count=2)
    (first, _) = await messages(database)
    async with database.transaction() as session:
        failed = update(MessageRow).where(MessageRow.id == first.id)
        await session.execute(failed.values(state="failed", created_at=NOW + timedelta(1)))
    await make.sign_in(client, case.member)
    (line,) = (await client.get("/api/messages?state=failed")).json()["messages"]
    assert line["id"] == str(first.id)


@pytest.mark.parametrize(
    "query", ["state=sent", "after=xyz", "after=%00", "colour=red", "state=" + "x" * 10_000]
)
async def test_a_wrong_filter_is_told_by_its_name(
    client: httpx.AsyncClient, sign_in: SignIn, query: str
) -> None:
    await sign_in(Role.CBO_MEMBER)
    answer = await client.get(f"/api/messages?{query}")
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["field"] == query.partition("=")[0]


async def test_a_khmer_reader_gets_khmer_dates(
    client: httpx.AsyncClient, database: Database, settings: Settings
) -> None:
    case = await kept(database, settings, language="km")
    await make.sign_in(client, case.member)
    (message,) = await messages(database)
    assert "23 វិច្ឆិកា 2026" in (await client.get(f"/mail/{message.id}")).text

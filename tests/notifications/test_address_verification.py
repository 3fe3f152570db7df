"""An address gets nothing but a code before its owner has typed that code in."""

import re
from dataclasses import replace

import httpx
from sqlalchemy import select, text, update

from notifications.dispatch import dispatch
from notifications.sweep import sweep
from rti.core.db import Database
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.core.wallclock import HOME_ZONE, day_of, now
from rti.models.accounts import PersonRow
from rti.models.cbos import CboRow
from rti.models.messages import MessageRow, MessageState
from tests import make
from tests.conftest import SignIn
from tests.notifications.conftest import due, messages
from tests.notifications.servers import Sink

OTHER = "other@test.example"


async def chosen(client: httpx.AsyncClient, address: str = OTHER) -> httpx.Response:
    return await make.post_form(client, "/me/channel", {"channel": "email", "address": address})


async def typed(client: httpx.AsyncClient, code: str) -> httpx.Response:
    return await make.post_form(client, "/me/channel/code", {"code": code}, page="/me/channel")


async def all_sent(database: Database, settings: Settings, sink: Sink) -> None:
    await dispatch(database, replace(settings, smtp_url=sink.url))


async def arrived(database: Database, settings: Settings, sink: Sink) -> str:
    """The code that came last."""
    await all_sent(database, settings, sink)
    assert sink.messages[-1]["To"] == OTHER
    found = re.fullmatch(r"(\d{8}) is your code", sink.messages[-1]["Subject"])
    assert found
    return found[1]


async def reminded(database: Database, settings: Settings, sink: Sink) -> None:
    """Remind at once, whatever hour it is and whether or not it was done before."""
    moment = now()
    async with database.transaction() as session:
        await session.execute(text("DELETE FROM reminder"))
        await session.execute(update(PersonRow).values(hours_from=0, hours_to=24))
    await sweep(database, day_of(moment, HOME_ZONE), moment, host="rti.test")
    await all_sent(database, settings, sink)


async def test_messages_go_to_the_account_until_the_code_was_typed_in(
    client: httpx.AsyncClient, database: Database, settings: Settings, sink: Sink
) -> None:
    moment = now()
    case = await due(database, day_of(moment, HOME_ZONE), now=moment)
    await make.sign_in(client, case.member)
    assert (await chosen(client)).status_code == 303
    assert (await client.get("/api/me/channel")).json()["verified"] is False
    code = await arrived(database, settings, sink)
    await reminded(database, settings, sink)
    assert [message["To"] for message in sink.messages] == [OTHER, case.member.email]
    assert (await typed(client, code)).status_code == 303
    assert (await client.get("/api/me/channel")).json()["verified"] is True
    await reminded(database, settings, sink)
    assert sink.messages[-1]["To"] == OTHER
    assert "is due today" in sink.messages[-1]["Subject"]


async def test_where_no_mail_server_is_set_no_code_is_promised(
    client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    await sign_in(Role.CBO_MEMBER)
    await chosen(client)
    shown = (await client.get("/me/channel")).text
    assert "No mail server is configured, so no code is sent" in shown
    assert 'id="code"' not in shown


async def test_a_code_is_sent_at_any_hour_also_to_who_wants_no_reminders(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, settings: Settings, sink: Sink
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    await chosen(client)
    hour = now().hour
    async with database.transaction() as session:
        quiet = {"wants_reminders": False, "hours_from": (hour + 9) % 23, "hours_to": (hour + 9) % 23 + 1}
        await session.execute(update(PersonRow).where(PersonRow.id == member.person.id).values(quiet))
    await arrived(database, settings, sink)


async def test_an_organisation_that_sends_nothing_sends_no_code(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, settings: Settings, sink: Sink
) -> None:
    await sign_in(Role.CBO_MEMBER)
    await chosen(client)
    async with database.transaction() as session:
        await session.execute(update(CboRow).values(sends_messages=False))
    await all_sent(database, settings, sink)
    assert sink.offered == []
    assert {message.state for message in await messages(database)} == {MessageState.DROPPED}


async def test_a_wrong_code_is_told_and_guessing_is_slow(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, settings: Settings, sink: Sink
) -> None:
    await sign_in(Role.CBO_MEMBER)
    await chosen(client)
    code = await arrived(database, settings, sink)
    wrong = f"{(int(code) + 1) % 10**8:08}"
    for _ in range(5):
        answer = await typed(client, wrong)
        assert (answer.status_code, "not the latest code" in answer.text) == (422, True)
    assert "Too many failed attempts" in (await typed(client, code)).text
    assert (await client.get("/api/me/channel")).json()["verified"] is False


async def test_a_code_may_be_typed_in_khmer_digits_and_groups(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, settings: Settings, sink: Sink
) -> None:
    await sign_in(Role.CBO_MEMBER)
    await chosen(client)
    code = await arrived(database, settings, sink)
    khmer = code.translate(str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩"))
    assert (await typed(client, f" {khmer[:4]} {khmer[4:]}")).status_code == 303


async def test_a_new_code_ends_the_one_before_and_only_so_many_are_sent(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, settings: Settings, sink: Sink
) -> None:
    await sign_in(Role.CBO_MEMBER)
    await chosen(client)
    first = await arrived(database, settings, sink)
    await chosen(client)
    second = await arrived(database, settings, sink)
    assert (await typed(client, first)).status_code == 422
    for _ in range(3):
        await chosen(client)
    refused = await chosen(client)
    assert (refused.status_code, "Too many failed attempts" in refused.text) == (422, True)
    assert second != first


async def test_an_address_that_was_proved_stays_so_and_that_of_the_account_needs_no_proof(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, settings: Settings, sink: Sink
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    await chosen(client, member.email)
    assert (await client.get("/api/me/channel")).json()["verified"] is True
    await chosen(client)
    await typed(client, await arrived(database, settings, sink))
    await chosen(client)
    assert (await client.get("/api/me/channel")).json() == {
        "channel": "email",
        "address": OTHER,
        "health": "good",
        "verified": True,
    }
    async with database.transaction() as session:
        assert list(await session.scalars(select(MessageRow.id))) == [], "a code that was used is kept"


async def test_nobody_reads_a_code_in_the_list_of_messages(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, settings: Settings, sink: Sink
) -> None:
    await sign_in(Role.CBO_MEMBER)
    await chosen(client)
    code = await arrived(database, settings, sink)
    (message,) = await messages(database)
    for role in (None, Role.STAFF, Role.ADMINISTRATOR):
        if role:
            await sign_in(role)
        assert code not in (await client.get("/mail")).text
        assert (await client.get(f"/mail/{message.id}")).status_code == 404


async def test_proving_in_the_api(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, settings: Settings, sink: Sink
) -> None:
    await sign_in(Role.CBO_LEAD)
    saved = await client.put("/api/me/channel", json={"channel": "email", "address": OTHER})
    assert saved.json()["verified"] is False
    code = await arrived(database, settings, sink)
    wrong = await client.post("/api/me/channel/code", json={"code": "1"})
    assert (wrong.status_code, wrong.json()["faults"][0]["field"]) == (422, "code")
    proved = await client.post("/api/me/channel/code", json={"code": code})
    assert (proved.status_code, proved.json()["verified"]) == (200, True)

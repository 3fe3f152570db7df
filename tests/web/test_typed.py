"""What was typed into a form is not lost when the session has ended meanwhile."""

import html
import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import update

from rti.core.db import Database
from rti.core.roles import Role
from rti.core.wallclock import now
from rti.models.accounts import SignInRow
from tests import make
from tests.conftest import SignIn

TITLE = "A title that took ten minutes"


async def _filing(client: httpx.AsyncClient, database: Database) -> tuple[str, dict[str, str]]:
    """A form that is filled in, and whose session has ended by itself."""
    async with database.transaction() as session:
        body = await make.body(session)
    path = f"/bodies/{body.id}/new-request"
    form = {"title": TITLE, "topic": "budget", "_csrf_token": await make.form_token(client, path)}
    async with database.transaction() as session:
        await session.execute(update(SignInRow).values(last_seen_at=now() - timedelta(hours=2)))
    return path, form


def _carried(page: httpx.Response) -> dict[str, str]:
    found = re.search('name="_kept" value="([^"]+)"', page.text)
    assert found, page.text
    token = re.search('name="_csrf_token" value="([^"]+)"', page.text)
    assert token
    return {"_kept": html.unescape(found[1]), "_csrf_token": token[1]}


async def _signed_in_again(
    client: httpx.AsyncClient, page: httpx.Response, member: make.Member
) -> httpx.Response:
    shown = await client.post("/sign-in", data=_carried(page))
    return await client.post("/sign-in", data={**_carried(shown), **member.given})


async def test_a_form_is_shown_again_with_what_was_typed_after_signing_in_again(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    path, form = await _filing(client, database)
    ended = await client.post(path, data=form)
    assert ended.status_code == 401
    assert TITLE not in ended.text
    wrong = await client.post("/sign-in", data={**_carried(ended), "email": "x@y.example", "password": "x"})
    assert wrong.status_code == 422
    again = await _signed_in_again(client, wrong, member)
    assert f'action="{path}"' in again.text
    shown = await client.post(path, data=_carried(again))
    assert shown.status_code == 200
    assert f'value="{TITLE}"' in shown.text


async def test_somebody_else_who_signs_in_sees_nothing_of_it(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn
) -> None:
    await sign_in(Role.CBO_MEMBER)
    path, form = await _filing(client, database)
    ended = await client.post(path, data=form)
    async with database.transaction() as session:
        other = await make.member(session)
    again = await _signed_in_again(client, ended, other)
    shown = await client.post(path, data=_carried(again))
    assert shown.status_code == 200
    assert TITLE not in shown.text


async def test_who_shows_a_second_factor_gets_there_as_well(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        member = await make.member(session, Role.STAFF)
    await make.session_of(client, member.person, database)
    path, form = await _filing(client, database)
    ended = await client.post(path, data=form)
    given = member.given
    code = given.pop("code")
    shown = await client.post("/sign-in", data=_carried(ended))
    half = await client.post("/sign-in", data={**_carried(shown), **given})
    proving = await client.post(path, data=_carried(half))
    assert 'action="/second-factor"' in proving.text
    asked = await client.post("/second-factor", data=_carried(proving))
    assert asked.status_code == 200
    again = await client.post("/second-factor", data={**_carried(asked), "code": code})
    shown = await client.post(path, data=_carried(again))
    assert f'value="{TITLE}"' in shown.text


@pytest.mark.parametrize("role", [Role.CBO_MEMBER, Role.STAFF])
async def test_who_followed_a_link_gets_there_after_signing_in(
    client: httpx.AsyncClient, database: Database, role: Role
) -> None:
    async with database.transaction() as session:
        member = await make.member(session, role)
    wanted = "/requests?q=%E1%9E%83%E1%9E%BB%E1%9F%86&overdue=1"
    asked = await client.get(wanted)
    given = member.given
    code = given.pop("code", None)
    shown = await client.get(asked.headers["location"])
    answer = await client.post("/sign-in", data={**_carried(shown), **given})
    assert answer.headers["location"] == wanted
    if code:
        asked = await client.get(wanted)
        shown = await client.get(asked.headers["location"])
        answer = await client.post("/second-factor", data={**_carried(shown), "code": code})
        assert answer.headers["location"] == wanted
    assert (await client.get(wanted)).status_code == 200


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nb: c", "/é"]
)
async def test_no_link_to_signing_in_leads_elsewhere(
    client: httpx.AsyncClient, database: Database, back: str
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
    shown = await client.get("/sign-in", params={"back": back})
    assert back not in shown.text
    answer = await client.post("/sign-in", data={**_carried(shown), **member.given})
    assert answer.headers["location"] == "/"


async def test_a_forged_or_foreign_address_leads_nowhere(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
    for kept in ("//evil.example x", "https://evil.example x", "/\\evil.example x"):
        answer = await make.post_form(client, "/sign-in", {**member.given, "_kept": kept})
        assert answer.headers["location"] == "/"
        client.cookies.delete("session")


async def test_a_change_of_language_brings_back_what_was_typed_to_forms_that_can_show_it_and_to_no_other(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn
) -> None:
    await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        body = await make.body(session)
    path = f"/bodies/{body.id}/new-request"
    token = {"_csrf_token": await make.form_token(client, path)}
    sent = {**token, "language": "km", "back": path, "form": path, "typed.title": TITLE}
    carried = await client.post("/language", data=sent)
    assert TITLE not in carried.text
    shown = await client.post(path, data=_carried(carried))
    assert (f'value="{TITLE}"' in shown.text, 'lang="km"' in shown.text) == (True, True)
    for other in ("/sign-out", "//elsewhere.example/", "/no-such-page"):
        answer = await client.post("/language", data={**sent, "form": other})
        assert (answer.status_code, answer.headers["location"]) == (303, path), other

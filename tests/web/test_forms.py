"""A form whose action finds faults: nothing that it did stays, and its page shows again what was sent."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar, Response, get, post
from litestar.di import Provide
from litestar.params import FromQuery
from litestar.response import Redirect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import Database
from rti.core.errors import invalid, say
from rti.core.validation import ShortText
from rti.models.cbos import CboRow
from rti.web import forms
from rti.web.forms import else_show, see_other
from rti.web.inject import Form, Session
from tests import make
from tests.conftest import NOW


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What the form of these tests asks for."""

    code: ShortText
    note: ShortText = ""


@get("/cbos/new")
async def new_cbo(form: Form, greeting: FromQuery[str] = "hello") -> Response[dict[str, Any]]:
    faults = {fault.field: fault.message.text for fault in form.faults}
    shown = {"greeting": greeting, "values": form.values, "faults": faults}
    return Response(shown, status_code=422 if faults else 200)


@post("/cbos/new")
@else_show(new_cbo)
async def add_cbo(session: Session, command: Found) -> Redirect:
    row = await make.cbo(session, NOW, command.code)
    if command.note:
        raise invalid("note", say("No notes here"))
    return see_other(f"/cbos/{row.code}")


@pytest.fixture
async def visitor(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async def opened() -> AsyncIterator[AsyncSession]:
        async with database.transaction() as session:
            yield session

    async def blank() -> forms.Form:
        return forms.Form()

    app = Litestar(
        [new_cbo, add_cbo],
        dependencies={"session": Provide(opened), "form": Provide(blank)},
        openapi_config=None,
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


async def _codes(database: Database) -> set[str]:
    async with database.transaction() as session:
        return set(await session.scalars(select(CboRow.code)))


async def test_what_is_right_is_done_and_leads_on(visitor: httpx.AsyncClient, database: Database) -> None:
    answer = await visitor.post("/cbos/new", data={"code": "GOOD"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/cbos/GOOD")
    assert "GOOD" in await _codes(database)


async def test_a_page_shows_its_form_blank_first_and_then_what_was_sent(visitor: httpx.AsyncClient) -> None:
    assert (await visitor.get("/cbos/new")).json() == {"greeting": "hello", "values": {}, "faults": {}}
    answer = await visitor.post("/cbos/new", data={"code": " ", "note": "x" * 301})
    assert answer.status_code == 422
    assert answer.json()["values"] == {"code": " ", "note": "x" * 301}
    assert set(answer.json()["faults"]) == {"code", "note"}


async def test_what_an_action_did_before_it_found_a_fault_is_undone(
    visitor: httpx.AsyncClient, database: Database
) -> None:
    answer = await visitor.post("/cbos/new", data={"code": "UNDONE", "note": "x"})
    assert answer.json()["faults"] == {"note": "No notes here"}
    assert "UNDONE" not in await _codes(database)


async def test_files_are_asked_for_once_more(visitor: httpx.AsyncClient) -> None:
    files = {"scan": ("a.txt", b"x"), "none": ("", b"")}
    answer = await visitor.post("/cbos/new", data={"code": "FILES", "note": "x"}, files=files)
    assert answer.json()["faults"] == {"note": "No notes here", "scan": "Choose this file again"}

"""What no browser sends: every route that takes something refuses it in words, and never falls over."""

import base64
import json
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest

from notifications.queries import MessageFilter
from rti.accounts.commands import (
    Accept,
    AddApp,
    AddPasskey,
    AddToken,
    ChangeEmail,
    ChangePassword,
    ChangeRole,
    Invite,
    Reset,
    SaveMe,
    SignIn,
    VerifyFactor,
    VerifyPasskey,
)
from rti.bodies.commands import SaveBody
from rti.bodies.queries import BodyFilter
from rti.calendars.commands import CalendarFilter, ConfirmYear, DeclareDay
from rti.campaigns.commands import MarkAreas, SaveCampaign
from rti.cbos.commands import LockCbo, ShredCbo, UnlockCbo
from rti.core.db import Database
from rti.core.roles import Role
from rti.requests.commands import FileRequest, OpenSealed, RecordEvent, RequestFilter, SaveRequester
from rti.statistics.commands import StatisticsQuery
from rti.statistics.what_if import WhatIf
from rti.statutes.commands import AddStatute, AddStatuteText, Calculate, Commence
from tests import conftest, make
from tests.sizes import size
from tests.web.asking import Visitor, who_tries
from tests.web.routes import ROUTES

COMMANDS = (
    *(LockCbo, OpenSealed, SaveRequester, ShredCbo, UnlockCbo),
    *(
        Accept,
        AddApp,
        AddPasskey,
        AddToken,
        ChangeEmail,
        ChangeRole,
        Invite,
        Reset,
        VerifyFactor,
        VerifyPasskey,
    ),
    *(AddStatute, AddStatuteText, BodyFilter, Calculate, CalendarFilter, ChangePassword, Commence),
    *(ConfirmYear, DeclareDay, FileRequest, MarkAreas, MessageFilter, RecordEvent, RequestFilter, SaveBody),
    *(SaveCampaign, SaveMe, SignIn, StatisticsQuery, WhatIf),
)
NAMES = sorted({name for command in COMMANDS for name in command.__struct_fields__} | {"back", "version"})


def _mark(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


SOME_ID = str(UUID(int=1))
TEXTS = [
    "\x00",
    "\u2028",
    "x" * 30_000,
    str(10**30),
    "9" * 5_000,
    "-1",
    "0008-01-01",
    "9999-12-31",
    "<b>",
    "%",
]
MARKS = [
    _mark(*parts)
    for parts in (
        ("\x00", SOME_ID),
        ("\ud800", SOME_ID),
        ("0001-01-01T00:00:00+14:00", SOME_ID),
        ("9999-12-31T23:59:59-14:00", SOME_ID),
        (1, 2),
        (),
    )
]
JSON: list[Any] = [*TEXTS, 10**30, -1, 1.5, True, [], {}, [[]], {"a": "\x00"}]
RAW = [
    b"",
    b"null",
    b"[" * 5_000,
    b'{"title":"\\ud800"}',
    b"\xff\xfe{\x00",
    b'{"year":' + b"9" * 5_000 + b"}",
]


SHORT = [value[:300] for value in TEXTS]
"""As an address can hold them."""
ROUNDS = size(1, len(JSON))
"""How often each route is tried; in as many rounds as there are values, every field holds each of them once."""


@pytest.mark.torture
@pytest.mark.parametrize("role", Role)
async def test_no_value_of_any_field_brings_a_route_down(
    client: httpx.AsyncClient, database: Database, role: Role
) -> None:
    """Every known name at once with a value of its own, the next one in each round: each route takes its fields."""
    visitor = Visitor(client, database, role)
    for number, route in enumerate(ROUTES):
        if who_tries(route) is not role or route.path == "/health":
            continue
        values = SHORT if route.method == "GET" else JSON if route.is_api else TEXTS
        for turn in range(number, number + ROUNDS):
            address = route.at(await visitor.ready(*route.parameters))
            fields = {name: values[(turn + place) % len(values)] for place, name in enumerate(NAMES)}
            what: dict[str, Any] = {"data": {**fields, "_csrf_token": visitor.token}}
            if route.method == "GET":
                what = {"params": {**fields, "after": [*SHORT, *MARKS][turn % len(SHORT + MARKS)]}}
            elif route.is_api:
                what = {"json": fields}
            answer = await visitor.send(route.method, address, headers=visitor.headers, **what)
            assert answer.status_code < 500, f"{route} in round {turn}: {answer.status_code}"


@pytest.mark.parametrize("path", ["/bodies", "/requests", "/mail"])
async def test_a_forged_mark_of_a_list_is_a_fault_of_its_field(
    client: httpx.AsyncClient, sign_in: conftest.SignIn, path: str
) -> None:
    await sign_in(Role.STAFF)
    api = "/api/messages" if path == "/mail" else f"/api{path}"
    for mark in (*MARKS[:2], *MARKS[4:]):
        assert (await client.get(path, params={"after": mark})).status_code == 422, mark
        answer = await client.get(api, params={"after": mark})
        assert [fault["field"] for fault in answer.json()["faults"]] == ["after"], mark


async def test_a_country_that_cannot_be_is_a_fault_beside_the_usual_list(
    client: httpx.AsyncClient, sign_in: conftest.SignIn
) -> None:
    await sign_in(Role.STAFF)
    for country in ("\x00", "\x01", "K H"):
        fields = {"country": country, "day": str(date(2026, 1, 5))}
        assert (await client.get("/calendar/declare", params=fields)).status_code == 422, country


@pytest.mark.parametrize("body", RAW)
async def test_a_body_that_is_no_json_object_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/api/sessions", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize(
    "part",
    [
        b"\r\n\r\n\xff\xfe",
        b"\r\nContent-Type: text/plain; charset=nope\r\n\r\nabc",
        b"\r\nContent-Type: application/json\r\n\r\n{\xff",
    ],
)
async def test_a_form_in_broken_text_is_refused(client: httpx.AsyncClient, part: bytes) -> None:
    await make.form_token(client, "/sign-in")
    body = b'--a\r\nContent-Disposition: form-data; name="email"' + part + b"\r\n--a--\r\n"
    answer = await client.post(
        "/sign-in", content=body, headers={"content-type": "multipart/form-data; boundary=a"}
    )
    assert answer.status_code == 400
    assert "UTF-8" in answer.text


async def test_form_tokens_outside_ascii_are_refused(client: httpx.AsyncClient) -> None:
    token = await make.form_token(client, "/sign-in")
    broken = "é" * 200
    assert (await client.post("/language", data={"_csrf_token": broken})).status_code == 400
    header = {"x-csrftoken": broken.encode()}
    assert (await client.post("/language", data={}, headers=header)).status_code == 403
    client.cookies.clear()
    cookie = {"cookie": f"csrf={broken}".encode()}
    assert (await client.post("/language", data={"_csrf_token": token}, headers=cookie)).status_code == 403


async def test_the_description_of_the_api_can_be_read(client: httpx.AsyncClient) -> None:
    described = (await client.get("/api/schema/openapi.json")).json()
    assert "/api/requests" in described["paths"]
    assert "FileRequest" in json.dumps(described["paths"]["/api/requests"]["post"]["requestBody"])


async def test_of_what_an_address_says_twice_the_first_counts(
    client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    await sign_in(Role.STAFF)
    twice = await client.get("/statistics?method=own&method=osji")
    assert twice.status_code == 200
    assert '<option value="own" selected>' in twice.text
    compared = (await client.get("/statistics/methods?method=own")).text
    assert 'href="/statistics?method=osji"' in compared

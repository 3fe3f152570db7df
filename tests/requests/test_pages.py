"""Filing and following a request in the browser pages."""

import asyncio
from datetime import date

import httpx
import pytest
from sqlalchemy import select

from rti.core.db import Database
from rti.core.roles import Role
from rti.law.events import NOT_TAKEN, EventKind, Ground, Outcome
from rti.law.rounds import INTAKE
from rti.models.bodies import BodyKind
from rti.models.requests import Medium, RequestRow
from rti.requests.queries import events_of
from tests import make
from tests.conftest import NOW, TODAY, SignIn

_ALONE = [
    kind
    for kind in EventKind
    if kind not in {EventKind.CORRECTED, EventKind.FEE_PAID, EventKind.CLARIFICATION_GIVEN}
    and not kind.endswith("_decided")
]
"""Events that need none of a certain kind before them."""


async def test_a_cbo_files_a_paper_request_and_sees_its_benchmark(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        body = await make.body(session)
    fields = {
        "title": "Budget of 2026",
        "topic": "budget",
        "channel": "counter",
        "drafted_on": "2026-11-02",
        "submitted_on": "2026-11-03",
        "received_on": "2026-11-04",
    }
    answer = await make.post_form(client, f"/bodies/{body.id}/new-request", fields)
    assert answer.status_code == 303, answer.text
    shown = await client.get(answer.headers["location"])
    assert shown.status_code == 200
    assert "not a legal deadline" in shown.text
    why = await client.get(answer.headers["location"] + "/why")
    assert "Water" in why.text or "benchmark" in why.text.lower()


async def test_the_length_of_an_extension_is_told_in_the_language_of_the_reader(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        request = await make.request(session, member.person, NOW)
        await make.event(
            session, request.id, member.person, NOW, EventKind.EXTENDED, TODAY, days="10 working"
        )
        another = await make.request(session, member.person, NOW)
        until = date(2026, 12, 31)
        await make.event(session, another.id, member.person, NOW, EventKind.EXTENDED, TODAY, until=until)
    assert "by 10 working days" in (await client.get(f"/requests/{request.id}")).text
    assert "until 31 December 2026" in (await client.get(f"/requests/{another.id}")).text
    client.cookies.set("language", "km")
    assert "10 ថ្ងៃធ្វើការ" in (await client.get(f"/requests/{request.id}")).text


async def test_every_event_is_shown_with_all_that_can_be_said_of_it(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    said = {"at": "10:30", "days": "10 working", "until": date(2026, 12, 31), "medium": Medium.MEETING}
    said |= {"outcome": Outcome.PARTIAL, "ground": Ground.COST, "section": "art. 20(7)", "note": "A note"}
    filed = []
    async with database.transaction() as session:
        for kind in _ALONE:
            received = None if kind in {*INTAKE, *NOT_TAKEN} else NOW.date()
            request = await make.request(session, member.person, NOW, received_on=received)
            more = said | ({"to_body": "KH-010203"} if kind is EventKind.TRANSFERRED else {})
            await make.event(session, request.id, member.person, NOW, kind, TODAY, **more)
            filed.append((kind, request.id))
    for kind, request_id in filed:
        page = (await client.get(f"/requests/{request_id}")).text
        assert "31 December 2026" in page, kind


async def test_one_paper_that_gives_a_part_refuses_another_and_promises_a_third_is_entered_once(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        request = await make.request(session, member.person, NOW)
    step, by = f"/requests/{request.id}/record/answered", "2030-03-05"
    said = {"outcome": "partial", "ground": "exemption", "section": "art. 20(7)", "until": by}
    day = {"happened_on": str(TODAY)}
    assert (await make.post_form(client, step, said | day)).status_code == 303
    page = (await client.get(f"/requests/{request.id}")).text
    for each in ("Information given in part", "(art. 20(7))", "the rest by 5 March 2030"):
        assert each in page
    steps = (await client.get(f"/api/requests/{request.id}/next-steps")).json()["next_steps"]
    assert (steps[0]["step"], steps[0]["by"]) == ("wait", by)
    refused = await make.post_form(client, step, said | day | {"until": str(TODAY)})
    assert "This is not after the day of the answer" in refused.text


async def test_what_an_organisation_calls_an_answer_stays_beside_what_staff_say_of_it(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        request = await make.request(session, member.person, NOW)
        await make.event(
            session, request.id, member.person, NOW, EventKind.ANSWERED, TODAY, outcome=Outcome.FULL
        )
        *_, answer = await events_of(session, request.id)
    path = f"/requests/{request.id}"
    page = (await client.get(path)).text
    assert ("not checked by campaign staff" in page, "Check this answer" in page) == (True, False)
    await sign_in(Role.STAFF)
    page = (await client.get(path)).text
    step = f"{path}/record/answered"
    assert f'href="{step}?voids={answer.id}">Check this answer' in page
    said = {"happened_on": str(TODAY), "outcome": "inadequate", "voids": str(answer.id)}
    assert (await make.post_form(client, step, said, page=f"{step}?voids={answer.id}")).status_code == 303
    page = (await client.get(path)).text
    assert "not checked by campaign staff" not in page
    assert page.index("Information given in full") < page.index(
        "Answer does not address", page.index("Timeline")
    )
    async with database.transaction() as session:
        row = await session.get_one(RequestRow, request.id)
        assert (row.outcome, row.checked) == (Outcome.INADEQUATE, True)


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ([{"outcome": "full"}] * 4, "This event is already on the timeline"),
        ([{"outcome": each} for each in ("full", "partial", "refused", "not_held")], "says something else"),
    ],
)
async def test_of_four_people_who_record_the_answer_at_once_one_does_and_the_others_are_told(
    client: httpx.AsyncClient,
    sign_in: SignIn,
    database: Database,
    sent: list[dict[str, str]],
    message: str,
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        request = await make.request(session, member.person, NOW)
        answered = {"kind": "answered", "happened_on": "2026-11-23"}
    path = f"/api/requests/{request.id}/events"
    answers = await asyncio.gather(*(client.post(path, json={**answered, **each}) for each in sent))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]
    assert all(message in answer.text for answer in answers if answer.status_code == 422)
    async with database.transaction() as session:
        assert [each.kind for each in await events_of(session, request.id)] == ["received", "answered"]


async def test_where_somebody_holds_the_request_for_long_the_others_are_told_and_nothing_is_half_done(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    """A form is shown again with what was typed; a program is told when to come again."""
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        request = await make.request(session, member.person, NOW)
    path, event = (
        f"/requests/{request.id}",
        {"kind": "replied", "happened_on": "2026-11-23", "note": "By phone"},
    )
    token = await make.form_token(client, path)
    async with database.transaction() as session, asyncio.timeout(60):
        await session.execute(select(RequestRow.id).where(RequestRow.id == request.id).with_for_update())
        form, program = await asyncio.gather(
            client.post(f"{path}/record/{event['kind']}", data={**event, "_csrf_token": token}),
            client.post(f"/api{path}/events", json=event),
        )
    assert (form.status_code, program.status_code, program.headers["retry-after"]) == (422, 503, "5")
    for answer in (form, program):
        assert "Someone else is changing the same records right now" in answer.text
    assert "By phone" in form.text
    async with database.transaction() as session:
        assert len(await events_of(session, request.id)) == 1


async def test_a_body_that_the_law_does_not_cover_is_told_where_one_files_and_in_what_next(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        court = await make.body(session)
        court.kind = BodyKind.OTHER
        us = await make.body(session, "KH-010202")
        us.country = "US"
        filed = await make.request(session, member.person, NOW, statute_id="KH-A2I-DRAFT")
        elsewhere = await make.request(
            session, member.person, NOW, statute_id="KH-A2I-DRAFT", body_code="KH-010202"
        )
    said = "It does not cover courts"
    for page in (f"/bodies/{court.id}/new-request", f"/bodies/{court.id}/file", f"/requests/{filed.id}"):
        assert said in (await client.get(page)).text, page
    assert "states and local governments" in (await client.get(f"/bodies/{us.id}/file")).text
    assert "does not cover this body" in (await client.get(f"/requests/{elsewhere.id}")).text
    values = [(await client.get(f"/api/requests/{each.id}/next-steps")).json() for each in (filed, elsewhere)]
    assert [(each["outside"], bool(each["scope"])) for each in values] == [(False, True), (True, False)]

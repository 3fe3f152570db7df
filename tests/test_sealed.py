"""Which organisation filed a sealed request: planted as a canary, and looked for by value and by time.

Whatever staff and the working group are told falls into rows: an object of JSON, a line of a file or of a page.
Rows that share an identifier, a digest or a precise moment can be joined. From a row about a sealed request
no chain of such joins may lead to a row that names its organisation.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from alembic import command
from sqlalchemy import Connection, select, text, update

from notifications.dispatch import dispatch
from notifications.sweep import sweep
from rti.core.db import Database
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.core.wallclock import day_of, now
from rti.models.accounts import PersonRow
from rti.models.bodies import PublicBodyRow
from rti.models.campaigns import CampaignRow
from rti.models.cbos import CboRow
from rti.models.messages import BounceRow, MessageRow
from rti.models.requests import DeadlineRow, Filing, RequestRow
from rti.upgrade import alembic_config
from tests import make
from tests.conftest import DoJobs, SignIn
from tests.files.make import jpeg
from tests.web.asking import send
from tests.web.routes import ROUTES
from tests.web.things import things

SEALED, OPEN = "Quiet question", "Loud question"
_ROWS = re.compile(r"<tr|<li|<entry|BEGIN:VEVENT|\n\n|\r\n")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOMENT = re.compile(r"\d{4}-?\d\d-?\d\dT\d\d:?\d\d:?\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")


@dataclass(frozen=True)
class Filed:
    """An organisation with a lead, and its sealed request."""

    cbo: CboRow
    lead: make.Member
    sealed: RequestRow
    document: str
    event: str

    @property
    def names(self) -> tuple[str, ...]:
        cbo = self.cbo
        return (cbo.code, cbo.name_en, cbo.name_km, str(cbo.id), f"Lead of {cbo.code}", self.lead.email)

    @property
    def about(self) -> tuple[str, ...]:
        return (self.sealed.reference, str(self.sealed.id), SEALED, self.document, self.event)


async def _file(client: httpx.AsyncClient, database: Database, code: str) -> Filed:
    """Its lead files one request as itself and one sealed, and does with both what can be done."""
    async with database.transaction() as session:
        cbo = await make.cbo(session, now(), code=code)
        lead = await make.member(session, Role.CBO_LEAD, of=cbo)
        row = await session.get_one(PersonRow, lead.person.id)
        row.name = f"Lead of {code}"
        body_id = str((await make.body(session)).id)
    client.headers.update(await make.session_of(client, lead.person, database))
    photo, details = jpeg(), []
    for filing, title in (("itself", OPEN), ("sealed", SEALED)):
        given = {"body_id": body_id, "title": title, "topic": "land", "filing": filing}
        filed = await client.post("/api/requests", json=given | {"received_on": "2026-09-01"})
        path = f"/api/requests/{filed.json()['request']['id']}"
        event = filed.json()["events"][0]["id"]
        await client.post(f"{path}/events/{event}/documents", files={"document": ("a.jpg", photo)})
        for until in ("2026-12-24", "2026-12-25"):
            reason = {"until": (now().date() + timedelta(9)).isoformat(), "reason": f"{code} knows, {until}"}
            assert (await client.post(f"{path}/snooze", json=reason)).status_code == 201
        assert (await client.delete(f"{path}/snooze")).status_code == 204
        details.append((await client.get(path)).json())
    async with database.transaction() as session:
        sealed = await session.get_one(RequestRow, UUID(details[1]["request"]["id"]))
    (event,) = details[1]["events"]
    return Filed(cbo, lead, sealed, event["documents"][0]["id"], event["id"])


async def _remind(database: Database, settings: Settings) -> None:
    """Every request is overdue, its organisation reminded, a letter proposed; and no address works."""
    async with database.transaction() as session:
        late = {"due_on": now().date() - timedelta(11), "state": "running"}
        await session.execute(update(DeadlineRow).where(DeadlineRow.kind == "reply").values(late))
    moment = now()
    await sweep(database, day_of(moment, settings.timezone), moment, host="rti.test")
    await dispatch(database, settings)
    async with database.transaction() as session:
        for message in await session.scalars(select(MessageRow).where(MessageRow.person_id.is_not(None))):
            moment = message.finished_at or moment
            refused = {"channel": message.channel, "address": message.to_address or "", "status": "5.1.1"}
            session.add(
                BounceRow(message_id=message.id, person_id=message.person_id, reported_at=moment, **refused)
            )


@pytest.fixture
async def filed(client: httpx.AsyncClient, database: Database, settings: Settings) -> Filed:
    """One of two organisations; the other one did the same."""
    await _file(client, database, "OTHERBOENG")
    found = await _file(client, database, "CANARYKOH")
    await _remind(database, settings)
    return found


async def _told(
    client: httpx.AsyncClient, database: Database, filed: Filed, role: Role
) -> dict[str, httpx.Response]:
    """What every address answers to a person of a role who names the sealed request, and whose feeds these are."""
    async with database.transaction() as session:
        person = (await make.member(session, role)).person
        elsewhere = (await make.member(session)).person
        names = await things(session, elsewhere, elsewhere, me=person)
        message = select(MessageRow.id).where(MessageRow.person_id == filed.lead.person.id).limit(1)
        names |= {"message_id": str(await session.scalar(message))}
    names |= {"request_id": str(filed.sealed.id), "document_id": filed.document, "event_id": filed.event}
    headers = await make.session_of(client, person, database)
    if role is Role.STAFF:
        made = (await client.post("/api/me/feeds", headers=headers)).json()
        names["secret"] = made["changes"].split("/")[-2]
        letters = (await client.get("/api/letters", headers=headers)).json()["letters"]
        names["letter_id"] = next(
            (each["id"] for each in letters if each["request_id"] == str(filed.sealed.id)), names["letter_id"]
        )
    return {
        str(route): await send(client, route, route.at(names), person, database)
        for route in ROUTES
        if route.method == "GET" and (route.roles is None or role in route.roles) and route.path != "/health"
    }


def _rows(answer: httpx.Response) -> Iterator[str]:
    """The smallest parts of an answer that tell of one thing."""
    if "json" in answer.headers.get("content-type", ""):
        yield from _objects(answer.json())
    else:
        yield from _ROWS.split(answer.text)


def _objects(value: Any) -> Iterator[str]:
    """Each object with what is in it, but for the objects of its lists, which are rows of their own."""
    if isinstance(value, list):
        for each in value:
            yield from _objects(each)
    elif isinstance(value, dict):
        lists = [each for each in value.values() if isinstance(each, list)]
        flat = {name: each for name, each in value.items() if not isinstance(each, list)}
        yield json.dumps(flat, ensure_ascii=False)
        yield from _objects(lists)


def _links(row: str) -> set[str]:
    """What a row can be joined by: identifiers and the milliseconds in them, digests, and moments that are no days."""
    text = row.lower()
    found = {*_UUID.findall(text), *_DIGEST.findall(text)}
    found |= {f"made at {each[:13]}" for each in _UUID.findall(text) if each[14] == "7"}
    for each in _MOMENT.findall(row):
        moment = datetime.fromisoformat(each).astimezone(UTC)
        if (moment + timedelta(hours=7)).time().isoformat() != "00:00:00":
            found.add(moment.isoformat())
    return found


async def _common(database: Database) -> set[str]:
    """What many things share and no event made: bodies and campaigns."""
    async with database.transaction() as session:
        ids = [
            str(each)
            for column in (PublicBodyRow.id, CampaignRow.id)
            for each in await session.scalars(select(column))
        ]
    return {link for each in ids for link in _links(each)}


def _says(row: str, words: tuple[str, ...]) -> bool:
    return any(word.lower() in row.lower() for word in words)


async def test_nothing_that_staff_are_told_joins_a_sealed_request_to_its_organisation(
    client: httpx.AsyncClient, database: Database, filed: Filed
) -> None:
    result = await _told(client, database, filed, Role.STAFF)
    of_request = [
        route for route in result if "{request_id:uuid}" in route and "GET /requests/{request_id" in route
    ]
    assert len(of_request) >= 3
    for route, answer in result.items():
        if "{request_id:uuid}" in route or "{document_id:uuid}" in route:
            assert not _says(answer.text, (*filed.names, "knows")), route
    common = await _common(database)
    rows = [(route, row, _links(row) - common) for route, answer in result.items() for row in _rows(answer)]
    assert any(_says(row, filed.names) for _, row, _ in rows), "staff know of the organisation"
    reached = {link for _, row, links in rows if _says(row, filed.about) for link in links}
    assert reached, "staff know of the request"
    for _ in rows:
        more = {link for _, _, links in rows if links & reached for link in links}
        if more <= reached:
            break
        reached |= more
    joined = [
        (route, row)
        for route, row, links in rows
        if _says(row, filed.names) and (links & reached or _says(row, filed.about))
    ]
    assert joined == []


async def test_the_working_group_is_told_of_neither(
    client: httpx.AsyncClient, database: Database, filed: Filed
) -> None:
    result = await _told(client, database, filed, Role.WORKING_GROUP)
    words = (*filed.names, filed.sealed.reference, SEALED, OPEN)
    named = {route for route, answer in result.items() if _says(answer.text, words)}
    assert named == set()
    assert not [route for route, answer in result.items() if str(filed.sealed.id) in answer.text]


async def test_a_neutral_reference_is_taken_from_nobody_and_says_the_same_of_every_organisation(
    client: httpx.AsyncClient,
    database: Database,
    filed: Filed,
    sign_in: SignIn,
    do_jobs: DoJobs,
) -> None:
    await sign_in(Role.STAFF)
    async with database.transaction() as session:
        other = await session.scalar(select(CboRow).where(CboRow.code == "OTHERBOENG"))
        body_id = str(filed.sealed.body_id)
        body_code = (await session.get_one(PublicBodyRow, filed.sealed.body_id)).code
    assert other
    for spelled in (str, str.lower, " {} ".format, "\u200b{}".format):
        reference, answers = spelled(filed.sealed.reference), set()
        for cbo in (filed.cbo, other):
            given = {"body_id": body_id, "cbo_id": str(cbo.id), "title": "x", "topic": "land"}
            refused = await client.post("/api/requests", json={**given, "reference": reference})
            assert [fault["field"] for fault in refused.json()["faults"]] == ["reference"]
            form = await make.post_form(
                client, f"/bodies/{body_id}/new-request", {**given, "reference": reference}
            )
            assert form.status_code == 422
            for filing in Filing:
                again = {**given, "filing": filing, "resubmission_of": reference}
                asked = await client.post("/api/requests", json=again)
                assert [fault["field"] for fault in asked.json()["faults"]] == ["resubmission_of"]
                answers.add(asked.text)
            file = (
                "cbo_code,reference,body_code,title,topic,received_on\n"
                f"{cbo.code},{reference},{body_code},x,land,2026-09-01\n"
            )
            for options in ("?dry_run=true", ""):
                sent = await client.post(f"/api/imports/requests{options}", content=file.encode())
                await do_jobs()
                report = (await client.get(sent.headers["location"])).json()["report"]
                assert report["counts"]["rejected"] == 1
                assert "are given by the system" in json.dumps(report)
                answers.add(json.dumps(report))
            answers.add(refused.text)
        assert len(answers) == 4, (
            "to JSON, to asking again, to a check of a file and to its import, whichever organisation was named"
        )
    listed = await client.get("/api/requests", params={"reference": filed.sealed.reference})
    assert len(listed.json()["requests"]) == 1, "whoever has the reference finds the request by it"


async def test_what_asks_again_is_sealed_where_the_first_was_and_only_there(
    client: httpx.AsyncClient, database: Database, filed: Filed
) -> None:
    """The link stands in what staff are told of either."""
    client.headers.update(await make.session_of(client, filed.lead.person, database))
    listed = (await client.get("/api/requests")).json()["requests"]
    for first in listed:
        for filing in ("itself", "sealed"):
            again = {"title": "Once more", "topic": "land", "resubmission_of": first["reference"]}
            again |= {"body_id": first["body_id"], "filing": filing}
            answer = await client.post("/api/requests", json=again)
            assert answer.status_code == (201 if filing == first["filing"] else 422), answer.text
    assert len(listed) == 2


async def test_the_letters_of_a_sealed_request_are_for_its_own_people(
    client: httpx.AsyncClient, database: Database, filed: Filed, sign_in: SignIn
) -> None:
    client.headers.update(await make.session_of(client, filed.lead.person, database))
    letters = (await client.get("/api/letters")).json()["letters"]
    own = next(each for each in letters if each["request_id"] == str(filed.sealed.id))
    await sign_in(Role.STAFF)
    listed = (await client.get("/api/letters")).json()["letters"]
    assert listed
    assert own["id"] not in {each["id"] for each in listed}
    assert (await client.get(f"/api/letters/{own['id']}")).status_code == 404
    assert (await client.post(f"/api/letters/{own['id']}/dismiss")).status_code == 404


async def test_of_equal_neutral_references_from_before_the_one_that_was_made_here_stays(
    database: Database,
) -> None:
    async with database.transaction() as session:
        by_hand = await make.request(session, (await make.member(session)).person, now())
        made = await make.request(session, (await make.member(session)).person, now(), filing=Filing.SEALED)

    def migrated(connection: Connection) -> None:
        command.downgrade(alembic_config(connection), "0015")
        connection.execute(
            text("UPDATE request SET reference = :reference WHERE id = :id"),
            {"reference": made.reference, "id": by_hand.id},
        )
        command.upgrade(alembic_config(connection), "head")

    async with database.engine.connect() as connection:
        await connection.run_sync(migrated)
        found = await connection.execute(select(RequestRow.id, RequestRow.reference))
        assert dict(found.all()) == {made.id: made.reference, by_hand.id: f"{made.reference}~~2"}  # type: ignore[arg-type]

"""Who may do what, for every route of the application, whatever routes there will be."""

import re
from datetime import timedelta

import httpx
import pytest

from rti.accounts.passwords import new_token, token_hash
from rti.accounts.sessions import API_TOKEN
from rti.core.db import Database
from rti.core.roles import TWO_FACTORS, Person, Role, SignInState, TokenScope, scope_needed
from rti.core.wallclock import now
from rti.models.accounts import ApiTokenRow, AssignmentRow, PersonRow
from rti.web.headers import PROTECTION
from tests import make
from tests.conftest import NOW
from tests.web.asking import contents, send
from tests.web.routes import ROUTES, Route
from tests.web.things import FIXED, MAKERS, MISSING, Things, somebody, things

_OF_A_REQUEST = {
    "request_id",
    "event_id",
    "document_id",
    "letter_id",
    "written_id",
    "incoming_id",
    "visit_id",
    "photo_id",
}
_OF_A_PERSON = {"session_id", "token_id", "passkey_id"}
_JOBS = {"job_id", "columns_id", "run_id", "dossier_id", "export_id"}
OWNED: dict[Role, set[str]] = {role: set() for role in Role} | {
    Role.CBO_MEMBER: {*_OF_A_REQUEST, *_OF_A_PERSON, *_JOBS, "import_id", "message_id"},
    Role.CBO_LEAD: {*_OF_A_REQUEST, *_OF_A_PERSON, *_JOBS, "import_id", "message_id", "person_id"},
    Role.STAFF: {*_OF_A_REQUEST, *_OF_A_PERSON, *_JOBS, "import_id"},
    Role.WORKING_GROUP: _OF_A_PERSON,
    Role.ADMINISTRATOR: {*_OF_A_PERSON, "job_id"},
}
"""Parameters that name what belongs to somebody, so that there is a foreign one for the role."""


IN_PERSON = {
    *("/api/sessions", "/api/sessions/proof", "/api/me/password", "/api/me/email", "/api/me/tokens"),
    *(f"/api/requests/{{request_id:uuid}}/{what}" for what in ("identity", "requester", "dossier")),
    "/api/requests/{request_id:uuid}/documents/{document_id:uuid}/original",
    "/api/inbox/{incoming_id:uuid}/file",
    *("/api/redactions", "/api/redactions/preview"),
    *(f"/api/cbos/{{cbo_id:uuid}}/{step}" for step in ("unlock", "shred")),
}
"""Addresses at which something is changed or shown that a token must not, whatever its scope."""
FILES = {
    *(
        f"/api/requests/{{request_id:uuid}}/{one}"
        for one in (
            "documents/{document_id:uuid}",
            "documents/{document_id:uuid}/preview",
            "documents/{document_id:uuid}/text",
            "letters/{written_id:uuid}",
        )
    ),
    "/api/inbox/{incoming_id:uuid}",
    "/api/dossiers/{dossier_id:uuid}/bundle",
    "/api/print-runs/{run_id:uuid}/letters",
    "/api/search/scans",
}
"""What it must not even read."""


async def _answer(
    client: httpx.AsyncClient, route: Route, names: dict[str, str], person: Person | None, database: Database
) -> httpx.Response:
    answer = await send(client, route, route.at(names), person, database)
    assert answer.status_code < 500 or route.path == "/health", f"{route}: {answer.status_code}"
    assert {name.lower() for name in PROTECTION} <= set(answer.headers), f"{route} lacks headers"
    return answer


def _took(route: Route, answer: httpx.Response) -> bool:
    return route.method != "GET" and answer.status_code < 400


def _plain(answer: httpx.Response) -> tuple[int, str]:
    """The answer without the address that was asked for."""
    named = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|nothing"
    return answer.status_code, re.sub(named, "…", make.same_for_all(answer.text))


def _is_as_its_guard_says(route: Route, role: Role | None, answer: httpx.Response) -> None:
    said = f"{route} as {role}: {answer.status_code}"
    if route.roles is None:
        assert answer.status_code not in {401, 403}, said
    elif role is None and route.method == "GET" and not route.is_api:
        assert answer.headers.get("location", "").startswith("/sign-in"), said
    elif role and SignInState.COMPLETE not in route.standings:
        assert answer.status_code == 401, said
    elif role is None or role not in route.roles:
        assert answer.status_code == (403 if role else 401), said
    else:
        assert answer.status_code not in {401, 403, 404}, said


@pytest.mark.parametrize("role", [None, *Role])
async def test_every_route_is_for_the_roles_of_its_guard_and_looking_changes_nothing(
    client: httpx.AsyncClient, database: Database, role: Role | None
) -> None:
    """But that being seen keeps a session alive, looking at evidence is recorded, and what costs is counted."""
    async with database.transaction() as session:
        owner = (await make.member(session, role or Role.CBO_MEMBER)).person
        asked = owner if owner.cbo_id else (await make.member(session)).person
        # Administrators import the directory and never a request.
        fixed = FIXED | ({"name": "bodies"} if role is Role.ADMINISTRATOR else {})
        names = Things(asked, owner, made={**fixed})
        await names.named(session, *MAKERS)
    person = owner if role else None
    noted = {"sign_in", "rate_limit"}
    before = await contents(database, but=noted)
    for route in ROUTES:
        if route.method == "GET":
            _is_as_its_guard_says(route, role, await _answer(client, route, names.made, person, database))
    assert await contents(database, but=noted) == before
    for route in ROUTES:
        if route.method == "GET":
            continue
        if names.lack(route):
            async with database.transaction() as session:
                await names.named(session, *route.parameters)
        answer = await _answer(client, route, names.made, person, database)
        if _took(route, answer):
            # What it was about may have ended or changed.
            names = Things(asked, owner, made={**fixed})
        _is_as_its_guard_says(route, role, answer)


@pytest.mark.parametrize("role", sorted(TWO_FACTORS))
@pytest.mark.parametrize("enrolled", [True, False])
async def test_with_the_password_alone_a_role_that_needs_two_factors_only_shows_or_sets_up_the_second(
    client: httpx.AsyncClient, database: Database, role: Role, enrolled: bool
) -> None:
    async with database.transaction() as session:
        person = (await make.member(session, role, enrolled=enrolled)).person
        member = (await make.member(session)).person
        names = await things(session, member, member)
    standing = SignInState.MUST_PROVE if enrolled else SignInState.MUST_ENROL
    step = "/second-factor" if enrolled else "/me/factors"
    for route in ROUTES:
        # To other roles it is closed with two factors as well.
        if route.roles is None or role not in route.roles:
            continue
        answer = await send(client, route, route.at(names), person, database, complete=False)
        if standing in route.standings:
            assert answer.status_code not in {401, 403, 404}, f"{route}: {answer.status_code}"
        elif route.method == "GET" and not route.is_api:
            assert answer.headers.get("location", "").startswith(step), f"{route}: {answer.status_code}"
        else:
            assert answer.status_code == 401, f"{route}: {answer.status_code}"


async def test_a_disabled_person_is_a_stranger_everywhere(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        person = (await make.member(session)).person
        names = await things(session, person, person)
        (await session.get_one(PersonRow, person.id)).disabled_at = NOW
    for route in ROUTES:
        if route.roles is not None:
            answer = await _answer(client, route, names, person, database)
            turned_away = answer.status_code == 401 or answer.headers.get("location", "").startswith(
                "/sign-in"
            )
            assert turned_away, f"{route}: {answer.status_code}"


@pytest.mark.parametrize("scope", list(TokenScope))
async def test_a_token_for_a_program_reaches_what_its_scope_covers_and_never_the_account(
    client: httpx.AsyncClient, database: Database, scope: TokenScope
) -> None:
    async with database.transaction() as session:
        staff, member = (await make.member(session, Role.STAFF)).person, (await make.member(session)).person
        token = API_TOKEN + new_token()
        expires = now() + timedelta(days=1)
        hashed = token_hash(token)
        session.add(
            ApiTokenRow(
                person_id=staff.id,
                token_hash=hashed,
                name="x",
                scope=scope,
                created_at=NOW,
                expires_at=expires,
            )
        )
    headers = {"Authorization": f"Bearer {token}"}
    names = Things(member, staff)
    for route in ROUTES:
        if route.roles is None or not route.is_api or Role.STAFF not in route.roles:
            continue
        if names.lack(route):
            async with database.transaction() as session:
                await names.named(session, *route.parameters)
        answer = await client.request(route.method, route.at(names.made), headers=headers, json={})
        if _took(route, answer):
            names = Things(member, staff)
        in_person = (route.method != "GET" and route.path in IN_PERSON) or route.path in FILES
        if in_person or not scope.covers(scope_needed(route.method, route.path)):
            assert answer.status_code == 403, f"{route}: {answer.status_code}"
        else:
            assert answer.status_code not in {401, 403}, f"{route}: {answer.status_code}"


@pytest.mark.parametrize("role", list(Role))
async def test_what_belongs_to_others_looks_like_what_does_not_exist(
    client: httpx.AsyncClient, database: Database, role: Role
) -> None:
    """To staff, one province is assigned; administrators and the working group own nothing."""
    async with database.transaction() as session:
        asker = (await make.member(session, role, everything=False)).person
        if role is Role.STAFF:
            session.add(AssignmentRow(person_id=asker.id, province_code="01", assigned_at=NOW))
        about = await somebody(session, asker)
        own = await things(session, asker if asker.cbo_id else about, about, me=asker)
        elsewhere = (await make.member(session)).person
        foreign = await things(session, elsewhere, elsewhere, body_code="KH-12")
    for route in ROUTES:
        if not route.parameters or route.roles is None or role not in route.roles:
            continue
        for name in route.parameters:
            missing = await _answer(client, route, {**own, name: MISSING[name]}, asker, database)
            # JSON is read before anything is looked up, so an empty object may be refused first.
            values = {404} if route.method == "GET" or not route.is_api else {400, 404, 422}
            assert missing.status_code in values, f"{route} without {name} as {role}: {missing.status_code}"
            if name in OWNED[role]:
                other = await _answer(client, route, {**own, name: foreign[name]}, asker, database)
                assert _plain(other) == _plain(missing), f"{route} tells of a foreign {name}"

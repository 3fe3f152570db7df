"""Every route of the application with its guard, and things for its addresses to name."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary
from zipfile import ZipFile

import httpx
import msgspec
from litestar import Litestar
from litestar.routes import HTTPRoute
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts import personal_encryption
from rti.accounts.passwords import new_token, token_hash
from rti.core.db import Base, Database, new_id
from rti.core.roles import SUPPORT, Person, Role, SignInState, TokenScope
from rti.core.settings import Settings
from rti.dossiers.bundle import PAPER
from rti.imports.report import Report
from rti.models.accounts import ApiTokenRow, AssignmentRow, PasskeyRow
from rti.models.bodies import PublicBodyRow
from rti.models.cbos import CboRow
from rti.models.imports import FileImportRow, FileKind
from rti.models.jobs import JobKind, JobRow, JobState
from rti.models.messages import MessageKind, MessageRow
from rti.requests.evidence import attach
from rti.requests.queries import events_of
from rti.web.app import create_app
from rti.web.guards import open_to_all
from tests import make
from tests.conftest import NOW

FRAMEWORK = {"/api/schema", "/api/schema/openapi.json", "/api/schema/{path:str}"}
"""The description of the API, which the framework serves without a guard of ours."""


@dataclass(frozen=True)
class Route:
    """A method of an address; `roles` is None where it is open to all, `standings` are those that it is for."""

    method: str
    path: str
    roles: frozenset[Role] | None
    standings: frozenset[SignInState]
    parameters: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    def at(self, names: dict[str, str]) -> str:
        """The address with its parameters; an unknown one is a KeyError, so that this file learns of it."""
        address = self.path
        for name in self.parameters:
            kind = address.split(f"{{{name}:", 1)[1].split("}", 1)[0]
            address = address.replace(f"{{{name}:{kind}}}", names[name])
        return address


def routes_of(app: Litestar) -> Iterator[Route]:
    for route in app.routes:
        if not isinstance(route, HTTPRoute) or route.path in FRAMEWORK:
            continue
        for handler in route.route_handlers:
            for method in sorted(handler.http_methods - {"OPTIONS"}):
                guards = handler.guards or ()
                found = [guard for guard in guards if hasattr(guard, "roles")]
                assert found or open_to_all in guards, f"{method} {route.path} has no guard"
                roles, standings = (
                    (found[0].roles, found[0].standings) if found else (None, frozenset(SignInState))
                )
                yield Route(method, route.path, roles, standings, tuple(route.path_parameters))


ROUTES = sorted(
    routes_of(
        create_app(Settings(database_url="postgresql+asyncpg://nobody@127.0.0.1/none", secret="x" * 40))
    ),
    key=str,
)


async def somebody(session: AsyncSession, asker: Person) -> Person:
    """Another person of whom `asker` may know, if there are any: for a lead a member of the own organisation."""
    of = await session.get(CboRow, asker.cbo_id) if asker.role is Role.CBO_LEAD else None
    return (await make.member(session, of=of)).person


def _zip() -> bytes:
    made = BytesIO()
    with ZipFile(made, "w") as archive:
        archive.writestr(PAPER, b"%PDF")
    return made.getvalue()


_BUNDLE = _zip()


def _job(me: Person, of: JobKind, name: str, report: bytes, **arguments: str) -> JobRow:
    """A job that is done, with its report."""
    job = JobRow(
        id=new_id(),
        kind=of,
        person_id=me.id,
        arguments=arguments,
        state=JobState.DONE,
        total=1,
        next_attempt_at=NOW,
        created_at=NOW,
        finished_at=NOW,
    )
    job.report = personal_encryption.encrypt("test " * 8, f"{name} {job.id}", me.id, report)
    return job


async def things(
    session: AsyncSession, member: Person, about: Person, *, me: Person | None = None, **request: str
) -> dict[str, str]:
    """A value for every parameter of an address: things of `member`, the account of `about`, what is of `me`."""
    me = me or member
    filed = await make.request(session, member, NOW, **request)
    event = (await events_of(session, filed.id))[0]
    # Plain text, of which no child process makes a copy.
    document = await attach(session, event, file_name="a.txt", content=b"stamp", now=NOW)
    message = MessageRow(
        person_id=member.id,
        kind=next(iter(MessageKind)),
        values={},
        message_id=f"<{uuid4()}@rti.test>",
        next_attempt_at=NOW,
        created_at=NOW,
    )
    session.add(message)
    campaign = await make.campaign(session, NOW)
    assignment = AssignmentRow(person_id=about.id, province_code="23", assigned_at=NOW)
    passkey = PasskeyRow(
        person_id=me.id,
        credential_id=token_hash(new_token()),
        public_key=b"",
        sign_count=0,
        name="own",
        created_at=NOW,
    )
    api_token = ApiTokenRow(
        person_id=me.id,
        token_hash=token_hash(new_token()),
        name="own",
        scope=TokenScope.READ,
        created_at=NOW,
        expires_at=NOW,
    )
    session.add_all([assignment, passkey, api_token])
    live = make.session_row(me, new_token())
    session.add(live)
    job = _job(me, JobKind.IMPORT, "report", msgspec.json.encode(Report()), kind="requests")
    run = _job(me, JobKind.PRINT, "print", b"%PDF")
    bundle = _job(me, JobKind.DOSSIER, "dossier", _BUNDLE, request_id=str(filed.id))
    file = _job(me, JobKind.EXPORT, "export", gzip.compress(b"reference"), form="log")
    session.add_all([job, run, bundle, file])
    await session.flush()
    cbo_id = me.cbo_id or (None if me.role in SUPPORT else member.cbo_id)
    past = FileImportRow(
        id=new_id(), kind=FileKind.BODIES, cbo_id=cbo_id, person_id=me.id, counts={}, created_at=NOW
    )
    session.add(past)
    await session.flush()
    return {
        "import_id": str(past.id),
        "request_id": str(filed.id),
        "event_id": str(event.id),
        "document_id": str(document.id),
        "message_id": str(message.id),
        "letter_id": str((await make.letter(session, filed, NOW)).id),
        "written_id": str((await make.written_letter(session, filed, NOW)).id),
        "campaign_id": str(campaign.id),
        "cbo_id": str(member.cbo_id),
        # Another one than that of the request, because whoever may gives it another code.
        "body_id": str(
            await session.scalar(select(PublicBodyRow.id).where(PublicBodyRow.id != filed.body_id).limit(1))
        ),
        "person_id": str(about.id),
        "assignment_id": str(assignment.id),
        "passkey_id": str(passkey.id),
        "token_id": str(api_token.id),
        "session_id": str(live.id),
        "job_id": str(job.id),
        "run_id": str(run.id),
        "dossier_id": str(bundle.id),
        "export_id": str(file.id),
        "statute_id": "KH-A2I-DRAFT",
        "change": "declare",
        "event": "answered",
        "file_kind": "bodies",
        "picture": "answers.svg",
        "name": "requests",
        "secret": "nothing",
        "rule": "soon",
        "kind": "reminder",
        "language": "en",
        "incoming_id": str((await make.incoming(session, filed, NOW)).id),
        "number": "1",
    }


async def peopled(session: AsyncSession, role: Role) -> tuple[Person, dict[str, str]]:
    """Somebody of a role, and things that they may name: their own as far as the role has any."""
    person = (await make.member(session, role)).person
    owner = person if person.cbo_id else (await make.member(session)).person
    return person, await things(session, owner, await somebody(session, person), me=person)


MISSING = dict.fromkeys(
    (
        "request_id",
        "event_id",
        "document_id",
        "message_id",
        "letter_id",
        "written_id",
        "campaign_id",
        "cbo_id",
        "body_id",
        "person_id",
        "assignment_id",
        "passkey_id",
        "token_id",
        "session_id",
        "job_id",
        "run_id",
        "dossier_id",
        "export_id",
        "import_id",
        "incoming_id",
    ),
    "01a2085c-dd3b-7770-a5b2-e2298924953d",
) | dict.fromkeys(
    ("statute_id", "change", "name", "picture", "secret", "rule", "kind", "language", "file_kind", "event"),
    "nothing",
)
MISSING["number"] = "9"


_opened: WeakKeyDictionary[httpx.AsyncClient, dict[tuple[UUID, bool], dict[str, str]]] = WeakKeyDictionary()
"""The headers of the sessions in which `send` asks."""


async def send(
    client: httpx.AsyncClient,
    route: Route,
    address: str,
    person: Person | None,
    database: Database,
    *,
    complete: bool = True,
) -> httpx.Response:
    """Ask as a person, with an empty form or JSON object and a good form token.

    The session is that of the question before, unless something was taken, by which it may have ended.
    """
    client.cookies.delete("session")
    token = client.cookies.get("csrf") or await make.form_token(client, "/sign-in")
    headers: dict[str, str] = {}
    opened = _opened.setdefault(client, {})
    if person:
        if (person.id, complete) not in opened:
            opened[person.id, complete] = await make.session_of(client, person, database, complete=complete)
        headers = opened[person.id, complete]
        client.cookies.set("session", headers["Authorization"].removeprefix("Bearer "))
    what: dict[str, Any] = {"json": {}} if route.is_api else {"data": {"_csrf_token": token}}
    if route.method == "GET":
        return await client.get(address, headers=headers)
    answer = await client.request(route.method, address, headers=headers, **what)
    if answer.status_code < 400:
        opened.clear()
    return answer


@dataclass
class Visitor:
    """Somebody of a role at work, or a stranger: signed in, and with things to name for as long as they last."""

    client: httpx.AsyncClient
    database: Database
    role: Role | None
    names: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    token: str = ""

    async def send(self, method: str, address: str, **what: Any) -> httpx.Response:
        """Ask; whatever was taken may have ended the session or removed what is named, so all is made anew."""
        answer = await self.client.request(method, address, **what)
        if method != "GET" and answer.status_code < 400:
            self.names = {}
        return answer

    async def ready(self) -> None:
        """Sign in, with something for each name, unless all is there."""
        if self.names:
            return
        async with self.database.transaction() as session:
            person, self.names = await peopled(session, self.role or Role.CBO_MEMBER)
        if self.role:
            self.headers = await make.session_of(self.client, person, self.database)
        self.token = await make.form_token(self.client, "/me/feeds" if self.role else "/sign-in")


async def contents(database: Database, *, but: set[str]) -> dict[str, str | None]:
    """A digest of what is in each table, `but` these, and but what no page writes to."""
    digests = [
        f"SELECT '{name}', (SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {name} t)"  # noqa: S608 -- our own tables
        for name in Base.metadata.tables.keys() - {"area", "audit_entry", "audit_tally", *but}
    ]
    async with database.transaction() as session:
        return dict((await session.execute(text(" UNION ALL ".join(digests)))).all())

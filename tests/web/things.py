"""Things for the addresses of routes to name."""

import gzip
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4
from zipfile import ZipFile

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts import personal_encryption
from rti.accounts.passwords import new_token, token_hash
from rti.core.db import new_id
from rti.core.roles import SUPPORT, Person, Role, TokenScope
from rti.dossiers.bundle import PAPER
from rti.imports.actions import GivenFile
from rti.imports.report import Report
from rti.models.accounts import ApiTokenRow, AssignmentRow, PasskeyRow
from rti.models.bodies import BodyKind, PublicBodyRow
from rti.models.cbos import CboRow
from rti.models.imports import FileImportRow, FileKind
from rti.models.jobs import JobKind, JobRow, JobState
from rti.models.messages import MessageKind, MessageRow
from rti.models.requests import RequestRow
from rti.models.saved_lists import SavedListRow
from rti.models.saved_reports import ReportFile, SavedReportRow
from rti.models.visits import VisitPhotoRow
from rti.releases.verify import Verification
from rti.requests.bulk import Hit
from rti.requests.bulk import Report as ManyReport
from rti.requests.evidence import attach
from rti.requests.queries import events_of
from tests import make
from tests.conftest import NOW
from tests.releases import make as releases
from tests.web.routes import Route


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

FIXED = {
    "statute_id": "KH-A2I-DRAFT",
    "change": "declare",
    "event": "answered",
    "file_kind": "bodies",
    "body_kind": "health_centre",
    "picture": "answers.svg",
    "name": "requests",
    "secret": "nothing",
    "rule": "soon",
    "topic": "land",
    "kind": "reminder",
    "language": "en",
    "number": "1",
    "sheet": "1.csv",
    "file": "package.zip",
}
"""Values of parameters that name no row."""


@dataclass
class Things:
    """A value for every parameter of an address: things of `member`, the account of `about`, what is of `me`.

    Each is made when it is named first, because making all takes longer than asking a route.
    """

    member: Person
    me: Person
    about: Person | None = None
    """Where it is not given, somebody of whom `me` may know."""
    request: dict[str, str] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=lambda: dict(FIXED))
    _filed: RequestRow | None = None

    async def named(self, session: AsyncSession, *names: str) -> dict[str, str]:
        """The values by their names; an unknown one is a KeyError, so that this file learns of it."""
        for name in names:
            if name not in self.made:
                self.made[name] = str(await MAKERS[name](self, session))
        return self.made

    def lack(self, route: Route) -> bool:
        """Whether there is yet something to make before a route can be asked."""
        return not set(route.parameters) <= set(self.made)

    async def filed(self, session: AsyncSession) -> RequestRow:
        if self._filed is None:
            self._filed = await make.request(session, self.member, NOW, **self.request)
        return self._filed

    async def _request(self, session: AsyncSession) -> UUID:
        return (await self.filed(session)).id

    async def _event(self, session: AsyncSession) -> UUID:
        return (await events_of(session, (await self.filed(session)).id))[0].id

    async def _document(self, session: AsyncSession) -> UUID:
        """Plain text, of which no child process makes a copy."""
        event = (await events_of(session, (await self.filed(session)).id))[0]
        return (await attach(session, event, file_name="a.txt", content=b"stamp", now=NOW)).id

    async def _letter(self, session: AsyncSession) -> UUID:
        return (await make.letter(session, await self.filed(session), NOW)).id

    async def _written(self, session: AsyncSession) -> UUID:
        return (await make.written_letter(session, await self.filed(session), NOW)).id

    async def _batch(self, session: AsyncSession) -> UUID:
        return (await make.batch(session, await self.filed(session), NOW)).id

    async def _incoming(self, session: AsyncSession) -> UUID:
        return (await make.incoming(session, await self.filed(session), NOW)).id

    async def _visit(self, session: AsyncSession) -> UUID:
        campaign = await make.campaign(session, NOW)
        asked = await session.get_one(PublicBodyRow, (await self.filed(session)).body_id)
        communes = select(PublicBodyRow).where(
            PublicBodyRow.kind == BodyKind.COMMUNE_ADMINISTRATION,
            PublicBodyRow.area_code.startswith(asked.area_code),
        )
        body = (await session.scalars(communes.limit(1))).one()
        return (await make.visit(session, campaign, body, NOW, of=self.member.cbo_id)).id

    async def _photo(self, session: AsyncSession) -> UUID:
        visit_id = UUID((await self.named(session, "visit_id"))["visit_id"])
        photo = VisitPhotoRow(id=new_id(), visit_id=visit_id, media_type="image/png", content=b"x")
        return await _kept(session, photo)

    async def _message(self, session: AsyncSession) -> UUID:
        message = MessageRow(
            person_id=self.member.id,
            kind=next(iter(MessageKind)),
            values={},
            message_id=f"<{uuid4()}@rti.test>",
            next_attempt_at=NOW,
            created_at=NOW,
        )
        return await _kept(session, message)

    async def _campaign(self, session: AsyncSession) -> UUID:
        return (await make.campaign(session, NOW)).id

    async def _release(self, session: AsyncSession) -> str:
        return (await releases.release(session, self.me)).code

    async def _embargo(self, session: AsyncSession) -> UUID:
        campaign = await make.campaign(session, NOW)
        return (await releases.embargo(session, campaign.id)).id

    async def _cbo(self, _: AsyncSession) -> UUID | None:
        return self.member.cbo_id

    async def _body(self, session: AsyncSession) -> UUID | None:
        """Another one than that of the request, because whoever may gives it another code."""
        of_request = (await self.filed(session)).body_id
        return await session.scalar(select(PublicBodyRow.id).where(PublicBodyRow.id != of_request).limit(1))

    async def _person(self, session: AsyncSession) -> UUID:
        if self.about is None:
            self.about = await somebody(session, self.me)
        return self.about.id

    async def _assignment(self, session: AsyncSession) -> UUID:
        person_id = await self._person(session)
        return await _kept(session, AssignmentRow(person_id=person_id, province_code="23", assigned_at=NOW))

    async def _passkey(self, session: AsyncSession) -> UUID:
        passkey = PasskeyRow(
            person_id=self.me.id,
            credential_id=token_hash(new_token()),
            public_key=b"",
            sign_count=0,
            name="own",
            created_at=NOW,
        )
        return await _kept(session, passkey)

    async def _token(self, session: AsyncSession) -> UUID:
        api_token = ApiTokenRow(
            person_id=self.me.id,
            token_hash=token_hash(new_token()),
            name="own",
            scope=TokenScope.READ,
            created_at=NOW,
            expires_at=NOW,
        )
        return await _kept(session, api_token)

    async def _session(self, session: AsyncSession) -> UUID:
        return await _kept(session, make.session_row(self.me, new_token()))

    async def _job(self, session: AsyncSession) -> UUID:
        report = msgspec.json.encode(Report())
        return await self._done(session, JobKind.IMPORT, "report", report, kind="requests")

    async def _columns(self, session: AsyncSession) -> UUID:
        file = GivenFile(name="log.csv", content=b"Office,Status\nHall,open\n").packed()
        return await self._done(session, JobKind.COLUMNS, "columns", file, kind="requests")

    async def _run(self, session: AsyncSession) -> UUID:
        return await self._done(session, JobKind.PRINT, "print", b"%PDF")

    async def _dossier(self, session: AsyncSession) -> UUID:
        request_id = str((await self.filed(session)).id)
        return await self._done(session, JobKind.DOSSIER, "dossier", _BUNDLE, request_id=request_id)

    async def _export(self, session: AsyncSession) -> UUID:
        return await self._done(session, JobKind.EXPORT, "export", gzip.compress(b"reference"), form="log")

    async def _list(self, session: AsyncSession) -> UUID:
        row = SavedListRow(
            person_id=self.me.id, name=str(uuid4()), wanted={"overdue": "1"}, mails=False, created_at=NOW
        )
        return await _kept(session, row)

    async def _report(self, session: AsyncSession) -> UUID:
        row = SavedReportRow(
            person_id=self.me.id,
            name=str(uuid4()),
            wanted={"method": "own"},
            file=ReportFile.PAGE,
            sent_on=NOW.date(),
            created_at=NOW,
        )
        return await _kept(session, row)

    async def _draft(self, session: AsyncSession) -> UUID:
        release = (await releases.release(session, self.me)).code.encode()
        asked = {"methods": ["own"], "groups": ["province"]}
        return await self._done(session, JobKind.RELEASE, "release", release, **asked)

    async def _verification(self, session: AsyncSession) -> UUID:
        release = (await releases.release(session, self.me)).code
        found = Verification(
            code=release, holds=True, altered=False, methods=[], differences=[], rows=[], changed_rows=0
        )
        report = msgspec.json.encode(found)
        return await self._done(session, JobKind.VERIFICATION, "verification", report, release=release)

    async def _many(self, session: AsyncSession) -> UUID:
        hit = Hit((await self.filed(session)).id, "R")
        report = msgspec.json.encode(ManyReport([hit], []))
        return await self._done(session, JobKind.MANY, "many", report, act="snooze")

    async def _done(
        self, session: AsyncSession, of: JobKind, name: str, report: bytes, **arguments: str | list[str]
    ) -> UUID:
        """A job that is done, with its report."""
        job = JobRow(
            id=new_id(),
            kind=of,
            person_id=self.me.id,
            arguments=arguments,
            state=JobState.DONE,
            total=1,
            next_attempt_at=NOW,
            created_at=NOW,
            finished_at=NOW,
        )
        job.report = personal_encryption.encrypt("test " * 8, f"{name} {job.id}", self.me.id, report)
        return await _kept(session, job)

    async def _import(self, session: AsyncSession) -> UUID:
        cbo_id = self.me.cbo_id or (None if self.me.role in SUPPORT else self.member.cbo_id)
        past = FileImportRow(
            id=new_id(),
            kind=FileKind.BODIES,
            cbo_id=cbo_id,
            person_id=self.me.id,
            counts={},
            created_at=NOW,
        )
        return await _kept(session, past)


async def _kept(session: AsyncSession, row: Any) -> UUID:
    session.add(row)
    await session.flush()
    identifier: UUID = row.id
    return identifier


MAKERS: Mapping[str, Callable[[Things, AsyncSession], Awaitable[object]]] = {
    "list_id": Things._list,
    "report_id": Things._report,
    "many_id": Things._many,
    "draft_id": Things._draft,
    "verification_id": Things._verification,
    "request_id": Things._request,
    "event_id": Things._event,
    "document_id": Things._document,
    "message_id": Things._message,
    "letter_id": Things._letter,
    "written_id": Things._written,
    "campaign_id": Things._campaign,
    "cbo_id": Things._cbo,
    "body_id": Things._body,
    "person_id": Things._person,
    "assignment_id": Things._assignment,
    "passkey_id": Things._passkey,
    "token_id": Things._token,
    "session_id": Things._session,
    "job_id": Things._job,
    "columns_id": Things._columns,
    "run_id": Things._run,
    "dossier_id": Things._dossier,
    "export_id": Things._export,
    "import_id": Things._import,
    "incoming_id": Things._incoming,
    "batch_id": Things._batch,
    "release": Things._release,
    "embargo_id": Things._embargo,
    "visit_id": Things._visit,
    "photo_id": Things._photo,
}


async def things(
    session: AsyncSession, member: Person, about: Person, *, me: Person | None = None, **request: str
) -> dict[str, str]:
    """All `Things` at once."""
    return await Things(member, me or member, about, request).named(session, *MAKERS)


MISSING = (
    dict.fromkeys(FIXED, "nothing")
    | dict.fromkeys(MAKERS, "01a2085c-dd3b-7770-a5b2-e2298924953d")
    | {"number": "9"}
)
"""What no parameter names."""

"""Releases as JSON: drafting, checking, approving, reading and verifying them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from rti.accounts.rate_limits import LimitedCall
from rti.core import i18n
from rti.core.attributes import from_attributes
from rti.core.errors import Message
from rti.core.roles import COMPARING, REQUESTS, Person
from rti.core.visibility import visible_to
from rti.jobs import queue
from rti.models.campaigns import CampaignRow
from rti.models.jobs import JobKind, JobRow
from rti.models.releases import EmbargoRow, ReleaseRow
from rti.releases import actions, queries
from rti.releases.commands import ApproveRelease, CheckRelease, DraftRelease, GiveReason, SetEmbargo
from rti.releases.content import CalendarVersion, StatuteVersion
from rti.releases.queries import Standing
from rti.releases.verify import Verification, named
from rti.web.api.progress import Progress, progress
from rti.web.api.statistics import TableView, table_view
from rti.web.guards import only, rate_limited, signed_in
from rti.web.inject import Counting, Id, Now, Session, Today, Who
from rti.web.templating import WebRequest, language_of

Code = FromPath[str]


class ReleaseView(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is draft, waiting (approved, its day is to come), out or superseded. `digest` is the SHA-256 of the content."""

    code: str
    title_km: str
    title_en: str
    state: str
    as_of: date
    digest: str
    publish_on: date | None
    drafted_at: datetime
    approved_at: datetime | None
    changes: str | None


class FindingView(msgspec.Struct, frozen=True, kw_only=True):
    """An error blocks a release, a warning needs a reason."""

    id: str
    blocks: bool
    text: str
    reason: str


class SignatureView(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    at: datetime
    remark: str


class ReleaseDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A release with its tables. Findings, checks and who saw it early are for those who work on releases."""

    release: ReleaseView
    known_on: date
    threshold: int
    corrects: str | None
    superseded_by: str | None
    checks_needed: int
    findings: list[FindingView]
    missing: list[str]
    checks: list[SignatureView]
    seen_early_by: list[SignatureView]
    calendars: list[CalendarVersion]
    statutes: list[StatuteVersion]
    tables: list[TableView]


class EmbargoView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    campaign: str
    wave: str | None
    province_code: str | None
    until_on: date
    reason: str


def _view(row: ReleaseRow, state: str) -> ReleaseView:
    return from_attributes(ReleaseView, row, state=state)


async def _detail(session: Session, found: Standing, language: str) -> ReleaseDetail:
    def said(message: Message) -> str:
        return message.render(i18n.translator(language))

    content = found.content
    warnings = {each.id: reason for each, reason in found.warnings}
    return ReleaseDetail(
        release=_view(found.row, found.state),
        known_on=content.known_on,
        threshold=content.threshold,
        corrects=found.corrects.code if found.corrects else None,
        superseded_by=found.superseded_by.code if found.superseded_by else None,
        checks_needed=found.row.checks_needed,
        findings=[
            FindingView(
                id=each.id,
                blocks=each.blocks,
                text=said(Message(each.text, each.values)),
                reason=warnings.get(each.id, ""),
            )
            for each in found.findings
        ],
        missing=[said(each) for each in found.missing] if found.state == "draft" else [],
        checks=[from_attributes(SignatureView, each) for each in found.checks],
        seen_early_by=[from_attributes(SignatureView, each) for each in found.sights],
        calendars=content.calendars,
        statutes=sorted({each for table in content.tables for each in table.statutes}),
        tables=[
            msgspec.structs.replace(table_view(each, language), smallest_cell=content.threshold)
            for each in await queries.tables_of(session, content)
        ],
    )


@get("/api/releases", guards=[signed_in])
async def list_releases(session: Session, today: Today) -> list[ReleaseView]:
    return [_view(row, state) for row, state in await queries.releases(session, today)]


@get("/api/releases/{release:str}", guards=[signed_in])
async def show_release(
    request: WebRequest, session: Session, person: Who, now: Now, today: Today, release: Code
) -> ReleaseDetail:
    found = await queries.standing(session, release, person, today)
    await queries.see(session, found, person, now)
    return await _detail(session, found, language_of(request))


class DraftView(Progress, frozen=True, kw_only=True):
    """A draft that is made; its last step is the audit. `code` is that of the release once it is there."""

    code: str | None


async def _drafting(request: WebRequest, state: State, session: Session, job: JobRow) -> DraftView:
    code = await actions.code_of(session, job, state.settings.secret)
    return progress(request, job, DraftView, code=code)


@post("/api/releases", guards=[only(COMPARING), rate_limited(LimitedCall.EXPORTS)])
async def draft_release(
    request: WebRequest,
    state: State,
    data: JSONBody[DraftRelease],
    session: Session,
    person: Who,
    now: Now,
    today: Today,
) -> DraftView:
    """Begin a draft, which is counted and audited beside the answer: `GET /api/release-drafts/{id}` tells its code."""
    job = await actions.ask_for_draft(session, person, data, now, today)
    return await _drafting(request, state, session, job)


@get("/api/release-drafts/{draft_id:uuid}", guards=[only(COMPARING)])
async def show_drafting(
    request: WebRequest, state: State, session: Session, person: Who, now: Now, draft_id: Id
) -> DraftView:
    job = await queue.settled(session, person, draft_id, now, JobKind.RELEASE)
    return await _drafting(request, state, session, job)


@delete("/api/releases/{release:str}", guards=[only(COMPARING)])
async def discard_release(session: Session, release: Code, now: Now) -> None:
    await actions.discard(session, release, now)


@post("/api/releases/{release:str}/checks", guards=[only(COMPARING)])
async def check_release(
    data: JSONBody[CheckRelease], session: Session, person: Who, release: Code, now: Now
) -> None:
    await actions.check_release(session, release, data, person.id, now)


@post("/api/releases/{release:str}/reasons", guards=[only(COMPARING)])
async def give_reason(data: JSONBody[GiveReason], session: Session, release: Code) -> None:
    await actions.give_reason(session, release, data)


@post("/api/releases/{release:str}/approval", guards=[only(COMPARING)])
async def approve_release(
    data: JSONBody[ApproveRelease],
    session: Session,
    counting: Counting,
    release: Code,
    now: Now,
    today: Today,
) -> ReleaseView:
    row = await actions.approve(session, counting, release, data, now, today)
    return _view(row, queries.state_of(row, today, superseded=False))


class VerificationView(Progress, frozen=True, kw_only=True):
    """A release that is counted once more; the last step looks at its requests. `found` is what came of it."""

    found: Verification | None


async def _verification(
    request: WebRequest, state: State, session: Session, person: Person, job: JobRow
) -> VerificationView:
    found = await found_by(session, job, state.settings.secret, person)
    return progress(request, job, VerificationView, found=found)


@post("/api/releases/{release:str}/verification", guards=[only(COMPARING), rate_limited(LimitedCall.EXPORTS)])
async def verify_release(
    request: WebRequest, state: State, session: Session, person: Who, now: Now, release: Code
) -> VerificationView:
    """Begin to count it once more, beside the answer: `GET /api/release-verifications/{id}` tells what was found."""
    job = await actions.ask_for_verification(session, person, release, now)
    return await _verification(request, state, session, person, job)


@get("/api/release-verifications/{verification_id:uuid}", guards=[only(COMPARING)])
async def show_verification(
    request: WebRequest, state: State, session: Session, person: Who, now: Now, verification_id: Id
) -> VerificationView:
    job = await queue.settled(session, person, verification_id, now, JobKind.VERIFICATION)
    return await _verification(request, state, session, person, job)


async def found_by(session: Session, job: JobRow, secret: str, person: Person) -> Verification | None:
    """What a verification found, as far as the reader may know it; None before it is done."""
    found = await actions.verification_of(session, job, secret)
    return await _for_reader(session, found, person) if found else None


async def _for_reader(session: Session, found: Verification, person: Person) -> Verification:
    """Of the rows those that a person sees. Whoever may see no request is told which numbers differ and how many rows,
    and neither what they are now nor which."""
    if person.role not in REQUESTS:
        differences = [msgspec.structs.replace(each, now=None) for each in found.differences]
        return msgspec.structs.replace(found, rows=[], differences=differences)
    return await named(session, found, visible_to(person))


def _embargo(row: EmbargoRow, campaign: CampaignRow) -> EmbargoView:
    return from_attributes(EmbargoView, row, campaign=campaign.code)


@get("/api/embargoes", guards=[only(COMPARING)])
async def list_embargoes(session: Session) -> list[EmbargoView]:
    return [_embargo(*each) for each in await queries.embargoes(session)]


@post("/api/embargoes", guards=[only(COMPARING)])
async def set_embargo(data: JSONBody[SetEmbargo], session: Session, now: Now) -> list[EmbargoView]:
    await actions.set_embargo(session, data, now)
    return [_embargo(*each) for each in await queries.embargoes(session)]


@delete("/api/embargoes/{embargo_id:uuid}", guards=[only(COMPARING)])
async def lift_embargo(session: Session, embargo_id: Id, now: Now) -> None:
    await actions.lift_embargo(session, embargo_id, now)


ROUTES: list[Any] = [
    list_releases,
    show_release,
    draft_release,
    show_drafting,
    discard_release,
    check_release,
    give_reason,
    approve_release,
    verify_release,
    show_verification,
    list_embargoes,
    set_embargo,
    lift_embargo,
]

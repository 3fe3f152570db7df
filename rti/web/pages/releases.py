"""The pages of releases, from the draft to the downloads."""

from asyncio import to_thread
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.audit.record import record
from rti.bodies.queries import provinces
from rti.campaigns.queries import campaigns
from rti.core.csv_export import as_csv
from rti.core.errors import Message, NotFound
from rti.core.roles import COMPARING, REQUESTS
from rti.core.validation import decode
from rti.jobs import queue
from rti.models.audit import AuditAction
from rti.models.jobs import JobKind, JobRow
from rti.releases import actions, queries
from rti.releases.commands import (
    THRESHOLDS,
    ApproveRelease,
    CheckRelease,
    DraftRelease,
    GiveReason,
    SetEmbargo,
)
from rti.statistics.commands import Basis, Dimension, Unit
from rti.statistics.disclosure import last_quarter
from rti.statistics.headlines import HEADLINES
from rti.statistics.methods import METHODS
from rti.statistics.methods.own import OWN
from rti.statistics.queries import Table
from rti.statutes.queries import newest
from rti.web.api.releases import found_by
from rti.web.api.statistics import csv_header, csv_rows, words
from rti.web.briefing import briefing, of_release
from rti.web.data_package import package
from rti.web.downloads import csv_file
from rti.web.forms import Form as Sent
from rti.web.forms import else_show, see_other
from rti.web.guards import only, rate_limited, signed_in
from rti.web.headers import PICTURE_POLICY, attachment
from rti.web.inject import Counting, Form, Id, Now, Session, Today, Who
from rti.web.pictures import as_png, drawn, fitting, tells
from rti.web.templating import WebRequest, language_of, page
from rti.web.workbook import MEDIA_TYPE, workbook

Code = FromPath[str]
GROUPS = (
    ("body_kind",),
    ("province",),
    ("topic",),
    ("quarter",),
    ("channel",),
    ("question_class",),
    ("requester_profile",),
    ("wave",),
    ("province", "body_kind"),
    ("province", "topic"),
    ("district", "topic"),
)
"""What tables are offered by; the API takes any."""
MOST_LINES = 60
"""Lines of a table on the page; the files have all."""


@get("/releases", guards=[signed_in])
async def list_releases(request: WebRequest, session: Session, person: Who, today: Today) -> Template:
    return page(
        request,
        "releases/list.html",
        await queries.releases(session, today),
        may_draft=person.role in COMPARING,
    )


@get("/releases/new", guards=[only(COMPARING)])
async def new_release(
    request: WebRequest, session: Session, person: Who, today: Today, form: Form
) -> Template:
    """`?corrects=` begins a correction of a release, `?again=` another try of a draft that failed."""
    initial: dict[str, Any] = {
        "as_of": last_quarter(today).isoformat(),
        "threshold": 5,
        "checks_needed": 2,
        "basis": Basis.RECEIVED,
    }
    chosen = {"methods": [OWN.id], "groups": ["body_kind", "province", "topic", "quarter"]}
    corrects, again = (request.query_params.get(name, "") for name in ("corrects", "again"))
    if again and not form.faults:
        asked = (await _drafting(session, person, again)).arguments
        initial |= {name: value for name, value in asked.items() if value}
        chosen = {name: asked[name] for name in chosen}
    elif corrects and not form.faults:
        before = await queries.release_of(session, corrects, "corrects")
        initial |= {name: value for name, value in before.asked.items() if value}
        initial |= {"corrects": corrects, "changes": ""}
        chosen = {name: before.asked[name] for name in chosen}
    elif form.faults:
        chosen = await _chosen(request)
    language = language_of(request)
    return page(
        request,
        "releases/new.html",
        form=form,
        initial=initial,
        chosen=chosen,
        methods=[(each.id, words(each.name, language)) for each in METHODS.values()],
        groups=[("/".join(group), [Dimension(part) for part in group]) for group in GROUPS],
        thresholds=[(each, each) for each in THRESHOLDS],
        bases=Basis,
        units=Unit,
        provinces=await provinces(session),
        campaigns=await campaigns(session),
        statutes=await newest(session),
    )


@post("/releases/new", guards=[only(COMPARING), rate_limited(LimitedCall.EXPORTS)])
@else_show(new_release)
async def draft_release(
    request: WebRequest, session: Session, person: Who, now: Now, today: Today, form: Sent
) -> Redirect:
    wanted = decode(DraftRelease, {**form.values, **await _chosen(request)})
    job = await actions.ask_for_draft(session, person, wanted, now, today)
    return see_other(f"/release-drafts/{job.id}", done="")


@get("/release-drafts/{draft_id:uuid}", guards=[only(COMPARING)])
async def show_drafting(
    request: WebRequest, state: State, session: Session, person: Who, now: Now, draft_id: Id
) -> Template | Redirect:
    """The progress of a draft; once it is done, the release."""
    job = await queue.settled(session, person, draft_id, now, JobKind.RELEASE)
    if code := await actions.code_of(session, job, state.settings.secret):
        return see_other(f"/releases/{code}")
    address = f"/release-drafts/{draft_id}"
    return page(request, "releases/drafting.html", job, fault=queue.fault_of(job), address=address)


@post("/release-drafts/{draft_id:uuid}/cancel", guards=[only(COMPARING)])
async def cancel_drafting(session: Session, person: Who, now: Now, draft_id: Id) -> Redirect:
    await queue.cancel(session, person, draft_id, now, JobKind.RELEASE)
    return see_other(f"/release-drafts/{draft_id}", done="")


async def _drafting(session: Session, person: Who, draft_id: str) -> JobRow:
    """Raises NotFound for what is no draft of this person."""
    try:
        return await queue.find(session, person, UUID(draft_id), JobKind.RELEASE)
    except ValueError:
        raise NotFound from None


async def _chosen(request: WebRequest) -> dict[str, list[str]]:
    sent = await request.form()
    return {name: [str(each) for each in sent.getall(name, [])] for name in ("methods", "groups")}


@get("/releases/{release:str}", guards=[signed_in])
async def show_release(
    request: WebRequest, session: Session, person: Who, now: Now, today: Today, form: Form, release: Code
) -> Template:
    found = await queries.standing(session, release, person, today)
    await queries.see(session, found, person, now)
    tables = await queries.tables_of(session, found.content)
    said = partial(words, language=language_of(request))
    own = next((table for table in tables if table.wanted.of_method is OWN), None)
    return page(
        request,
        "releases/detail.html",
        found,
        form=form,
        tables=tables,
        own=own,
        headlines=HEADLINES if own else (),
        pictures=[_picture_of(table) for table in tables],
        words=said,
        most=MOST_LINES,
        inside=person.role in COMPARING,
        is_author=person.id == found.row.author_id,
        findings=[(each, Message(each.text, each.values)) for each in found.findings],
        today=today,
    )


def _picture_of(table: Table) -> str:
    """The picture that fits a table; none for several dimensions or other methods, and where no number is told."""
    if table.wanted.of_method is not OWN or len(table.wanted.dimensions) > 1 or not tells(table):
        return ""
    return fitting(table.wanted.by)


@post("/releases/{release:str}/check", guards=[only(COMPARING)])
@else_show(show_release)
async def check_release(
    session: Session, person: Who, command: CheckRelease, release: Code, now: Now
) -> Redirect:
    await actions.check_release(session, release, command, person.id, now)
    return see_other(f"/releases/{release}")


@post("/releases/{release:str}/reason", guards=[only(COMPARING)])
@else_show(show_release)
async def give_reason(session: Session, command: GiveReason, release: Code) -> Redirect:
    await actions.give_reason(session, release, command)
    return see_other(f"/releases/{release}")


@post("/releases/{release:str}/approve", guards=[only(COMPARING)])
@else_show(show_release)
async def approve_release(
    session: Session, counting: Counting, command: ApproveRelease, release: Code, now: Now, today: Today
) -> Redirect:
    await actions.approve(session, counting, release, command, now, today)
    return see_other(f"/releases/{release}")


@post("/releases/{release:str}/discard", guards=[only(COMPARING)])
async def discard_release(session: Session, release: Code, now: Now) -> Redirect:
    await actions.discard(session, release, now)
    return see_other("/releases")


@post("/releases/{release:str}/verify", guards=[only(COMPARING), rate_limited(LimitedCall.EXPORTS)])
async def verify_release(session: Session, person: Who, now: Now, release: Code) -> Redirect:
    job = await actions.ask_for_verification(session, person, release, now)
    return see_other(f"/release-verifications/{job.id}", done="")


@get("/release-verifications/{verification_id:uuid}", guards=[only(COMPARING)])
async def show_verification(
    request: WebRequest, state: State, session: Session, person: Who, now: Now, verification_id: Id
) -> Template:
    """How far it is; once it is done, what was found."""
    job = await queue.settled(session, person, verification_id, now, JobKind.VERIFICATION)
    row = await queries.release(session, job.arguments["release"])
    if found := await found_by(session, job, state.settings.secret, person):
        return page(request, "releases/verify.html", found, row=row, sees_requests=person.role in REQUESTS)
    address = f"/release-verifications/{verification_id}"
    return page(request, "releases/verifying.html", job, fault=queue.fault_of(job), address=address, row=row)


@post("/release-verifications/{verification_id:uuid}/cancel", guards=[only(COMPARING)])
async def cancel_verification(session: Session, person: Who, now: Now, verification_id: Id) -> Redirect:
    await queue.cancel(session, person, verification_id, now, JobKind.VERIFICATION)
    return see_other(f"/release-verifications/{verification_id}", done="")


@get("/releases/{release:str}/tables/{sheet:str}", guards=[signed_in])
async def release_table(
    request: WebRequest,
    session: Session,
    person: Who,
    now: Now,
    today: Today,
    release: Code,
    sheet: FromPath[str],
) -> Response[Any]:
    """A table by its number from 1 on, as `1.csv` or `1.xlsx`; a picture of it as `1.svg` or `1.png`."""
    number, _, kind = sheet.partition(".")
    found = await queries.standing(session, release, person, today)
    await queries.see(session, found, person, now)
    tables = await queries.tables_of(session, found.content)
    if not number.isdecimal() or not 0 < int(number) <= len(tables):
        raise NotFound
    table, language = tables[int(number) - 1], language_of(request)
    said, file_name = partial(words, language=language), f"release-{release}-{number}.{kind}"
    if kind == "csv":
        return csv_file(file_name, as_csv(csv_header(table), csv_rows(table, language)))
    if kind == "xlsx":
        content = await to_thread(workbook, table, language, said)
        return Response(
            content, media_type=MEDIA_TYPE, headers={"Content-Disposition": attachment(file_name)}
        )
    picture = _picture_of(table)
    if kind not in {"svg", "png"} or not picture:
        raise NotFound
    svg = await to_thread(drawn, picture, table, said)
    if kind == "png":
        return Response(await to_thread(as_png, svg), media_type="image/png")
    policy = {"Content-Security-Policy": PICTURE_POLICY}
    return Response(svg.encode(), media_type="image/svg+xml", headers=policy)


@get("/releases/{release:str}/{file:str}", guards=[signed_in, rate_limited(LimitedCall.EXPORTS)])
async def release_file(
    session: Session, person: Who, now: Now, today: Today, release: Code, file: FromPath[str]
) -> Response[bytes]:
    """The whole of it: `package.zip`, or `briefing-km.pdf` and `briefing-en.pdf`."""
    found = await queries.standing(session, release, person, today)
    await queries.see(session, found, person, now)
    tables = await queries.tables_of(session, found.content)
    if file == "package.zip":
        content, kind = await to_thread(package, found.row, found.content, tables), "application/zip"
    elif file in {"briefing-km.pdf", "briefing-en.pdf"}:
        language = file.removesuffix(".pdf").rpartition("-")[2]
        cover = of_release(found.row, found.content, language)
        content = await to_thread(briefing, cover, tables, language)
        kind = "application/pdf"
    else:
        raise NotFound
    record(session, AuditAction.EXPORTED, now, about=f"release {release}")
    file_name = attachment(f"release-{release}-{file}")
    return Response(content, media_type=kind, headers={"Content-Disposition": file_name})


@get("/embargoes", guards=[only(COMPARING)])
async def list_embargoes(request: WebRequest, session: Session, form: Form) -> Template:
    return page(
        request,
        "releases/embargoes.html",
        await queries.embargoes(session),
        form=form,
        campaigns=await campaigns(session),
        provinces=await provinces(session),
    )


@post("/embargoes", guards=[only(COMPARING)])
@else_show(list_embargoes)
async def set_embargo(session: Session, command: SetEmbargo, now: Now) -> Redirect:
    await actions.set_embargo(session, command, now)
    return see_other("/embargoes")


@post("/embargoes/{embargo_id:uuid}/lift", guards=[only(COMPARING)])
async def lift_embargo(session: Session, embargo_id: Id, now: Now) -> Redirect:
    await actions.lift_embargo(session, embargo_id, now)
    return see_other("/embargoes")


ROUTES: list[Any] = [
    list_releases,
    new_release,
    draft_release,
    show_drafting,
    cancel_drafting,
    show_release,
    check_release,
    give_reason,
    approve_release,
    discard_release,
    verify_release,
    show_verification,
    cancel_verification,
    release_table,
    release_file,
    list_embargoes,
    set_embargo,
    lift_embargo,
]

"""Visits: what hangs on the notice board of a body or stands online, recorded by a monitor, with a photo."""

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.bodies.queries import body, path_to
from rti.campaigns.queries import campaign, campaigns
from rti.core.errors import NotFound, invalid, say
from rti.core.roles import REQUESTS, SUPPORT
from rti.core.validation import decode
from rti.models.bodies import BodyKind
from rti.models.visits import Finding, Subject
from rti.visits import actions, checklists, queries
from rti.visits.commands import RecordVisit, SaveChecklist, SaveChecklistText, VisitFilter
from rti.web.forms import else_show, see_other
from rti.web.guards import only, rate_limited, signed_in
from rti.web.headers import PICTURE_POLICY
from rti.web.inject import Form, Id, Now, Session, Today, Who
from rti.web.templating import WebRequest, page
from rti.web.transfers import FILE

_ITEM = "item-"
"""Before the code of an item in the name of its field."""


@get("/visits", guards=[only(REQUESTS)])
async def list_visits(request: WebRequest, session: Session, person: Who) -> Template:
    wanted = decode(VisitFilter, dict(request.query_params))
    return page(
        request,
        "visits/list.html",
        await queries.visits(session, person, wanted),
        wanted=wanted,
        campaigns=await campaigns(session),
    )


@get("/bodies/{body_id:uuid}/visit", guards=[only(REQUESTS)])
async def new_visit(request: WebRequest, session: Session, body_id: Id, form: Form, today: Today) -> Template:
    """The checklist of the campaign that is chosen in the address, or of the newest."""
    found, offered = await body(session, body_id), await campaigns(session)
    asked = form.values.get("campaign_id") or request.query_params.get("campaign_id")
    chosen = next((each for each in offered if str(each.id) == asked), offered[0] if offered else None)
    return page(
        request,
        "visits/new.html",
        found,
        form=form,
        initial={"visited_on": today.isoformat()},
        campaigns=offered,
        campaign=chosen,
        checklist=await checklists.checklist(session, chosen.id, found.kind) if chosen else None,
        area_path=await path_to(session, found.area_code),
        findings=Finding,
        subjects=Subject,
    )


@post("/bodies/{body_id:uuid}/visit", guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)])
@else_show(new_visit)
async def record_visit(
    session: Session, person: Who, body_id: Id, form: Form, now: Now, today: Today
) -> Redirect:
    given = {name: value for name, value in form.values.items() if not name.startswith(_ITEM)}
    found = {name.removeprefix(_ITEM): value for name, value in form.values.items() if name.startswith(_ITEM)}
    command = decode(RecordVisit, {**given, "body_id": str(body_id), "findings": found})
    row = await actions.record_visit(session, command, await _photos(form), person, now, today)
    return see_other(f"/visits/{row.id}")


async def _photos(form: Form) -> list[actions.Photo]:
    return [(file.filename, await file.read()) for name, file in form.files.items() if name == "photo"]


@get("/visits/{visit_id:uuid}", guards=[only(REQUESTS)])
async def show_visit(
    request: WebRequest, session: Session, person: Who, visit_id: Id, form: Form
) -> Template:
    found = await queries.visit(session, person, visit_id)
    return page(
        request,
        "visits/detail.html",
        found,
        form=form,
        area_path=await path_to(session, found.body.area_code),
        is_item=lambda item: not isinstance(item, str),
    )


@post("/visits/{visit_id:uuid}/photos", guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)])
@else_show(show_visit)
async def add_photo(session: Session, person: Who, visit_id: Id, form: Form) -> Redirect:
    found = await queries.visit(session, person, visit_id)
    photos = await _photos(form)
    if not photos:
        raise invalid("photo", say("Choose a picture"))
    for name, content in photos:
        await actions.add_photo(session, found.visit, name, content)
    return see_other(f"/visits/{visit_id}")


@post("/visits/{visit_id:uuid}/withdraw", guards=[only(REQUESTS)])
async def withdraw_visit(session: Session, person: Who, visit_id: Id, now: Now) -> Redirect:
    await actions.withdraw(session, visit_id, person, now)
    return see_other(f"/visits/{visit_id}")


@get(
    "/visits/{visit_id:uuid}/photos/{photo_id:uuid}",
    guards=[only(REQUESTS), rate_limited(LimitedCall.OPENINGS)],
    opt=FILE,
)
async def show_photo(session: Session, person: Who, visit_id: Id, photo_id: Id) -> Response[bytes]:
    found = await queries.photo(session, person, visit_id, photo_id)
    headers = {"Content-Security-Policy": PICTURE_POLICY}
    return Response(found.content, media_type=found.media_type, headers=headers)


@get("/campaigns/{campaign_id:uuid}/checklists", guards=[signed_in])
async def list_checklists(request: WebRequest, session: Session, person: Who, campaign_id: Id) -> Template:
    return page(
        request,
        "visits/checklists.html",
        await checklists.checklists(session, campaign_id),
        campaign=await campaign(session, campaign_id),
        kinds=BodyKind,
        may_edit=person.role in SUPPORT,
    )


@get("/campaigns/{campaign_id:uuid}/checklists/{body_kind:str}", guards=[only(SUPPORT)])
async def show_checklist(
    request: WebRequest, session: Session, campaign_id: Id, body_kind: FromPath[str], form: Form
) -> Template:
    found = await checklists.checklist(session, campaign_id, _kind(body_kind))
    return page(
        request,
        "visits/checklist.html",
        found,
        form=form,
        initial={"lines": found.lines},
        campaign=await campaign(session, campaign_id),
        subjects=Subject,
    )


@post("/campaigns/{campaign_id:uuid}/checklists/{body_kind:str}", guards=[only(SUPPORT)])
@else_show(show_checklist)
async def save_checklist(
    session: Session, campaign_id: Id, body_kind: FromPath[str], command: SaveChecklistText, now: Now
) -> Redirect:
    items = checklists.read_lines(command)
    await checklists.save(session, campaign_id, _kind(body_kind), items, now)
    return see_other(f"/campaigns/{campaign_id}/checklists")


@post("/campaigns/{campaign_id:uuid}/checklists/{body_kind:str}/default", guards=[only(SUPPORT)])
async def restore_checklist(
    session: Session, campaign_id: Id, body_kind: FromPath[str], now: Now
) -> Redirect:
    await checklists.save(session, campaign_id, _kind(body_kind), SaveChecklist(items=[]), now)
    return see_other(f"/campaigns/{campaign_id}/checklists")


def _kind(text: str) -> BodyKind:
    if text not in list(BodyKind):
        raise NotFound
    return BodyKind(text)


ROUTES = [
    list_visits,
    new_visit,
    record_visit,
    show_visit,
    add_photo,
    withdraw_visit,
    show_photo,
    list_checklists,
    show_checklist,
    save_checklist,
    restore_checklist,
]

"""The reminder rules of a campaign, in the browser."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from notifications import rules
from notifications.commands import SaveRule
from rti.campaigns import actions, queries
from rti.campaigns.commands import MarkAreas, SaveCampaign
from rti.campaigns.queries import campaign
from rti.core.roles import SUPPORT
from rti.core.validation import decode
from rti.law.reminders import About, Audience
from rti.statutes.queries import newest, newest_of
from rti.web import forms
from rti.web.guards import only, signed_in
from rti.web.inject import Id, Now, Session
from rti.web.templating import Faults, WebRequest, page


@get("/campaigns", guards=[signed_in])
async def list_campaigns(request: WebRequest, session: Session) -> Template:
    return page(request, "campaigns/list.html", await queries.campaigns(session), may_edit=_may_edit(request))


@get("/campaigns/{campaign_id:uuid}", guards=[signed_in])
async def show_campaign(request: WebRequest, session: Session, campaign_id: Id) -> Template:
    campaign = await queries.campaign(session, campaign_id)
    marked = await queries.target_codes(session, campaign_id)
    return page(
        request,
        "campaigns/detail.html",
        campaign,
        statute=await newest_of(session, campaign.statute_id),
        marks=[each for each in await queries.marks(session, marked) if each.marked],
        may_edit=_may_edit(request),
    )


@get("/campaigns/new", guards=[only(SUPPORT)])
async def new_campaign(request: WebRequest, session: Session) -> Template:
    return await _form(request, session)


@post("/campaigns/new", guards=[only(SUPPORT)])
async def create_campaign(request: WebRequest, session: Session, now: Now) -> Response[None] | Template:
    sent = await forms.read(request)
    async with forms.attempt(session, sent):
        row = await actions.create(session, decode(SaveCampaign, sent.values), now)
    if sent.faults:
        return await _form(request, session, sent=sent)
    return Redirect(f"/campaigns/{row.id}", status_code=303)


@get("/campaigns/{campaign_id:uuid}/edit", guards=[only(SUPPORT)])
async def show_edit(request: WebRequest, session: Session, campaign_id: Id) -> Template:
    return await _form(request, session, campaign_id)


@post("/campaigns/{campaign_id:uuid}/edit", guards=[only(SUPPORT)])
async def edit_campaign(
    request: WebRequest, session: Session, campaign_id: Id, now: Now
) -> Response[None] | Template:
    sent = await forms.read(request)
    async with forms.attempt(session, sent):
        await actions.edit(session, campaign_id, decode(SaveCampaign, sent.values), now)
    if sent.faults:
        return await _form(request, session, campaign_id, sent)
    return Redirect(f"/campaigns/{campaign_id}", status_code=303)


@get("/campaigns/{campaign_id:uuid}/target-areas", guards=[only(SUPPORT)])
async def show_areas(request: WebRequest, session: Session, campaign_id: Id) -> Template:
    return await _areas(request, session, campaign_id, await queries.target_codes(session, campaign_id))


@post("/campaigns/{campaign_id:uuid}/target-areas", guards=[only(SUPPORT)])
async def mark_areas(
    request: WebRequest, session: Session, campaign_id: Id, now: Now
) -> Response[None] | Template:
    sent = await forms.read(request)
    chosen = [str(code) for code in (await request.form()).getall("areas", [])]
    async with forms.attempt(session, sent):
        await actions.mark_areas(session, campaign_id, decode(MarkAreas, {"areas": chosen}), now)
    if sent.faults:
        return await _areas(request, session, campaign_id, frozenset(chosen), sent)
    return Redirect(f"/campaigns/{campaign_id}", status_code=303)


def _may_edit(request: WebRequest) -> bool:
    return request.user is not None and request.user.role in SUPPORT


async def _form(
    request: WebRequest, session: Session, campaign_id: UUID | None = None, sent: forms.Form | None = None
) -> Template:
    row = await queries.campaign(session, campaign_id) if campaign_id else None
    stored = {
        name: getattr(row, name) or "" for name in SaveCampaign.__struct_fields__ if row and name != "limit"
    }
    return page(
        request,
        "campaigns/edit.html",
        row,
        status=422 if sent else 200,
        statutes=await newest(session),
        form=sent.values if sent else stored,
        faults=Faults(sent.faults if sent else ()),
    )


async def _areas(
    request: WebRequest,
    session: Session,
    campaign_id: UUID,
    marked: frozenset[str],
    sent: forms.Form | None = None,
) -> Template:
    return page(
        request,
        "campaigns/target_areas.html",
        await queries.campaign(session, campaign_id),
        status=422 if sent else 200,
        marks=await queries.marks(session, marked),
        faults=Faults(sent.faults if sent else ()),
    )


async def _rules_page(
    request: WebRequest, session: Session, campaign_id: UUID, sent: forms.Form | None = None
) -> Template:
    known = await rules.rules_of(session, campaign_id)
    chosen = next((rule for rule in known if rule.name == request.query_params.get("rule")), None)
    stored = {name: getattr(chosen, name) for name in SaveRule.__struct_fields__} if chosen else {}
    return page(
        request,
        "campaigns/rules.html",
        known,
        status=422 if sent else 200,
        campaign=await campaign(session, campaign_id),
        about=About,
        audiences=Audience,
        form=sent.values if sent else {name: value for name, value in stored.items() if value is not None},
        faults=Faults(sent.faults if sent else ()),
    )


@get("/campaigns/{campaign_id:uuid}/rules", guards=[only(SUPPORT)])
async def show_rules(request: WebRequest, session: Session, campaign_id: Id) -> Template:
    """`?rule=` fills the form with one of them."""
    return await _rules_page(request, session, campaign_id)


@post("/campaigns/{campaign_id:uuid}/rules", guards=[only(SUPPORT)])
async def save_rule(
    request: WebRequest, session: Session, campaign_id: Id, now: Now
) -> Response[None] | Template:
    sent = await forms.read(request)
    async with forms.attempt(session, sent):
        await rules.save(session, campaign_id, decode(SaveRule, sent.values), now)
    if sent.faults:
        return await _rules_page(request, session, campaign_id, sent)
    return Redirect(f"/campaigns/{campaign_id}/rules", status_code=303)


@post("/campaigns/{campaign_id:uuid}/rules/{rule:str}/remove", guards=[only(SUPPORT)])
async def remove_rule(session: Session, campaign_id: Id, rule: FromPath[str], now: Now) -> Redirect:
    await rules.remove(session, campaign_id, rule, now)
    return Redirect(f"/campaigns/{campaign_id}/rules", status_code=303)


@post("/campaigns/{campaign_id:uuid}/rules/defaults", guards=[only(SUPPORT)])
async def restore_defaults(session: Session, campaign_id: Id, now: Now) -> Redirect:
    await rules.restore_defaults(session, campaign_id, now)
    return Redirect(f"/campaigns/{campaign_id}/rules", status_code=303)


ROUTES = [
    list_campaigns,
    show_campaign,
    new_campaign,
    create_campaign,
    show_edit,
    edit_campaign,
    show_areas,
    mark_areas,
    show_rules,
    save_rule,
    remove_rule,
    restore_defaults,
]

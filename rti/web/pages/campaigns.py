"""The pages of campaigns: their target areas and their reminder rules."""

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from notifications import rules
from notifications.commands import SaveRule
from rti.campaigns import actions, queries
from rti.campaigns.commands import MarkAreas, SaveCampaign
from rti.core.roles import SUPPORT
from rti.core.validation import decode
from rti.law.reminders import About, Audience
from rti.statutes.queries import newest, newest_of
from rti.web.forms import else_show, fields_of, see_other
from rti.web.guards import only, signed_in
from rti.web.in_words import RULE_NAMES
from rti.web.inject import Form, Id, Now, Session, Who
from rti.web.templating import WebRequest, page


@get("/campaigns", guards=[signed_in])
async def list_campaigns(request: WebRequest, session: Session, person: Who) -> Template:
    may_edit = person.role in SUPPORT
    return page(request, "campaigns/list.html", await queries.campaigns(session), may_edit=may_edit)


@get("/campaigns/{campaign_id:uuid}", guards=[signed_in])
async def show_campaign(request: WebRequest, session: Session, person: Who, campaign_id: Id) -> Template:
    campaign = await queries.campaign(session, campaign_id)
    marked = await queries.target_codes(session, campaign_id)
    return page(
        request,
        "campaigns/detail.html",
        campaign,
        statute=await newest_of(session, campaign.statute_id),
        marks=[each for each in await queries.marks(session, marked) if each.marked],
        may_edit=person.role in SUPPORT,
    )


@get("/campaigns/new", guards=[only(SUPPORT)])
async def new_campaign(request: WebRequest, session: Session, form: Form) -> Template:
    return page(request, "campaigns/edit.html", form=form, statutes=await newest(session))


@post("/campaigns/new", guards=[only(SUPPORT)])
@else_show(new_campaign)
async def create_campaign(session: Session, command: SaveCampaign, now: Now) -> Redirect:
    row = await actions.create(session, command, now)
    return see_other(f"/campaigns/{row.id}")


@get("/campaigns/{campaign_id:uuid}/edit", guards=[only(SUPPORT)])
async def show_edit(request: WebRequest, session: Session, campaign_id: Id, form: Form) -> Template:
    row = await queries.campaign(session, campaign_id)
    initial = fields_of(row, SaveCampaign)
    statutes = await newest(session)
    return page(request, "campaigns/edit.html", row, form=form, initial=initial, statutes=statutes)


@post("/campaigns/{campaign_id:uuid}/edit", guards=[only(SUPPORT)])
@else_show(show_edit)
async def edit_campaign(session: Session, campaign_id: Id, command: SaveCampaign, now: Now) -> Redirect:
    await actions.edit(session, campaign_id, command, now)
    return see_other(f"/campaigns/{campaign_id}")


@get("/campaigns/{campaign_id:uuid}/target-areas", guards=[only(SUPPORT)])
async def show_areas(request: WebRequest, session: Session, campaign_id: Id, form: Form) -> Template:
    stored = await queries.target_codes(session, campaign_id)
    marked = frozenset(await _chosen(request)) if form.faults else stored
    return page(
        request,
        "campaigns/target_areas.html",
        await queries.campaign(session, campaign_id),
        form=form,
        marks=await queries.marks(session, marked),
    )


@post("/campaigns/{campaign_id:uuid}/target-areas", guards=[only(SUPPORT)])
@else_show(show_areas)
async def mark_areas(request: WebRequest, session: Session, campaign_id: Id, now: Now) -> Redirect:
    command = decode(MarkAreas, {"areas": await _chosen(request)})
    await actions.mark_areas(session, campaign_id, command, now)
    return see_other(f"/campaigns/{campaign_id}")


async def _chosen(request: WebRequest) -> list[str]:
    return [str(code) for code in (await request.form()).getall("areas", [])]


@get("/campaigns/{campaign_id:uuid}/rules", guards=[only(SUPPORT)])
async def show_rules(request: WebRequest, session: Session, campaign_id: Id, form: Form) -> Template:
    """`?rule=` fills the form with one of them."""
    known = await rules.rules_of(session, campaign_id)
    chosen = next((rule for rule in known if rule.name == request.query_params.get("rule")), None)
    return page(
        request,
        "campaigns/rules.html",
        known,
        form=form,
        initial=fields_of(chosen, SaveRule),
        campaign=await queries.campaign(session, campaign_id),
        about=About,
        audiences=Audience,
        rule_names=RULE_NAMES,
    )


@post("/campaigns/{campaign_id:uuid}/rules", guards=[only(SUPPORT)])
@else_show(show_rules)
async def save_rule(session: Session, campaign_id: Id, command: SaveRule, now: Now) -> Redirect:
    await rules.save(session, campaign_id, command, now)
    return see_other(f"/campaigns/{campaign_id}/rules")


@post("/campaigns/{campaign_id:uuid}/rules/{rule:str}/remove", guards=[only(SUPPORT)])
async def remove_rule(session: Session, campaign_id: Id, rule: FromPath[str], now: Now) -> Redirect:
    await rules.remove(session, campaign_id, rule, now)
    return see_other(f"/campaigns/{campaign_id}/rules")


@post("/campaigns/{campaign_id:uuid}/rules/defaults", guards=[only(SUPPORT)])
async def restore_defaults(session: Session, campaign_id: Id, now: Now) -> Redirect:
    await rules.restore_defaults(session, campaign_id, now)
    return see_other(f"/campaigns/{campaign_id}/rules")


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

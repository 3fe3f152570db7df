"""The reminder rules of a campaign, in the browser."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from rti.accounts.policy import SUPPORT
from rti.campaigns.queries import campaign
from rti.correspondence import rules
from rti.correspondence.commands import SaveRule
from rti.intake import decode
from rti.law.reminders import About, Audience
from rti.web import forms
from rti.web.guards import only
from rti.web.inject import Id, Now, Session
from rti.web.templating import Faults, WebRequest, page


async def _rules_page(
    request: WebRequest, session: Session, campaign_id: UUID, sent: forms.Sent | None = None
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


ROUTES = [show_rules, save_rule, remove_rule, restore_defaults]

"""The reminder rules of a campaign as JSON."""

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from rti.accounts.policy import SUPPORT
from rti.campaigns.queries import campaign
from rti.correspondence import rules
from rti.correspondence.commands import SaveRule
from rti.web.api import JsonBody
from rti.web.guards import only
from rti.web.inject import Id, Now, Session


class RuleList(msgspec.Struct, frozen=True, kw_only=True):
    """What a campaign says when; `own` where it has rules of its own, else these are the defaults."""

    own: bool
    rules: list[SaveRule]


async def _rules(session: Session, campaign_id: Id) -> RuleList:
    known = await rules.rules_of(session, campaign_id)
    return RuleList(
        own=(await campaign(session, campaign_id)).own_rules,
        rules=[
            SaveRule(**{name: getattr(rule, name) for name in SaveRule.__struct_fields__}) for rule in known
        ],
    )


@get("/api/campaigns/{campaign_id:uuid}/rules", guards=[only(SUPPORT)])
async def show_rules(session: Session, campaign_id: Id) -> RuleList:
    return await _rules(session, campaign_id)


@post(
    "/api/campaigns/{campaign_id:uuid}/rules",
    guards=[only(SUPPORT)],
    dto=JsonBody[SaveRule],
    return_dto=None,
)
async def save_rule(campaign_id: Id, data: JSONBody[SaveRule], session: Session, now: Now) -> RuleList:
    """Add a rule, or put it in the place of the one with its name."""
    await rules.save(session, campaign_id, data, now)
    return await _rules(session, campaign_id)


@delete("/api/campaigns/{campaign_id:uuid}/rules/{rule:str}", guards=[only(SUPPORT)])
async def remove_rule(session: Session, campaign_id: Id, rule: FromPath[str], now: Now) -> None:
    await rules.remove(session, campaign_id, rule, now)


@delete("/api/campaigns/{campaign_id:uuid}/rules", guards=[only(SUPPORT)])
async def restore_defaults(session: Session, campaign_id: Id, now: Now) -> None:
    await rules.restore_defaults(session, campaign_id, now)


ROUTES = [show_rules, save_rule, remove_rule, restore_defaults]

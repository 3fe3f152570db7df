"""The only way in which people put a request into a campaign, or take it out: no login may write that column itself.

PostgreSQL lets nobody write a row that they do not see afterwards, and who takes a request out of the one campaign that is
assigned to them no longer does. So this function writes with the owner's rights, and asks everything that a policy would.
"""

from collections.abc import Mapping

from rti.core.db_roles import Login
from rti.core.visibility import assigned_requests, is_assigned, own_requests, sees_everything
from rti.law.status import RequestStatus

_MAY_CHOOSE = f"chosen IS NULL OR {sees_everything()} OR {is_assigned('chosen')}"
_TAKES_BACK_OWN = """EXISTS (SELECT FROM (
            SELECT e.id, e.recorded_by, e.changes -> 'campaign_id' AS change FROM public.event e
            WHERE e.request_id = wanted AND e.changes ? 'campaign_id' ORDER BY e.id DESC LIMIT 1
        ) AS latest WHERE latest.id = undoes AND latest.recorded_by = rti.me()
        AND latest.change ->> 0 IS NOT DISTINCT FROM chosen::text
        AND latest.change ->> 1 IS NOT DISTINCT FROM request.campaign_id::text)"""

MOVING: Mapping[str, tuple[str, str]] = {
    # `undoes` is the entry of the timeline that this takes back, which nobody else has followed by another.
    "put_into_campaign(wanted uuid, chosen uuid, on_day date, undoes uuid)": (
        "boolean LANGUAGE sql VOLATILE",
        f"""UPDATE public.request SET campaign_id = chosen, known_from = on_day
        WHERE request.id = wanted
        AND CASE session_user
            WHEN '{Login.CBO}' THEN {own_requests()} AND request.status = '{RequestStatus.DRAFT}'
            WHEN '{Login.STAFF}' THEN request.filing = 'itself' AND CASE WHEN undoes IS NULL
                THEN ({assigned_requests()}) AND ({_MAY_CHOOSE}) ELSE {_TAKES_BACK_OWN} END
        END
        AND rti.readings_of(wanted) = 0
        AND NOT EXISTS (SELECT FROM public.batch_body b WHERE b.request_id = wanted)
        AND NOT EXISTS (SELECT FROM public.cbo c WHERE c.id = request.cbo_id AND c.locked_at IS NOT NULL)
        RETURNING true""",  # noqa: S608 -- words of our own
    ),
}
"""Functions of the schema `rti`, with the owner's rights: what they return and their body."""

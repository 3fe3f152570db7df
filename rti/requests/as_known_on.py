"""A request as it was known at the end of an earlier day: from what had been recorded by then."""

from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from rti.calendars.queries import calendar_of
from rti.core.errors import invalid, say
from rti.core.wallclock import end_of
from rti.law.deadlines import Deadline
from rti.law.events import EventKind, effective
from rti.requests.actions import deadline_values
from rti.requests.projection import project
from rti.requests.shown import Asked, DeadlineShown, Detail


async def as_known_on(session: AsyncSession, detail: Detail, day: date, zone: str) -> Detail:
    """The same request with the entries, evidence, days off and dates of that day; raises Invalid.

    None of this is ever stored.
    """
    moment = end_of(day, zone)
    entries = [entry for entry in detail.events if entry.event.recorded_at <= moment]
    if not entries:
        raise invalid(
            "known_on", say("Nothing had been recorded about this request by then. Choose a later date")
        )
    statute = detail.statute
    calendar = await calendar_of(session, statute.countries, statute.weekend, moment)
    happened = [entry.law for entry in entries]
    projection = project(statute, calendar, happened)
    shown = {name: each for name, each in projection.columns().items() if name in Asked.__struct_fields__}
    since = (entry.event for entry in detail.events if entry.event.recorded_at > moment)
    moved = next((event.moved for event in since if event.moved), None)
    campaign = moved[0] if moved else detail.campaign
    shown["campaign_id"] = campaign.id if campaign else None
    request = msgspec.structs.replace(detail.request, **shown, known_from=day)
    standing = {event.id for event in effective(happened)}
    return replace(
        detail,
        request=request,
        campaign=campaign,
        events=[
            replace(
                entry,
                documents=[document for document in entry.documents if document.added_at <= moment],
                corrected=entry.law.id not in standing and entry.law.kind is not EventKind.CORRECTED,
            )
            for entry in entries
        ],
        deadlines=[DeadlineShown(**_shown(clock)) for clock in projection.deadlines],
        date_changes=[change for change in detail.date_changes if change.changed_at <= moment],
        snoozes=[each for each in detail.snoozes if each.snooze.snoozed_at <= moment],
    )


def _shown(clock: Deadline) -> dict[str, Any]:
    values = deadline_values(clock)
    return {name: values[name] for name in DeadlineShown.__struct_fields__}

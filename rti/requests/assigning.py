"""Putting requests into a campaign, or taking them out: who looks after a campaign sees its requests.

Its own organisation chooses the campaign of a draft; afterwards staff do, and each change stays on the timeline. The law and
the dates of a request stay as they are.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ARRAY, Boolean, Integer, Uuid, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from rti.audit.record import record
from rti.campaigns.queries import campaign_of, campaigns
from rti.core.errors import Conflict, Forbidden, Message, invalid, say
from rti.core.roles import STAFF, Person
from rti.core.visibility import ASSIGNED
from rti.core.wallclock import HOME_ZONE, day_of
from rti.encryption.data_keys import keys_to_encrypt
from rti.models.accounts import PersonRow
from rti.models.audit import AuditAction
from rti.models.batches import BatchBodyRow
from rti.models.campaigns import CampaignRow
from rti.models.requests import EventRow, Filing, RequestRow
from rti.requests.actions import locked, note_change
from rti.requests.commands import AssignRequest

NO_CAMPAIGN = "-"
"""Stands for a code where a request is to be in no campaign."""
IN_A_BATCH = say("It belongs to a batch, and a batch stays in its campaign")
NOT_ASSIGNED = say("This campaign is not assigned to you; ask an administrator")
CHANGED_SINCE = say("It was put into another campaign in the meantime")


class Seer(msgspec.Struct, frozen=True):
    """A member of staff, and of how many requests it is told."""

    name: str
    requests: int


class Sight(msgspec.Struct, frozen=True):
    """Who sees how many requests that they did not see before, and who no longer does; `own` are those that whoever asks loses."""

    gained: Sequence[Seer] = ()
    lost: Sequence[Seer] = ()
    own: int = 0


async def assignable(session: AsyncSession, person: Person) -> Sequence[CampaignRow]:
    """The campaigns into which a member of staff may put requests, the newest first."""
    assigned = (await session.execute(ASSIGNED, {"reader": person.id})).one()
    return [each for each in await campaigns(session) if assigned.everything or each.id in assigned.campaigns]


async def named(session: AsyncSession, code: str) -> CampaignRow | None:
    """The campaign with this code, None for `NO_CAMPAIGN`; raises Invalid."""
    return None if code == NO_CAMPAIGN else await campaign_of(session, code)


async def chosen(session: AsyncSession, person: Person, code: str | None) -> CampaignRow | None:
    """The same for a member of staff who puts requests there; raises Invalid."""
    if person.role not in STAFF:
        only_staff = say(
            "Only campaign staff can do this. In a draft its own organisation can choose the campaign"
        )
        raise invalid("act", only_staff)
    if code is None:
        raise invalid("campaign", say("Choose a campaign, or “none”"))
    campaign = await named(session, code)
    if campaign and campaign.id not in {each.id for each in await assignable(session, person)}:
        raise invalid("campaign", NOT_ASSIGNED)
    return campaign


async def hindrances(
    session: AsyncSession, requests: Sequence[RequestRow], campaign_id: UUID | None
) -> Mapping[UUID, Message]:
    """Why the campaign of some of these requests cannot be changed to this one."""
    in_batch = select(BatchBodyRow.request_id).where(BatchBodyRow.request_id == RequestRow.id).exists()
    readings = func.rti.readings_of(RequestRow.id, type_=Integer)
    ids = [each.id for each in requests]
    kept = {
        request_id: (batched, read > 0)
        for request_id, batched, read in await session.execute(
            select(RequestRow.id, in_batch, readings).where(RequestRow.id.in_(ids))
        )
    }
    found = ((each.id, _hindrance(each, campaign_id, *kept[each.id])) for each in requests)
    return {request_id: why for request_id, why in found if why}


def _hindrance(request: RequestRow, campaign_id: UUID | None, in_batch: bool, read: bool) -> Message | None:
    """The first reason that applies."""
    there = say("It is in this campaign already") if campaign_id else say("It is in no campaign")
    reasons = (
        (request.campaign_id == campaign_id, there),
        (
            request.filing is Filing.SEALED,
            say("It is sealed, and stays in the campaign that its organisation chose"),
        ),
        (request.filing is Filing.PROXY, say("It was filed through its campaign, which its letters name")),
        (in_batch, IN_A_BATCH),
        (read, say("Its answer was read with the questions of its campaign")),
        (request.duplicate_of is not None, say("It is marked as a duplicate")),
    )
    return next((why for applies, why in reasons if applies), None)


async def sight(
    session: AsyncSession, person: Person, requests: Sequence[RequestRow], campaign_id: UUID | None
) -> Sight:
    """Who would newly see which number of these requests in the campaign, and who would no longer."""

    def seeing(campaign: Any) -> Any:
        return func.rti.staff_seeing(campaign, RequestRow.province_code, type_=ARRAY(Uuid))

    gained, lost = Counter[UUID](), Counter[UUID]()
    alike = (RequestRow.campaign_id, RequestRow.province_code)
    before, after = seeing(RequestRow.campaign_id), seeing(literal(campaign_id, Uuid))
    found = select(func.count(), before, after).where(RequestRow.id.in_([each.id for each in requests]))
    for count, saw, sees in await session.execute(found.group_by(*alike)):
        gained.update(dict.fromkeys({*(sees or ())} - {*(saw or ())}, count))
        lost.update(dict.fromkeys({*(saw or ())} - {*(sees or ())}, count))
    people = select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_({*gained, *lost}))
    names = {row.id: row.name for row in await session.execute(people)}

    def told(counts: Counter[UUID]) -> list[Seer]:
        return sorted(
            (Seer(names[each], count) for each, count in counts.items() if each in names),
            key=lambda seer: (-seer.requests, seer.name),
        )

    return Sight(told(gained), told(lost), own=lost[person.id])


async def put(
    session: AsyncSession,
    request: RequestRow,
    campaign_id: UUID | None,
    reason: str,
    person: Person,
    now: datetime,
    today: date,
) -> EventRow:
    """Put a locked request into a campaign, or with None into none; raises Conflict where there is a reason against it."""
    if why := (await hindrances(session, [request], campaign_id)).get(request.id):
        raise Conflict(why)
    keys = await keys_to_encrypt(session, request.cbo_id, now) if reason else None
    change = [request.campaign_id, campaign_id]
    event = note_change(session, request, "campaign_id", change, person, now, today)
    if keys:
        event.note = keys.encrypt_text(EventRow.note, event.id, reason)
    _log(session, request, event, now)
    # Before the change: afterwards its author may no longer write on its timeline.
    await session.flush()
    if not await moved(session, request.id, campaign_id, now):
        raise Forbidden(NOT_ASSIGNED)
    set_committed_value(request, "campaign_id", campaign_id)
    return event


async def put_one(
    session: AsyncSession,
    request_id: UUID,
    command: AssignRequest,
    person: Person,
    now: datetime,
    today: date,
) -> None:
    """The same by the code of the campaign, if it is not there already; raises Invalid where the person would lose the request and does not say so."""
    campaign = await chosen(session, person, command.campaign)
    campaign_id = campaign.id if campaign else None
    request = await locked(session, request_id, person)
    if request.campaign_id == campaign_id:
        return
    if not command.gives_up and (await sight(session, person, [request], campaign_id)).own:
        message = say("You will no longer see this request. If you want that, say so with gives_up")
        raise invalid("gives_up", message)
    await put(session, request, campaign_id, command.reason, person, now, today)


async def put_back(
    session: AsyncSession,
    request_id: UUID,
    campaign_id: UUID | None,
    event_id: UUID,
    person: Person,
    now: datetime,
    today: date,
) -> EventRow:
    """Take back what an entry of this person did, if that was the last change; raises Conflict."""
    if not await moved(session, request_id, campaign_id, now, undoes=event_id):
        raise Conflict(CHANGED_SINCE)
    request = await locked(session, request_id, person)
    undone = await session.get_one(EventRow, event_id)
    change = [(undone.changes or {})["campaign_id"][1], campaign_id]
    event = note_change(session, request, "campaign_id", change, person, now, today)
    _log(session, request, event, now)
    await session.flush()
    return event


async def moved(
    session: AsyncSession,
    request_id: UUID,
    campaign_id: UUID | None,
    now: datetime,
    undoes: UUID | None = None,
) -> bool:
    """Change the campaign if `row_security.moving` lets the person, who may not see the request afterwards."""
    day = day_of(now, HOME_ZONE)
    change = func.rti.put_into_campaign(
        request_id, literal(campaign_id, Uuid), day, literal(undoes, Uuid), type_=Boolean
    )
    return bool(await session.scalar(select(change)))


def _log(session: AsyncSession, request: RequestRow, event: EventRow, now: datetime) -> None:
    about = {"about": request.id, "cbo_id": request.cbo_id}
    record(session, AuditAction.CAMPAIGN_CHOSEN, now, **about, event=event.id)

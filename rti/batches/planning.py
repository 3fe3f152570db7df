"""Previewing a batch: the bodies chosen, those left out and why, and those asked before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, Uuid, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.batches.commands import FileBatch, codes_in
from rti.campaigns.queries import in_target_areas
from rti.core.errors import Invalid, invalid, say
from rti.core.folding import same
from rti.core.roles import Person
from rti.core.visibility import visible_to
from rti.law.scope import is_outside
from rti.law.status import RequestStatus
from rti.models.batches import BatchBodyRow, BatchRow, LeftOut
from rti.models.bodies import AreaRow, FormerNameRow, PublicBodyRow
from rti.models.campaigns import CampaignRow
from rti.models.requests import Filing, RequestRow
from rti.requests.actions import asking_cbo
from rti.requests.queries import visible
from rti.requests.requester import not_hidden_from
from rti.statutes.queries import newest_of
from rti.topics.queries import topic_faults, topics

MOST_BODIES = 2_000
"""Of one batch; every commune of Cambodia fits in, and into one print run."""
_STANDING = (RequestStatus.DRAFT, RequestStatus.SUBMITTED, RequestStatus.OPEN, RequestStatus.PAUSED)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A preview: bodies to `ask`, those of them that got the question in `another_batch`, and those left out."""

    ask: Sequence[PublicBodyRow]
    left_out: Sequence[tuple[PublicBodyRow, LeftOut]]
    another_batch: Sequence[PublicBodyRow]


async def foresee(
    session: AsyncSession, person: Person, campaign: CampaignRow, command: FileBatch, today: date
) -> Foreseen:
    """Preview a batch as of today; raises Invalid if no body is chosen, or too many are."""
    cbo_id = await asking_cbo(session, person, command.cbo_id)
    if faults := topic_faults(await topics(session), command.topic):
        raise Invalid(*faults)
    bodies = await chosen(session, campaign.id, command)
    batch = BatchRow(cbo_id=cbo_id, campaign_id=campaign.id, filing=command.filing, title=command.title)
    why = await reasons(session, person, batch, bodies, today)
    others = await _in_another_batch(session, person, command.title)
    ask = [each for each in bodies if each.id not in why]
    return Foreseen(
        ask,
        [(each, why[each.id]) for each in bodies if each.id in why],
        [each for each in ask if each.id in others],
    )


async def chosen(session: AsyncSession, campaign_id: UUID, command: FileBatch) -> Sequence[PublicBodyRow]:
    """The bodies that match everything chosen, by area; raises Invalid for an unknown code."""
    if not command.chooses:
        raise invalid("areas", say("Choose areas, a type or a list of bodies"))
    query = select(PublicBodyRow)
    if command.in_target_areas:
        query = query.where(in_target_areas(campaign_id))
    if command.areas:
        areas = await _areas(session, codes_in(command.areas))
        query = query.where(or_(*(PublicBodyRow.area_code.startswith(each) for each in areas)))
    if command.kind:
        query = query.where(PublicBodyRow.kind == command.kind)
    if command.codes:
        query = query.where(PublicBodyRow.id.in_(await _by_codes(session, codes_in(command.codes))))
    query = query.order_by(PublicBodyRow.area_code, PublicBodyRow.name_en, PublicBodyRow.id)
    found = (await session.scalars(query.limit(MOST_BODIES + 1))).all()
    if not found:
        raise invalid("areas", say("No public body matches all of this"))
    if len(found) > MOST_BODIES:
        raise invalid("areas", say("One batch asks up to {count} bodies. Choose fewer", count=MOST_BODIES))
    return found


async def _areas(session: AsyncSession, codes: Sequence[str]) -> Sequence[str]:
    known = set(await session.scalars(select(AreaRow.code).where(AreaRow.code.in_(codes))))
    if unknown := next((code for code in codes if code not in known), None):
        raise invalid("areas", say("There is no area with the code {code}", code=unknown))
    return codes


async def _by_codes(session: AsyncSession, codes: Sequence[str]) -> set[UUID]:
    """The bodies that have these codes, or had them."""
    if len(codes) > MOST_BODIES:
        raise invalid("codes", say("One batch asks up to {count} bodies. Choose fewer", count=MOST_BODIES))
    former = select(FormerNameRow.code, FormerNameRow.body_id).where(FormerNameRow.code.in_(codes))
    current = select(PublicBodyRow.code, PublicBodyRow.id).where(PublicBodyRow.code.in_(codes))
    known = {
        code: body_id
        for query in (former.order_by(FormerNameRow.until), current)
        for code, body_id in await session.execute(query)
    }
    if unknown := next((code for code in codes if code not in known), None):
        raise invalid("codes", say("There is no public body with the code {code}", code=unknown))
    return set(known.values())


async def reasons(
    session: AsyncSession, person: Person, batch: BatchRow, bodies: Sequence[PublicBodyRow], today: date
) -> Mapping[UUID, LeftOut]:
    """Why bodies are left out of a batch, by their identifiers."""
    campaign = await session.get_one(CampaignRow, batch.campaign_id)
    statute = await newest_of(session, campaign.statute_id)
    asked = await _standing_requests(session, person, batch)
    reachable = set(await session.scalars(_within_reach(person, batch)))

    def reason(body: PublicBodyRow) -> LeftOut | None:
        if body.closed_on and body.closed_on < today:
            return LeftOut.CLOSED
        if is_outside(statute, body.country, body.kind):
            return LeftOut.OUTSIDE_THE_LAW
        if body.id not in reachable:
            return LeftOut.OUT_OF_REACH
        return LeftOut.ASKED_ALREADY if body.id in asked else None

    return {body.id: found for body in bodies if (found := reason(body))}


async def _standing_requests(session: AsyncSession, person: Person, batch: BatchRow) -> set[UUID]:
    """The bodies to which the organisation has an open request of the same title.

    Beside a request that is not sealed no sealed one counts, and the other way round: who is left out would tell whose
    that is.
    """
    sealed = batch.filing is Filing.SEALED
    alike = RequestRow.filing == Filing.SEALED if sealed else RequestRow.filing != Filing.SEALED
    found = visible(person).where(
        RequestRow.cbo_id == batch.cbo_id,
        alike,
        not_hidden_from(person),
        RequestRow.duplicate_of.is_(None),
        RequestRow.status.in_(_STANDING),
    )
    return await _asking(session, found, batch.title)


def _within_reach(person: Person, batch: BatchRow) -> Select[UUID]:
    """The bodies whose requests of this batch the person would see: by the one rule for requests, about none that is there."""
    would_be = select(
        PublicBodyRow.id.label("body_id"),
        PublicBodyRow.province_code,
        literal(batch.campaign_id, Uuid).label("campaign_id"),
        literal(batch.cbo_id, Uuid).label("cbo_id"),
    ).subquery("request")
    return select(would_be.c.body_id).where(visible_to(person))


async def _in_another_batch(session: AsyncSession, person: Person, title: str) -> set[UUID]:
    """The bodies that got the same question in a batch, as far as the person sees that."""
    of_batches = select(BatchBodyRow.request_id).where(BatchBodyRow.request_id.is_not(None))
    return await _asking(session, visible(person).where(RequestRow.id.in_(of_batches)), title)


async def _asking(session: AsyncSession, found: Select[RequestRow], title: str) -> set[UUID]:
    """The bodies that get a question of this title in some of these requests, in whatever spelling."""
    titles = await session.scalars(found.with_only_columns(RequestRow.title).distinct())
    wanted = same(title)
    alike = [each for each in titles if same(each) == wanted]
    asked = found.where(RequestRow.title.in_(alike)).with_only_columns(RequestRow.body_id)
    return set(await session.scalars(asked)) if alike else set()

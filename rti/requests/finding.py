"""One search for everything that a person may see: requests, public bodies and organisations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.bodies.places import around, nearness
from rti.core.i18n import Language
from rti.core.roles import ORGANISATIONS, REQUESTS, Person
from rti.models.bodies import PublicBodyRow
from rti.models.cbos import CboRow
from rti.models.requests import RequestRow
from rti.models.search import Findable
from rti.requests.queries import visible
from rti.search.queries import MOST_FOUND, Found, find

NOTHING = Found(())
_LOOKED_BACK, _ASKED_BEFORE, _NEAREST = 100, 5, 20
"""Requests, and the bodies that are offered without a search: a phone shows some eight at once."""


@dataclass(frozen=True, slots=True)
class Everything:
    """The results: requests by what is due next and bodies from near to far; `found` says how each kind was found."""

    requests: Sequence[tuple[RequestRow, PublicBodyRow]]
    bodies: Sequence[PublicBodyRow]
    cbos: Sequence[CboRow]
    found: Mapping[Findable, Found] = field(default_factory=dict)


async def everything(
    session: AsyncSession, person: Person | None, query: str, language: str = Language.EN
) -> Everything:
    """Everything that matches a query; the command line (None) sees everything."""
    wanted = {
        Findable.REQUEST: person is None or person.role in REQUESTS,
        Findable.BODY: True,
        Findable.CBO: person is None or person.role in ORGANISATIONS,
    }
    found = {kind: await find(session, query, kind) if asked else NOTHING for kind, asked in wanted.items()}
    requests = await _requests(session, person, found[Findable.REQUEST])
    bodies = await _bodies(session, person, found[Findable.BODY], language)
    cbos = select(CboRow).where(CboRow.id.in_(found[Findable.CBO].ids), CboRow.locked_at.is_(None))
    return Everything(
        requests=requests,
        bodies=bodies,
        cbos=(await session.scalars(cbos.order_by(CboRow.code))).all() if found[Findable.CBO].ids else [],
        found=found,
    )


async def _requests(
    session: AsyncSession, person: Person | None, found: Found
) -> Sequence[tuple[RequestRow, PublicBodyRow]]:
    if not found.ids:
        return []
    query = select(RequestRow) if person is None else visible(person)
    rows = await session.execute(
        query.where(RequestRow.id.in_(found.ids), RequestRow.duplicate_of.is_(None))
        .join(PublicBodyRow, PublicBodyRow.id == RequestRow.body_id)
        .add_columns(PublicBodyRow)
        .order_by(RequestRow.next_due_on, RequestRow.id)
    )
    return [(request, body) for request, body in rows]


async def asked_before(session: AsyncSession, person: Person) -> Sequence[PublicBodyRow]:
    """The bodies that the own organisation asked last, the latest first."""
    if person.cbo_id is None:
        return ()
    latest = (
        select(RequestRow.body_id).where(RequestRow.cbo_id == person.cbo_id).order_by(RequestRow.id.desc())
    )
    asked = list(dict.fromkeys(await session.scalars(latest.limit(_LOOKED_BACK))))[:_ASKED_BEFORE]
    rows = await session.scalars(
        select(PublicBodyRow).where(PublicBodyRow.id.in_(asked), PublicBodyRow.closed_on.is_(None))
    )
    return sorted(rows, key=lambda body: asked.index(body.id))


async def near_bodies(
    session: AsyncSession, person: Person, query: str, language: str
) -> tuple[Sequence[PublicBodyRow], Found]:
    """The bodies to choose from: those that hold the words of a query, or without one the nearest of the own area."""
    if query:
        found = await find(session, query, Findable.BODY)
        return await _bodies(session, person, found, language), found
    cbo = await session.get(CboRow, person.cbo_id) if person.cbo_id else None
    area = (cbo.area_code if cbo else None) or ""
    own = or_(PublicBodyRow.area_code.in_(around(area)), PublicBodyRow.area_code.startswith(area[:4]))
    rows = await session.scalars(select(PublicBodyRow).where(own).limit(MOST_FOUND)) if area else ()
    return sorted(rows, key=partial(_order, area=area, language=language))[:_NEAREST], NOTHING


def _order(body: PublicBodyRow, area: str | None, language: str) -> tuple[int, int, str, str]:
    """From near to far, and there from the wider to the narrower."""
    name = body.name_km_order if language == Language.KM else body.name_en_order
    return -nearness(body, area), len(body.area_code or ""), name, body.code


async def _bodies(
    session: AsyncSession, person: Person | None, found: Found, language: str
) -> Sequence[PublicBodyRow]:
    if not found.ids:
        return []
    rows = await session.scalars(select(PublicBodyRow).where(PublicBodyRow.id.in_(found.ids)))
    cbo = await session.get(CboRow, person.cbo_id) if person and person.cbo_id else None
    return sorted(rows, key=partial(_order, area=cbo.area_code if cbo else None, language=language))

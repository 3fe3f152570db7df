"""Reading batches: which there are, and the board that shows where the requests of one stand, district by district."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.errors import NotFound
from rti.core.roles import Person
from rti.encryption.data_keys import keys_to_decrypt
from rti.law.status import RequestStatus
from rti.models.batches import BatchBodyRow, BatchRow, LeftOut
from rti.models.bodies import AreaRow, PublicBodyRow
from rti.models.campaigns import CampaignRow
from rti.models.cbos import CboRow, not_locked
from rti.models.requests import RequestRow
from rti.requests.commands import RequestFilter
from rti.requests.queries import SOON, matching, overdue
from rti.requests.requester import is_hidden


class Stage(StrEnum):
    """The stage of a request of a batch; each has exactly one."""

    DRAFTED = "drafted"
    NOT_ACCEPTED = "not_accepted"
    HANDED_OVER = "handed_over"
    RECEIVED = "received"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A batch with how many bodies were chosen, how many requests are filed, and how many wait for that."""

    batch: BatchRow
    chosen: int
    filed: int
    waiting: int


@dataclass(frozen=True, slots=True)
class BoardLine:
    """The requests of a batch to the bodies of a district; without an area, to those that lie in none."""

    area: AreaRow | None
    province: AreaRow | None
    counts: Mapping[Stage, int]


@dataclass(frozen=True, slots=True)
class Board:
    """A batch with where its requests stand. Who may not know whose it is sees no `cbo`, and nothing of what was left out."""

    line: BatchLine
    campaign: CampaignRow
    cbo: CboRow | None
    districts: Sequence[BoardLine]
    left_out: Sequence[Row[LeftOut, PublicBodyRow]]
    note: str | None

    @property
    def counts(self) -> Mapping[Stage, int]:
        return sum((Counter(each.counts) for each in self.districts), Counter[Stage]())


async def batch_of(session: AsyncSession, person: Person, batch_id: UUID) -> BatchRow:
    """One batch; raises NotFound for one that the person may not see."""
    found = await session.scalar(_visible(person).where(BatchRow.id == batch_id))
    if found is None:
        raise NotFound
    return found


def _visible(person: Person) -> Select[BatchRow]:
    """Row security says for staff which those are; for everybody else those of their own organisation."""
    seen = select(BatchRow).where(not_locked(BatchRow.cbo_id))
    return seen.where(BatchRow.cbo_id == person.cbo_id) if person.cbo_id else seen


async def batches(session: AsyncSession, person: Person, campaign_id: UUID) -> Sequence[BatchLine]:
    """The batches of a campaign, the newest first."""
    query = _visible(person).where(BatchRow.campaign_id == campaign_id).order_by(BatchRow.id.desc())
    return [BatchLine(*row) for row in await session.execute(_counted(query))]


def _counted(query: Select[BatchRow]) -> Select[BatchRow, int, int, int]:
    of_batch = select(func.count()).where(BatchBodyRow.batch_id == BatchRow.id)
    filed = BatchBodyRow.request_id.is_not(None)
    waits = and_(BatchBodyRow.request_id.is_(None), BatchBodyRow.left_out.is_(None))
    return query.add_columns(
        *(each.scalar_subquery() for each in (of_batch, of_batch.where(filed), of_batch.where(waits)))
    )


async def board(session: AsyncSession, person: Person, batch_id: UUID, today: date) -> Board:
    """Where the requests of a batch stand that the person may see; raises NotFound."""
    row = (await session.execute(_counted(_visible(person).where(BatchRow.id == batch_id)))).one_or_none()
    if row is None:
        raise NotFound
    line, hidden = BatchLine(*row), is_hidden(person, row[0])
    return Board(
        line,
        await session.get_one(CampaignRow, line.batch.campaign_id),
        None if hidden else await session.get_one(CboRow, line.batch.cbo_id),
        await _districts(session, person, batch_id, today),
        [] if hidden else await _left_out(session, batch_id),
        None if hidden else await _note(session, line.batch),
    )


async def _note(session: AsyncSession, batch: BatchRow) -> str | None:
    if batch.note is None:
        return None
    return (await keys_to_decrypt(session, batch.cbo_id)).text(BatchRow.note, batch.id, batch.note)


async def _districts(
    session: AsyncSession, person: Person, batch_id: UUID, today: date
) -> Sequence[BoardLine]:
    stands, district = _stage(today).label("stage"), func.left(PublicBodyRow.area_code, 4).label("district")
    query = (
        matching(person, RequestFilter(batch_id=batch_id), today)
        .join(PublicBodyRow, PublicBodyRow.id == RequestRow.body_id)
        .with_only_columns(district, stands, func.count())
        .group_by(district, stands)
    )
    counts: dict[str | None, dict[Stage, int]] = {}
    for code, stage, count in await session.execute(query):
        counts.setdefault(code, {})[Stage(stage)] = count
    codes = {part for code in counts if code for part in (code, code[:2])}
    found = await session.scalars(select(AreaRow).where(AreaRow.code.in_(codes)))
    areas = {area.code: area for area in found}
    return [
        BoardLine(areas.get(code or ""), areas.get((code or "")[:2]), counts[code])
        for code in sorted(counts, key=lambda code: code or "")
    ]


def _stage(today: date) -> ColumnElement[str]:
    by_status = {
        RequestStatus.DRAFT: Stage.DRAFTED,
        RequestStatus.NOT_SUBMITTED: Stage.NOT_ACCEPTED,
        RequestStatus.ANSWERED: Stage.ANSWERED,
        RequestStatus.WITHDRAWN: Stage.WITHDRAWN,
    }
    soon = and_(RequestRow.due_on.between(today, today + SOON), RequestRow.met_on.is_(None))
    return case(
        *((RequestRow.status == status, literal(stage.value)) for status, stage in by_status.items()),
        (overdue(literal(today)), literal(Stage.OVERDUE.value)),
        (soon, literal(Stage.DUE_SOON.value)),
        (RequestRow.status == RequestStatus.SUBMITTED, literal(Stage.HANDED_OVER.value)),
        else_=literal(Stage.RECEIVED.value),
    )


async def _left_out(session: AsyncSession, batch_id: UUID) -> Sequence[Row[LeftOut, PublicBodyRow]]:
    """Why which bodies are not asked; one that was merged into another since then has no row any more."""
    query = (
        select(BatchBodyRow.left_out, PublicBodyRow)
        .join(PublicBodyRow, PublicBodyRow.id == BatchBodyRow.body_id)
        .where(BatchBodyRow.batch_id == batch_id, BatchBodyRow.left_out.is_not(None))
        .order_by(BatchBodyRow.left_out, PublicBodyRow.area_code, PublicBodyRow.name_en)
    )
    return (await session.execute(query)).all()  # type: ignore[return-value]

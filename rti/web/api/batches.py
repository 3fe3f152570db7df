"""Batches as JSON: preview, filing, and the board."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import get, post, put
from litestar.params import JSONBody

from rti.accounts.rate_limits import LimitedCall
from rti.batches import filing, queries
from rti.batches.commands import FileBatch, NoteBatch
from rti.batches.notes import keep_note
from rti.batches.planning import foresee
from rti.campaigns.queries import campaign as campaign_of
from rti.core.attributes import from_attributes
from rti.core.roles import REQUESTS
from rti.models.batches import LeftOut
from rti.models.bodies import PublicBodyRow
from rti.models.requests import Filing
from rti.web.guards import only, rate_limited
from rti.web.inject import Id, Now, Session, Today, Who


class BodyNamed(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    code: str
    name_km: str
    name_en: str


class BodyLeftOut(msgspec.Struct, frozen=True, kw_only=True):
    body: BodyNamed
    reason: LeftOut


class ForeseenView(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch would file: `foreseen` requests; some of those bodies got the question in `another_batch` before."""

    foreseen: int
    ask: list[BodyNamed]
    left_out: list[BodyLeftOut]
    another_batch: list[BodyNamed]


class BatchView(msgspec.Struct, frozen=True, kw_only=True):
    """A batch: of so many bodies that were `chosen` so many requests are `filed`, and so many are `waiting` for that."""

    id: UUID
    campaign_id: UUID
    title: str
    filing: Filing
    created_at: datetime
    chosen: int
    filed: int
    waiting: int


class DistrictView(msgspec.Struct, frozen=True, kw_only=True):
    """Where the requests to the bodies of a district stand; `area` is its code, None where they lie in none."""

    area: str | None
    counts: dict[str, int]


class BoardView(msgspec.Struct, frozen=True, kw_only=True):
    batch: BatchView
    counts: dict[str, int]
    districts: list[DistrictView]
    left_out: list[BodyLeftOut]
    note: str | None


class BatchList(msgspec.Struct, frozen=True, kw_only=True):
    batches: list[BatchView]


def _named(row: PublicBodyRow) -> BodyNamed:
    return from_attributes(BodyNamed, row)


def _view(line: queries.BatchLine) -> BatchView:
    counted = {"chosen": line.chosen, "filed": line.filed, "waiting": line.waiting}
    return from_attributes(BatchView, line.batch, **counted)


@get("/api/campaigns/{campaign_id:uuid}/batches", guards=[only(REQUESTS)])
async def list_batches(session: Session, person: Who, campaign_id: Id) -> BatchList:
    campaign = await campaign_of(session, campaign_id)
    found = await queries.batches(session, person, campaign.id)
    return BatchList(batches=[_view(line) for line in found])


@post(
    "/api/campaigns/{campaign_id:uuid}/batches/preview",
    guards=[only(REQUESTS), rate_limited(LimitedCall.IMPORTS)],
    status_code=200,
)
async def preview_batch(
    campaign_id: Id, data: JSONBody[FileBatch], session: Session, person: Who, today: Today
) -> ForeseenView:
    """Preview a batch, without filing it."""
    found = await foresee(session, person, await campaign_of(session, campaign_id), data, today)
    return ForeseenView(
        foreseen=len(found.ask),
        ask=[_named(body) for body in found.ask],
        left_out=[BodyLeftOut(body=_named(body), reason=why) for body, why in found.left_out],
        another_batch=[_named(body) for body in found.another_batch],
    )


@post("/api/campaigns/{campaign_id:uuid}/batches", guards=[only(REQUESTS), rate_limited(LimitedCall.IMPORTS)])
async def file_batch(
    campaign_id: Id, data: JSONBody[FileBatch], session: Session, person: Who, now: Now, today: Today
) -> BoardView:
    """File a batch; `foreseen` is the number from the preview."""
    batch = await filing.ask(session, person, campaign_id, data, now, today)
    return await _board(session, person, batch.id, today)


@get("/api/batches/{batch_id:uuid}", guards=[only(REQUESTS)])
async def show_batch(session: Session, person: Who, today: Today, batch_id: Id) -> BoardView:
    return await _board(session, person, batch_id, today)


@post(
    "/api/batches/{batch_id:uuid}/file",
    guards=[only(REQUESTS), rate_limited(LimitedCall.IMPORTS)],
    status_code=200,
)
async def file_again(session: Session, person: Who, now: Now, today: Today, batch_id: Id) -> BoardView:
    """File the missing requests, for example after a cancellation."""
    await filing.ask_again(session, person, batch_id, now)
    return await _board(session, person, batch_id, today)


@put("/api/batches/{batch_id:uuid}/note", guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)])
async def note_batch(
    data: JSONBody[NoteBatch], session: Session, person: Who, now: Now, today: Today, batch_id: Id
) -> BoardView:
    await keep_note(session, person, batch_id, data, now)
    return await _board(session, person, batch_id, today)


async def _board(session: Session, person: Who, batch_id: UUID, today: Today) -> BoardView:
    found = await queries.board(session, person, batch_id, today)
    return BoardView(
        batch=_view(found.line),
        counts={stage.value: count for stage, count in found.counts.items()},
        districts=[
            DistrictView(
                area=each.area.code if each.area else None,
                counts={stage.value: count for stage, count in each.counts.items()},
            )
            for each in found.districts
        ],
        left_out=[BodyLeftOut(body=_named(body), reason=why) for why, body in found.left_out],
        note=found.note,
    )


ROUTES = [list_batches, preview_batch, file_batch, show_batch, file_again, note_batch]

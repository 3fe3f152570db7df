"""Projecting anew what was stored under an older version of the projection, after an upgrade."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.calendars.queries import calendar_of
from rti.core.db import Database
from rti.core.errors import Invalid
from rti.models.requests import DeadlineRow, RequestRow
from rti.requests.actions import deadline_values, replace_deadlines, write_projection
from rti.requests.batch_projection import AT_ONCE, Law, project_samples
from rti.requests.projection import VERSION
from rti.statutes.queries import version_of

CAUSE: Final = "upgrade"
log = structlog.get_logger()
_NOWHERE: Final = UUID(int=0)
_COMPARED: Final = ("kind", "epoch", "state", "due_on", "met_on")
"""The columns of a deadline by which one that is stored differs from a new one."""


async def reproject_all(database: Database, now: datetime) -> int:
    """How many requests were projected anew; a batch is a transaction, so it goes on after an interruption.

    Those under a statute that cannot be read are left as they are, and tried again by the next upgrade.
    """
    done, last = 0, _NOWHERE
    while True:
        async with database.transaction() as session:
            older = select(RequestRow).where(RequestRow.projection < VERSION, RequestRow.id > last)
            batch = (
                await session.scalars(older.order_by(RequestRow.id).limit(AT_ONCE).with_for_update())
            ).all()
            if not batch:
                return done
            done += await _reproject(session, batch, now)
            last = batch[-1].id


async def _reproject(session: AsyncSession, batch: Sequence[RequestRow], now: datetime) -> int:
    laws: dict[tuple[str, int], Law] = {}
    for key in {(each.statute_id, each.statute_version) for each in batch}:
        with _telling_unreadable(*key):
            statute = await version_of(session, *key)
            laws[key] = statute, await calendar_of(session, statute.countries, statute.weekend)
    batch = [each for each in batch if (each.statute_id, each.statute_version) in laws]
    ids = [each.id for each in batch]
    columns = (DeadlineRow.request_id, *(getattr(DeadlineRow, name) for name in _COMPARED))
    stored = await session.execute(
        select(*columns).where(DeadlineRow.request_id.in_(ids)).order_by(DeadlineRow.request_id)
    )
    clocks = {key: {tuple(row[1:]) for row in rows} for key, rows in groupby(stored, lambda row: row[0])}
    samples = [(each.id, laws[each.statute_id, each.statute_version]) for each in batch]
    for request, projection in zip(batch, await project_samples(session, samples), strict=True):
        projected = {tuple(map(deadline_values(clock).get, _COMPARED)) for clock in projection.deadlines}
        if clocks.get(request.id) == projected:
            write_projection(request, projection)
        else:
            await replace_deadlines(session, request, projection, now, CAUSE)
    return len(batch)


@contextmanager
def _telling_unreadable(statute_id: str, version: int) -> Iterator[None]:
    try:
        yield
    except Invalid as invalid:
        log.warning("statute_unreadable", statute=statute_id, version=version, fault=str(invalid))

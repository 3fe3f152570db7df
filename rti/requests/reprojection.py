"""Projecting anew what was stored under an older version of the projection, after an upgrade."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import date, datetime
from itertools import groupby, pairwise
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.calendars.queries import calendar_of
from rti.core.db import Database
from rti.core.errors import Invalid
from rti.core.wallclock import HOME_ZONE, day_of
from rti.law.events import Event
from rti.models.requests import DeadlineRow, FormerStandingRow, RequestRow
from rti.requests.actions import deadline_values, replace_deadlines, write_projection
from rti.requests.batch_projection import AT_ONCE, Law, events_by_request, project_samples
from rti.requests.projection import VERSION, Projection, project
from rti.statutes.queries import version_of

CAUSE: Final = "upgrade"
log = structlog.get_logger()
_NOWHERE: Final = UUID(int=0)
_COMPARED: Final = ("kind", "epoch", "state", "due_on", "met_on")
"""The columns of a deadline by which one that is stored differs from a new one."""
_STANDING: Final = {column.key for column in FormerStandingRow.__table__.columns}
_NOT_PROJECTED: Final = (
    _STANDING - {field.name for field in fields(Projection)} - {"request_id", "known_until"}
)


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
    await _keep_former(session, batch, laws)
    for request, projection in zip(batch, await project_samples(session, samples), strict=True):
        projected = {tuple(map(deadline_values(clock).get, _COMPARED)) for clock in projection.deadlines}
        if clocks.get(request.id) == projected:
            write_projection(request, projection, request.known_from)
        else:
            await replace_deadlines(session, request, projection, now, CAUSE, request.known_from)
    return len(batch)


async def _keep_former(
    session: AsyncSession, batch: Sequence[RequestRow], laws: Mapping[tuple[str, int], Law]
) -> None:
    """Where requests stood on the days before the last entry, as far as nobody has kept that yet."""
    by_id = {each.id: each for each in batch}
    kept = select(FormerStandingRow.request_id).where(FormerStandingRow.request_id.in_(by_id))
    for done in await session.scalars(kept):
        by_id.pop(done, None)
    for request_id, events in (await events_by_request(session, by_id)).items():
        request = by_id[request_id]
        statute, calendar = laws[request.statute_id, request.statute_version]
        days = sorted({day_of(each.recorded_at, HOME_ZONE) for each in events if each.recorded_at})
        plain = {name: getattr(request, name) for name in _NOT_PROJECTED}
        for day, until in pairwise(days):
            known = project(statute, calendar, [e for e in events if _recorded_by(e, day)])
            columns = {name: value for name, value in known.columns().items() if name in _STANDING}
            row = FormerStandingRow(request_id=request_id, known_until=until, **plain | columns)
            row.known_from = day
            session.add(row)


def _recorded_by(event: Event, day: date) -> bool:
    return event.recorded_at is None or day_of(event.recorded_at, HOME_ZONE) <= day


@contextmanager
def _telling_unreadable(statute_id: str, version: int) -> Iterator[None]:
    try:
        yield
    except Invalid as invalid:
        log.warning("statute_unreadable", statute=statute_id, version=version, fault=str(invalid))

"""After an upgrade every stored request is judged by the new definitions, and a date that moves by that is told."""

from datetime import date, timedelta

from sqlalchemy import delete, select, update

from rti.core.db import Database
from rti.law.events import EventKind, Outcome
from rti.models.requests import DateChangeRow, DeadlineRow, FormerStandingRow, RequestRow
from rti.requests import reprojection
from rti.requests.projection import VERSION
from tests import make
from tests.conftest import NOW


async def _stored_by_an_older_version(database: Database) -> RequestRow:
    """Returned and received again under the law of the United Kingdom, with the date of the first receipt."""
    async with database.transaction() as session:
        member = await make.member(session)
        filed = await make.request(
            session, member.person, NOW, received_on=date(2026, 9, 1), statute_id="UK-FOIA-2000"
        )
        await make.event(session, filed.id, member.person, NOW, EventKind.RETURNED, date(2026, 9, 3))
        await make.event(session, filed.id, member.person, NOW, EventKind.RECEIVED, date(2026, 10, 5))
        old = {"due_on": date(2026, 9, 29), "next_due_on": date(2026, 9, 29), "projection": 0}
        await session.execute(update(RequestRow).values(old))
        reply = update(DeadlineRow).where(DeadlineRow.kind == "reply")
        await session.execute(reply.values(due_on=date(2026, 9, 29), epoch=2))
        await session.execute(delete(DateChangeRow))
        return filed


async def test_what_an_older_version_stored_is_calculated_anew_once(database: Database) -> None:
    filed = await _stored_by_an_older_version(database)
    assert await reprojection.reproject_all(database, NOW) == 1
    async with database.transaction() as session:
        request = await session.get_one(RequestRow, filed.id)
        assert (request.due_on, request.projection) == (date(2026, 11, 2), VERSION)
        moved = (await session.scalars(select(DateChangeRow))).all()
        assert [(each.old_due_on, each.new_due_on, each.cause) for each in moved] == [
            (date(2026, 9, 29), date(2026, 11, 2), "upgrade")
        ]
    assert await reprojection.reproject_all(database, NOW) == 0


async def test_where_requests_stood_before_is_kept_of_those_that_an_older_version_stored(
    database: Database,
) -> None:
    columns = [column for column in FormerStandingRow.__table__.columns if column.key != "projection"]
    async with database.transaction() as session:
        member = (await make.member(session)).person
        filed = await make.request(session, member, NOW, received_on=date(2026, 11, 2))
        for days, kind in ((2, EventKind.REPLIED), (5, EventKind.ANSWERED)):
            moment = NOW + timedelta(days=days)
            more = {"outcome": Outcome.PARTIAL} if kind is EventKind.ANSWERED else {}
            await make.event(session, filed.id, member, moment, kind, date(2026, 11, 20), **more)
        kept = (await session.execute(select(*columns).order_by(FormerStandingRow.known_until))).all()
        assert [(row.known_from.day, row.known_until.day, row.status) for row in kept] == [
            (23, 25, "open"),
            (25, 28, "open"),
        ]
        await session.execute(delete(FormerStandingRow))
        await session.execute(update(RequestRow).values(projection=0))
    assert await reprojection.reproject_all(database, NOW + timedelta(days=90)) == 1
    async with database.transaction() as session:
        again = (await session.execute(select(*columns).order_by(FormerStandingRow.known_until))).all()
        assert again == kept
        assert (await session.get_one(RequestRow, filed.id)).known_from == date(2026, 11, 28)

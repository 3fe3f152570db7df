"""Saved reports: figures under a name, opened with the newest cut-off, and sent once a month."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.sessions import ACTIVE, person_of
from rti.core.db import Database, new_id, unique
from rti.core.db_roles import Login, statistics_login_of
from rti.core.errors import Invalid, NotFound, invalid, say
from rti.core.roles import COMPARING, Person, Role
from rti.core.settings import Settings
from rti.core.validation import decode
from rti.models.accounts import PersonRow
from rti.models.messages import MessageKind
from rti.models.saved_reports import ReportFile, ReportTo, SavedReportRow
from rti.outbox import queued
from rti.statistics import queries
from rti.statistics.commands import StatisticsQuery, as_address, check
from rti.statistics.disclosure import is_coarse, last_quarter, period_faults
from rti.statistics.headlines import sentences

MOST_REPORTS = 50
"""Of one person."""
ADDRESSES: Mapping[ReportFile, str] = {
    ReportFile.PAGE: "/statistics",
    ReportFile.FLAT: "/statistics/flat.csv",
    **{
        each: f"/statistics.{each}"
        for each in (ReportFile.CSV, ReportFile.XLSX, ReportFile.PDF, ReportFile.JSON)
    },
}
log = structlog.get_logger()


class SaveReport(StatisticsQuery, frozen=True, kw_only=True):
    """Keep figures under a name, to be opened as `file` and sent each month to whom `mails_to` says.

    A report has no cut-off: it is opened, and sent, with the newest.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    file: ReportFile = ReportFile.PAGE
    mails_to: ReportTo | None = None


class SavedReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report that somebody saved; `next_on` is the first day on which it is sent again, None where it never is."""

    id: UUID
    name: str
    wanted: dict[str, str]
    file: ReportFile
    mails_to: ReportTo | None
    next_on: date | None
    own: bool

    @property
    def address(self) -> str:
        return _address(self.file, self.wanted)


def _address(file: ReportFile, wanted: Mapping[str, str], **more: str) -> str:
    """The database keeps no order of its own."""
    names = StatisticsQuery.__struct_fields__
    said = {name: wanted[name] for name in names if name in wanted}
    return f"{ADDRESSES[file]}?{urlencode(said | more)}"


async def saved_reports(session: AsyncSession, person: Person | None) -> list[SavedReport]:
    """Those that somebody may open: row security narrows them to the own ones and those for the working group."""
    rows = await session.scalars(select(SavedReportRow).order_by(SavedReportRow.name, SavedReportRow.id))
    return [
        SavedReport(
            id=row.id,
            name=row.name,
            wanted=row.wanted,
            file=row.file,
            mails_to=row.mails_to,
            next_on=_month_after(row.sent_on) if row.mails_to else None,
            own=person is None or row.person_id == person.id,
        )
        for row in rows
    ]


async def save_report(
    session: AsyncSession, command: SaveReport, person: Person, now: datetime, today: date
) -> SavedReportRow:
    """Save figures under a name, replacing one's own of that name; sent from the next month on. Raises Invalid."""
    check(command, today)
    if is_coarse(person) or command.mails_to is ReportTo.GROUP:
        faults = period_faults(today, command.since, command.until, None)
        if faults:
            raise Invalid(*faults)
    mine = select(SavedReportRow).where(SavedReportRow.person_id == person.id)
    row = await session.scalar(mine.where(SavedReportRow.name == command.name))
    if row is None:
        count = await session.scalar(select(func.count()).select_from(mine.subquery()))
        if (count or 0) >= MOST_REPORTS:
            raise invalid("name", say("You have {count} saved reports. Delete one first", count=MOST_REPORTS))
        row = SavedReportRow(id=new_id(), person_id=person.id, name=command.name, created_at=now)
    row.wanted, row.file, row.mails_to = as_address(command), command.file, command.mails_to
    row.sent_on, row.sent_digest = today, None
    async with unique(session, invalid("name", say("You already have a saved report with this name"))):
        session.add(row)
        await session.flush()
    return row


async def delete_report(session: AsyncSession, report_id: UUID, person: Person | None) -> None:
    """Delete one's own report, or on the command line any; raises NotFound for somebody else's."""
    row = await session.get(SavedReportRow, report_id)
    if row is None or (person and row.person_id != person.id):
        raise NotFound
    await session.delete(row)
    await session.flush()


def _month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


async def send_due(database: Database, settings: Settings, now: datetime, today: date) -> int:
    """Queue the reports not yet sent in the month of `today`; returns how many messages. Each is sent once."""
    due = (SavedReportRow.mails_to.is_not(None), SavedReportRow.sent_on < today.replace(day=1))
    async with database.transaction() as session:
        ids = (await session.scalars(select(SavedReportRow.id).where(*due))).all()
    count = 0
    for report_id in ids:
        async with database.transaction() as session:
            mine = select(SavedReportRow).where(SavedReportRow.id == report_id, *due)
            row = await session.scalar(mine.with_for_update(skip_locked=True))
            if row is not None:
                count += await _send(session, database, row, settings, now, today)
    return count


async def _send(
    session: AsyncSession,
    database: Database,
    row: SavedReportRow,
    settings: Settings,
    now: datetime,
    today: date,
) -> int:
    digest = row.sent_digest
    readers = await _readers(database, row)
    for reader in readers:
        try:
            values = await _contents(database, row, reader, today)
        except Invalid as fault:
            # It was right when it was saved, by the methods and groups of that version.
            log.warning("report_left_out", report=str(row.id), fault=str(fault))
            readers = []
            break
        digest = values["digest"]
        message = {**values, "same": digest == row.sent_digest}
        session.add(queued(MessageKind.REPORT, message, settings, now, person_id=reader.id))
    row.sent_on, row.sent_digest = today, digest
    return len(readers)


async def _readers(database: Database, row: SavedReportRow) -> Sequence[Person]:
    """Who gets it: people who let themselves in with a password of their own, so that the address is theirs; nobody
    once the owner may not see it any more."""
    let_in = (*ACTIVE, PersonRow.password_hash.is_not(None), PersonRow.role.in_(COMPARING))
    async with database.under(Login.AUTH).transaction() as session:
        owner = await session.scalar(select(PersonRow).where(PersonRow.id == row.person_id, *let_in))
        if owner is None:
            return []
        if row.mails_to is ReportTo.OWNER:
            return [person_of(owner)]
        group = select(PersonRow).where(PersonRow.role == Role.WORKING_GROUP, *let_in)
        return [person_of(each) for each in await session.scalars(group.order_by(PersonRow.id))]


async def _contents(database: Database, row: SavedReportRow, reader: Person, today: date) -> dict[str, Any]:
    """The content of a message: the figures that its reader may see, as of the end of the last month or quarter."""
    month_over = today.replace(day=1) - timedelta(days=1)
    as_of = last_quarter(today) if is_coarse(reader) else month_over
    wanted = decode(StatisticsQuery, {**row.wanted, "as_of": as_of.isoformat()})
    async with database.under(statistics_login_of(reader)).transaction(reader.id) as session:
        table = await queries.table(session, reader, wanted, today)
    return {
        "name": row.name,
        "as_of": as_of.isoformat(),
        "path": _address(row.file, row.wanted, as_of=as_of.isoformat()),
        "sentences": [(name.text, said.text, said.values) for name, said in sentences(table)],
        "digest": table.digest,
    }

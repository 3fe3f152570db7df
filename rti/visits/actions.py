"""Recording visits, and withdrawing one that was recorded wrongly."""

import asyncio
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.bodies.queries import body
from rti.campaigns.queries import campaign
from rti.core.db import new_id
from rti.core.errors import Conflict, Fault, Invalid, invalid, say
from rti.core.roles import Person
from rti.files.answers import MOST_PIXELS, TooManyPixels
from rti.files.media_types import clean_file_name, kind_of
from rti.files.sandbox import examine
from rti.models.audit import AuditAction
from rti.models.visits import VisitPhotoRow, VisitRow
from rti.visits.checklists import checklist
from rti.visits.commands import RecordVisit
from rti.visits.queries import visit

Photo = tuple[str, bytes]
"""The name of a file, and its bytes."""


async def record_visit(
    session: AsyncSession,
    command: RecordVisit,
    photos: list[Photo],
    person: Person,
    now: datetime,
    today: date,
) -> VisitRow:
    """Store the findings, with photos; raises Invalid."""
    found = await body(session, command.body_id)
    await campaign(session, command.campaign_id)
    listed = await checklist(session, command.campaign_id, found.kind)
    faults = _faults(command, {item.code for item in listed.items}, today)
    if faults:
        raise Invalid(*faults)
    row = VisitRow(
        id=new_id(),
        campaign_id=command.campaign_id,
        body_id=found.id,
        cbo_id=person.cbo_id,
        checklist_version=listed.version,
        findings={code: finding.value for code, finding in command.findings.items()},
        visited_on=command.visited_on,
        recorded_at=now,
        recorded_by=person.id,
    )
    session.add(row)
    await session.flush()
    for name, content in photos:
        await add_photo(session, row, name, content)
    record(session, AuditAction.VISIT_RECORDED, now, about=row.id, cbo_id=row.cbo_id, photos=len(photos))
    await session.flush()
    return row


def _faults(command: RecordVisit, codes: set[str], today: date) -> list[Fault]:
    faults = []
    if not codes:
        faults.append(Fault("findings", say("There is no checklist for this type of public body")))
    elif unknown := sorted(command.findings.keys() - codes):
        message = say("There is no item {code} in this checklist", code=unknown[0])
        faults.append(Fault("findings", message))
    elif missing := sorted(codes - command.findings.keys()):
        faults.append(
            Fault("findings", say("Enter what you found for each item; {code} is missing", code=missing[0]))
        )
    if command.visited_on > today:
        faults.append(Fault("visited_on", say("This date is in the future. Choose today or an earlier date")))
    return faults


async def add_photo(session: AsyncSession, row: VisitRow, name: str, content: bytes) -> VisitPhotoRow:
    """Store a newly made copy of a picture, without place, time and camera; raises Invalid."""
    kind = await asyncio.to_thread(kind_of, clean_file_name(name), content, "photo")
    if not kind.media_type.startswith("image/"):
        raise invalid("photo", say("Choose a picture"))
    try:
        found = await examine(content, kind.media_type)
    except TooManyPixels:
        message = say("The picture must be {count} megapixels or smaller", count=MOST_PIXELS // 1_000_000)
        raise invalid("photo", message) from None
    if found.copy is None:
        raise invalid("photo", say("This picture cannot be read. Choose another one"))
    photo = VisitPhotoRow(
        id=new_id(),
        visit_id=row.id,
        media_type=found.copy.media_type,
        content=found.copy.content,
    )
    session.add(photo)
    await session.flush()
    return photo


async def withdraw(session: AsyncSession, visit_id: UUID, person: Person, now: datetime) -> VisitRow:
    """Withdraw a visit from today on; figures as of an earlier day keep it."""
    row = (await visit(session, person, visit_id)).visit
    if row.withdrawn_at:
        raise Conflict(say("This visit has already been withdrawn"))
    row.withdrawn_at = now
    record(session, AuditAction.VISIT_WITHDRAWN, now, about=row.id, cbo_id=row.cbo_id)
    await session.flush()
    return row

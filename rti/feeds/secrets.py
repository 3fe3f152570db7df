"""The secret in the address of a person's feeds, and the person it belongs to."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import and_, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.passwords import new_token, token_hash
from rti.accounts.sessions import person_of
from rti.audit.record import record
from rti.core.roles import REQUESTS, Person
from rti.models.accounts import FeedRow, PersonRow
from rti.models.audit import AuditAction
from rti.models.cbos import CboRow


@dataclass(frozen=True, slots=True)
class FeedReader:
    """A person who reads by a program; `named` says whether requests are named.

    `alarm_hour` is when on the day before a date a calendar is to ring, None for never. The feeds are there
    since `since`.
    """

    person: Person
    since: datetime
    named: bool
    alarm_hour: int | None


class Addresses(msgspec.Struct, frozen=True, kw_only=True):
    """Where a person's programs fetch the dates and the changes."""

    deadlines: str
    changes: str


def addresses(base: str, secret: str) -> Addresses:
    return Addresses(
        deadlines=f"{base}/feeds/{secret}/deadlines.ics", changes=f"{base}/feeds/{secret}/changes.atom"
    )


async def renew(session: AsyncSession, person: Person, now: datetime) -> str:
    """A new secret, which can be shown this once; the one before ends."""
    secret = new_token()
    values = {"token_hash": token_hash(secret), "created_at": now}
    row = insert(FeedRow).values(person_id=person.id, **values)
    await session.execute(row.on_conflict_do_update(index_elements=["person_id"], set_=values))
    record(session, AuditAction.FEEDS_MADE, now, cbo_id=person.cbo_id)
    return secret


async def revoke(session: AsyncSession, person: Person, now: datetime) -> None:
    gone = delete(FeedRow).where(FeedRow.person_id == person.id).returning(FeedRow.person_id)
    if await session.scalar(gone):
        record(session, AuditAction.FEEDS_REVOKED, now, cbo_id=person.cbo_id)


async def since(session: AsyncSession, person_id: UUID) -> datetime | None:
    """When the current secret was made, if there is one."""
    return await session.scalar(select(FeedRow.created_at).where(FeedRow.person_id == person_id))


async def reader_of(session: AsyncSession, secret: str) -> FeedReader | None:
    """The person with this secret, as long as they may see requests and their organisation sends messages."""
    if not secret.isascii():
        return None
    found = await session.execute(
        select(PersonRow, FeedRow.created_at)
        .join(FeedRow, FeedRow.person_id == PersonRow.id)
        .outerjoin(CboRow, CboRow.id == PersonRow.cbo_id)
        .where(
            FeedRow.token_hash == token_hash(secret),
            PersonRow.role.in_(REQUESTS),
            PersonRow.disabled_at.is_(None),
            or_(PersonRow.cbo_id.is_(None), and_(CboRow.sends_messages, CboRow.locked_at.is_(None))),
        )
    )
    row = found.one_or_none()
    if row is None:
        return None
    person, made_at = row
    alarm_hour = person.hours_from if person.wants_reminders else None
    return FeedReader(person_of(person), made_at, person.wants_detail, alarm_hour)

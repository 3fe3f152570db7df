"""Locking, unlocking and shredding an organisation.

One person is enough for a lock, and an administrator can undo it. Shredding cannot be undone, so it
takes two people: an administrator, and the organisation's lead or campaign staff, within a week. An account
that somebody was given in that time does not count: whoever gave it could act as both.
"""

import secrets
from datetime import datetime, timedelta
from itertools import chain, count
from uuid import UUID

from sqlalchemy import Table, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.cbos.commands import LockCbo, ShredCbo, UnlockCbo
from rti.cbos.queries import one
from rti.core.db import unique
from rti.core.errors import Conflict, invalid, say
from rti.core.roles import ADMINISTRATION, Person
from rti.encryption.data_keys import alone_with_keys
from rti.models.accounts import ApiTokenRow, InvitationRow, PersonRow, SignInRow
from rti.models.audit import AuditAction
from rti.models.cbos import CboRow, CboSafetyRow, CboStandingRow, SafetyStep
from rti.models.imports import FileImportRow, ImportEntryRow
from rti.models.inbox import IncomingRow
from rti.models.jobs import JobKind, JobRow
from rti.models.keys import DataKeyRow, KeyState, encrypted_columns
from rti.models.messages import UNTRIED, LetterRow, MessageRow, MessageState
from rti.models.requests import RequestRow, SnoozeRow
from rti.models.saved_lists import SavedListRow
from rti.models.search import SearchRow
from rti.models.visits import VisitPhotoRow, VisitRow
from rti.requests.references import neutral_references
from rti.row_security.policies import NAMING
from rti.safety.erasure import forget

SECOND_HAND_WITHIN = timedelta(days=7)
SETTLED_AFTER = SECOND_HAND_WITHIN


async def lock(
    session: AsyncSession, cbo_id: UUID, command: LockCbo, by: Person | None, now: datetime
) -> CboRow:
    """Hide an organisation, and end every session of its people.

    Here and below, `by` is None on the command line.
    """
    if not command.sure:
        raise invalid("sure", say("Confirm that you are sure"))
    cbo = await _changed_alone(session, cbo_id, by)
    await _lock(session, cbo, by, now)
    return cbo


async def _lock(session: AsyncSession, cbo: CboRow, by: Person | None, now: datetime) -> None:
    if cbo.locked_at is None:
        cbo.locked_at = now
        _note(session, cbo, SafetyStep.LOCKED, by, now)
        await _send_away(session, cbo.id, now)


async def unlock(
    session: AsyncSession, cbo_id: UUID, command: UnlockCbo, by: Person | None, now: datetime
) -> CboRow:
    """Show it and let its people sign in again; its code gets a number if another organisation has it by now."""
    cbo = await _changed_alone(session, cbo_id, by)
    if cbo.shredded_at:
        raise Conflict(say("This organisation has been shredded, so it cannot be unlocked"))
    if cbo.locked_at:
        async with unique(session, Conflict()):
            cbo.code, cbo.locked_at = await _free_code(session, cbo.code), None
        _note(session, cbo, SafetyStep.UNLOCKED, by, now, command.reason)
    return cbo


async def _free_code(session: AsyncSession, code: str) -> str:
    """The code, or the first free one with a number."""
    taken = set(await session.scalars(select(CboRow.code).where(CboRow.locked_at.is_(None))))
    numbered = (f"{code}-{number}" for number in count(2))
    return next(each for each in chain([code], numbered) if each not in taken)


async def shred(
    session: AsyncSession, cbo_id: UUID, command: ShredCbo, by: Person | None, now: datetime
) -> CboRow:
    """Request shredding, which locks, or shred if the other of the two has requested it within a week."""
    cbo = await _changed_alone(session, cbo_id, by)
    if cbo.shredded_at:
        raise Conflict(say("This organisation has already been shredded"))
    if command.code != cbo.code:
        raise invalid("code", say("This is not the code of the organisation. Nothing was destroyed"))
    if by and not await _settled(session, by, now):
        raise invalid(
            "code",
            say(
                "Your account was created, reset or given its role less than {days} days ago, so it cannot be one of "
                "the two. Lock the organisation, and ask somebody else",
                days=SETTLED_AFTER.days,
            ),
        )
    await _lock(session, cbo, by, now)
    me, administers = by.id if by else None, _administers(by.role if by else None)
    asked = await session.execute(
        select(CboSafetyRow.person_id, PersonRow.role)
        .outerjoin(PersonRow, PersonRow.id == CboSafetyRow.person_id)
        .where(
            CboSafetyRow.cbo_id == cbo_id,
            CboSafetyRow.step == SafetyStep.SHRED_ASKED,
            CboSafetyRow.happened_at > now - SECOND_HAND_WITHIN,
        )
    )
    if any(_administers(role) != administers and person_id != me for person_id, role in asked):
        _note(session, cbo, SafetyStep.SHREDDED, by, now)
        await session.flush()
        await _destroy(session, cbo, now)
    else:
        _note(session, cbo, SafetyStep.SHRED_ASKED, by, now)
    return cbo


async def shred_again(session: AsyncSession, now: datetime) -> int:
    """Shred what is not, but whose keys are destroyed: after a backup from before was restored. Returns how many."""
    destroyed = select(DataKeyRow.cbo_id).where(DataKeyRow.state == KeyState.DESTROYED)
    found = await session.scalars(
        select(CboRow).where(CboRow.shredded_at.is_(None), CboRow.id.in_(destroyed)).with_for_update()
    )
    again = found.all()
    for cbo in again:
        await _lock(session, cbo, None, now)
        _note(session, cbo, SafetyStep.SHREDDED, None, now)
        await session.flush()
        await _destroy(session, cbo, now)
    await session.flush()
    return len(again)


async def _settled(session: AsyncSession, by: Person, now: datetime) -> bool:
    entrusted_at = await session.scalar(select(PersonRow.entrusted_at).where(PersonRow.id == by.id))
    return entrusted_at is not None and now - entrusted_at >= SETTLED_AFTER


def _administers(role: object) -> bool:
    """Whether this is the administrator's confirmation; the command line counts as one."""
    return role is None or role in ADMINISTRATION


async def _changed_alone(session: AsyncSession, cbo_id: UUID, by: Person | None) -> CboRow:
    """The organisation, if the person may know of it, locked against other locks, unlocks and shreddings."""
    if by:
        await one(session, by, cbo_id)
    await session.execute(select(CboRow.id).where(CboRow.id == cbo_id).with_for_update())
    cbo: CboRow = await session.get_one(CboRow, cbo_id, populate_existing=True)
    return cbo


def _note(
    session: AsyncSession, cbo: CboRow, step: SafetyStep, by: Person | None, now: datetime, reason: str = ""
) -> None:
    session.add(
        CboSafetyRow(
            cbo_id=cbo.id, step=step, person_id=by.id if by else None, happened_at=now, reason=reason
        )
    )
    record(session, AuditAction(f"cbo_{step}"), now, about=cbo.id, cbo_id=cbo.id)


async def _send_away(session: AsyncSession, cbo_id: UUID, now: datetime) -> None:
    """End sessions, tokens and links of its people, and cancel their unsent messages."""
    people = select(PersonRow.id).where(PersonRow.cbo_id == cbo_id)
    for way_in in (SignInRow, ApiTokenRow, InvitationRow):
        ended = delete(way_in).where(way_in.person_id.in_(people))
        await session.execute(ended.execution_options(synchronize_session=False))
    await session.execute(
        update(MessageRow)
        .where(MessageRow.person_id.in_(people), MessageRow.state.in_(UNTRIED))
        .values(state=MessageState.DROPPED, finished_at=now)
        .execution_options(synchronize_session=False)
    )


async def _destroy(session: AsyncSession, cbo: CboRow, now: datetime) -> None:
    """Destroy the keys, and everything that they encrypted or that names anybody; requests and figures stay."""
    await alone_with_keys(session, cbo.id)
    destroyed = {"state": KeyState.DESTROYED, "wrapped": None}
    wiped = update(DataKeyRow).where(DataKeyRow.cbo_id == cbo.id).values(destroyed)
    await session.execute(wiped.execution_options(synchronize_session=False))
    for column in encrypted_columns():
        table: Table = column.table
        empty = update(table).values({column: None}) if column.nullable else delete(table)
        await session.execute(empty.where(table.c.cbo_id == cbo.id))
    # What came in while it was locked is sealed with no key of its own.
    requests = select(RequestRow.id).where(RequestRow.cbo_id == cbo.id)
    waiting = delete(IncomingRow).where(IncomingRow.request_id.in_(requests), IncomingRow.cbo_id.is_(None))
    await session.execute(waiting.execution_options(synchronize_session=False))
    for said in (LetterRow, SnoozeRow, SearchRow):
        await session.execute(delete(said).where(said.cbo_id == cbo.id))
    visits = select(VisitRow.id).where(VisitRow.cbo_id == cbo.id)
    photos = delete(VisitPhotoRow).where(VisitPhotoRow.visit_id.in_(visits))
    await session.execute(photos.execution_options(synchronize_session=False))
    await session.execute(delete(ImportEntryRow).where(ImportEntryRow.row_id == cbo.id))
    # Letters and dossiers that others have made name it too, and the rest of them can be made again.
    printed = delete(JobRow).where(JobRow.kind != JobKind.IMPORT)
    await session.execute(printed.execution_options(synchronize_session=False))
    # What somebody typed to find its requests may name it.
    typed = text(f"wanted ?| {NAMING}")
    await session.execute(delete(SavedListRow).where(typed).execution_options(synchronize_session=False))
    nameless = update(FileImportRow).where(FileImportRow.cbo_id == cbo.id).values(file_name=None)
    await session.execute(nameless.execution_options(synchronize_session=False))
    await _send_away(session, cbo.id, now)
    people = select(PersonRow.id).where(PersonRow.cbo_id == cbo.id)
    await forget(session, (await session.scalars(people)).all(), now)
    await neutral_references(session, cbo.id)
    silent = update(CboSafetyRow).where(CboSafetyRow.cbo_id == cbo.id).values(reason="")
    await session.execute(silent.execution_options(synchronize_session=False))
    cbo.code = f"SHREDDED-{secrets.token_hex(4).upper()}"
    cbo.name_km = cbo.name_en = ""
    cbo.area_code = cbo.kind = None
    await session.flush()
    placeless = update(CboStandingRow).where(CboStandingRow.cbo_id == cbo.id)
    await session.execute(placeless.values(area_code=None, kind=None))
    cbo.shredded_at = now

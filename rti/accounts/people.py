"""Disabling and changing people, and what people set for themselves."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec.structs import asdict
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts import passwords, sessions
from rti.accounts.commands import ChangeEmail, ChangePassword, ChangeRole, PeopleFilter, SaveMe
from rti.accounts.sessions import SignedIn
from rti.audit.record import record
from rti.core.attributes import assign
from rti.core.db import unique
from rti.core.errors import Fault, Invalid, NotFound, invalid, say
from rti.core.pagination import Page, containing, page_by_key
from rti.core.roles import CBO, Person, Role, manages
from rti.models.accounts import InvitationRow, PersonRow
from rti.models.audit import AuditAction
from rti.models.cbos import CboRow, not_locked


async def people(session: AsyncSession, by: Person, wanted: PeopleFilter) -> Page[PersonRow]:
    """A page of the people that `by` may see, those who can sign in first; a lead sees their own organisation.

    The people of locked organisations are shown to nobody.
    """
    key = (PersonRow.disabled_at.is_not(None), PersonRow.email)
    query = select(PersonRow).where(not_locked(PersonRow.cbo_id))
    if by.role is Role.CBO_LEAD:
        query = query.where(PersonRow.cbo_id == by.cbo_id)
    if wanted.q:
        query = query.where(containing(wanted.q, PersonRow.name, PersonRow.email))
    if wanted.cbo:
        query = query.where(PersonRow.cbo_id.in_(select(CboRow.id).where(CboRow.code == wanted.cbo)))
    if wanted.pending:
        query = query.where(PersonRow.password_hash.is_(None), PersonRow.disabled_at.is_(None))
    return await page_by_key(session, query, PersonRow.id, key, after=wanted.after, before=wanted.before)


async def invited_until(session: AsyncSession, shown: Sequence[PersonRow]) -> Mapping[UUID, datetime]:
    """When the link of each of these ends or ended, of those who have one."""
    ids = [row.id for row in shown]
    query = select(InvitationRow.person_id, InvitationRow.expires_at)
    return dict((await session.execute(query.where(InvitationRow.person_id.in_(ids)))).all())


async def person(session: AsyncSession, person_id: UUID) -> PersonRow:
    found = await session.scalar(
        select(PersonRow).where(PersonRow.id == person_id, not_locked(PersonRow.cbo_id))
    )
    if found is None:
        raise NotFound
    return found


async def managed(session: AsyncSession, person_id: UUID, by: Person | None) -> PersonRow:
    """A person whom `by` may reset and disable; raises NotFound for others. The command line is None."""
    row = await person(session, person_id)
    if by and not manages(by, row.role, row.cbo_id):
        raise NotFound
    if by and row.id == by.id:
        raise invalid("person", say("You cannot do this to your own account; ask another administrator"))
    return row


async def organisation_faults(session: AsyncSession, role: Role, cbo_id: UUID | None) -> list[Fault]:
    """What is wrong with the organisation of a person in this role."""
    faults = []
    if role in CBO and cbo_id is None:
        faults.append(Fault("cbo_id", say("Choose the organisation of this member")))
    if role not in CBO and cbo_id:
        faults.append(
            Fault("cbo_id", say("Leave this empty: only members and leads belong to an organisation"))
        )
    chosen = await session.get(CboRow, cbo_id) if cbo_id else None
    if cbo_id and (chosen is None or chosen.locked_at):
        faults.append(Fault("cbo_id", say("Choose one from the list")))
    return faults


async def disable(session: AsyncSession, person_id: UUID, by: Person | None, now: datetime) -> PersonRow:
    """Disable an account; its sessions, tokens and link end at once."""
    row = await managed(session, person_id, by)
    row.disabled_at = row.disabled_at or now
    await session.execute(delete(InvitationRow).where(InvitationRow.person_id == row.id))
    await sessions.end_all(session, row.id)
    record(session, AuditAction.PERSON_DISABLED, now, about=row.id, cbo_id=row.cbo_id)
    return row


async def send_away(session: AsyncSession, person_id: UUID, by: Person | None, now: datetime) -> PersonRow:
    """End every session and token of somebody, who may sign in again."""
    row = await managed(session, person_id, by)
    await sessions.end_all(session, row.id)
    record(session, AuditAction.SENT_AWAY, now, about=row.id, cbo_id=row.cbo_id)
    return row


async def change_role(
    session: AsyncSession, person_id: UUID, command: ChangeRole, by: Person | None, now: datetime
) -> PersonRow:
    """Change the role, which ends the person's sessions."""
    row = await managed(session, person_id, by)
    faults = await organisation_faults(session, command.role, command.cbo_id)
    if faults:
        raise Invalid(*faults)
    record(
        session,
        AuditAction.ROLE_CHANGED,
        now,
        about=row.id,
        cbo_id=command.cbo_id or row.cbo_id,
        before=row.role,
        after=command.role,
    )
    row.role, row.cbo_id, row.entrusted_at = command.role, command.cbo_id, now
    await sessions.end_all(session, row.id)
    return row


async def save_me(session: AsyncSession, me: Person, command: SaveMe, now: datetime) -> PersonRow:
    if command.hours_from >= command.hours_to:
        raise invalid("hours_to", say("The end of the sending hours must be later than their start"))
    row = await person(session, me.id)
    if changed := assign(row, asdict(command)):
        record(
            session,
            AuditAction.SETTINGS_CHANGED,
            now,
            by=row.id,
            cbo_id=row.cbo_id,
            changed=" ".join(changed),
        )
    return row


async def set_password(row: PersonRow, field: str, password: str) -> None:
    """Keep a new password, unless it is easy to guess."""
    easy = await asyncio.to_thread(passwords.too_easy, password, (row.name, row.email))
    if easy:
        raise invalid(field, easy)
    row.password_hash = await passwords.hashed(password)


async def change_password(session: AsyncSession, me: SignedIn, command: ChangePassword, now: datetime) -> str:
    """Set a new password after the current one was checked; returns the token of the only session left."""
    row = await person(session, me.person.id)
    if command.new_password == command.old_password:
        raise invalid("new_password", say("Choose a password that differs from the current one"))
    await set_password(row, "new_password", command.new_password)
    record(session, AuditAction.PASSWORD_CHANGED, now, by=row.id, cbo_id=row.cbo_id)
    return await sessions.renew(session, me, now)


async def change_email(session: AsyncSession, me: SignedIn, command: ChangeEmail, now: datetime) -> str:
    """Change the address for signing in; returns the token of the only session left."""
    row = await person(session, me.person.id)
    async with unique(session, invalid("email", say("There is already an account with this email address"))):
        row.email = command.email
    record(session, AuditAction.EMAIL_CHANGED, now, by=row.id, cbo_id=row.cbo_id)
    return await sessions.renew(session, me, now)

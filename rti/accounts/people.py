"""Adding, disabling and changing people."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.commands import AddPerson, ChangePassword, SaveMe
from rti.accounts.passwords import hash_password, password_matches, token_hash
from rti.accounts.policy import CBO, Person
from rti.accounts.tables import PersonRow, SignInRow
from rti.cbos.queries import not_locked
from rti.cbos.tables import CboRow
from rti.db import new_id, unique
from rti.errors import Fault, Invalid, NotFound, invalid, say


async def people(session: AsyncSession) -> Sequence[PersonRow]:
    """Everybody but the people of locked organisations, those who can sign in first."""
    order = (PersonRow.disabled_at.is_not(None), PersonRow.email)
    return (
        await session.scalars(select(PersonRow).where(not_locked(PersonRow.cbo_id)).order_by(*order))
    ).all()


async def person(session: AsyncSession, person_id: UUID) -> PersonRow:
    found = await session.scalar(
        select(PersonRow).where(PersonRow.id == person_id, not_locked(PersonRow.cbo_id))
    )
    if found is None:
        raise NotFound
    return found


async def add(session: AsyncSession, command: AddPerson, now: datetime) -> tuple[PersonRow, str]:
    """A new account and its start password, which is kept nowhere and can be shown once only."""
    faults = []
    if command.role in CBO and command.cbo_id is None:
        faults.append(Fault("cbo_id", say("Choose the organisation of this member")))
    if command.role not in CBO and command.cbo_id:
        faults.append(Fault("cbo_id", say("Only members of an organisation have one; leave it empty")))
    if command.cbo_id and await session.get(CboRow, command.cbo_id) is None:
        faults.append(Fault("cbo_id", say("Choose one from the list")))
    if faults:
        raise Invalid(*faults)
    password = secrets.token_urlsafe(15)
    async with unique(session, invalid("email", say("There is an account with this e-mail address already"))):
        row = PersonRow(
            id=new_id(),
            email=command.email,
            name=command.name,
            password_hash=hash_password(password),
            role=command.role,
            cbo_id=command.cbo_id,
            language=command.language,
            created_at=now,
        )
        session.add(row)
    return row, password


async def disable(session: AsyncSession, person_id: UUID, by: Person, now: datetime) -> None:
    """Nobody signs in to this account any more, and its sessions end at once."""
    row = await person(session, person_id)
    if row.id == by.id:
        raise invalid("person", say("You cannot disable your own account; ask another administrator"))
    row.disabled_at = row.disabled_at or now
    await session.execute(delete(SignInRow).where(SignInRow.person_id == row.id))


async def save_me(session: AsyncSession, me: Person, command: SaveMe) -> PersonRow:
    if command.hours_from >= command.hours_to:
        raise invalid("hours_to", say("Messages must end at a later hour than they begin"))
    row = await person(session, me.id)
    for name in SaveMe.__struct_fields__:
        setattr(row, name, getattr(command, name))
    return row


async def change_password(session: AsyncSession, me: Person, command: ChangePassword, token: str) -> None:
    """Set a new password; every session but the one with this token ends."""
    row = await person(session, me.id)
    if not password_matches(row.password_hash, command.old_password):
        raise invalid("old_password", say("This is not your present password"))
    if command.new_password == command.old_password:
        raise invalid("new_password", say("Choose a password that differs from the present one"))
    row.password_hash = hash_password(command.new_password)
    others = (SignInRow.person_id == row.id, SignInRow.token_hash != token_hash(token))
    await session.execute(delete(SignInRow).where(*others))

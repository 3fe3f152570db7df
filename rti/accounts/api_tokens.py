"""Tokens with which a program acts for a person: within a scope, until a day, shown once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.commands import AddToken
from rti.accounts.passwords import new_token, token_hash
from rti.accounts.sessions import API_TOKEN
from rti.audit.record import record
from rti.core.db import new_id
from rti.core.errors import NotFound
from rti.core.roles import Person
from rti.models.accounts import ApiTokenRow
from rti.models.audit import AuditAction


async def tokens_of(session: AsyncSession, person_id: UUID) -> Sequence[ApiTokenRow]:
    query = select(ApiTokenRow).where(ApiTokenRow.person_id == person_id).order_by(ApiTokenRow.created_at)
    return (await session.scalars(query)).all()


async def add(
    session: AsyncSession, person: Person, command: AddToken, now: datetime
) -> tuple[ApiTokenRow, str]:
    """A new token; only its hash is stored, so it can be shown only once."""
    token = API_TOKEN + new_token()
    row = ApiTokenRow(
        id=new_id(),
        token_hash=token_hash(token),
        person_id=person.id,
        name=command.name,
        scope=command.scope,
        created_at=now,
        expires_at=now + timedelta(days=command.days),
    )
    session.add(row)
    record(session, AuditAction.TOKEN_ADDED, now, about=row.id, cbo_id=person.cbo_id, scope=command.scope)
    await session.flush()
    return row, token


async def revoke(session: AsyncSession, person: Person, token_id: UUID, now: datetime) -> None:
    chosen = (ApiTokenRow.id == token_id, ApiTokenRow.person_id == person.id)
    if await session.scalar(delete(ApiTokenRow).where(*chosen).returning(ApiTokenRow.id)) is None:
        raise NotFound
    record(session, AuditAction.TOKEN_REVOKED, now, about=token_id, cbo_id=person.cbo_id)

"""Signing in and out: opaque tokens, ended after 30 idle minutes or 12 hours."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.passwords import NOBODY, new_token, password_matches, token_hash
from rti.accounts.policy import Person
from rti.accounts.tables import PersonRow, SignInRow
from rti.cbos.queries import not_locked
from rti.errors import invalid, say

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
_NOTED_EVERY = timedelta(minutes=1)


def person_of(row: PersonRow) -> Person:
    return Person(id=row.id, name=row.name, role=row.role, cbo_id=row.cbo_id, language=row.language)


async def sign_in(session: AsyncSession, email: str, password: str, now: datetime) -> tuple[str, Person]:
    """A new token and its person; a wrong name and a wrong password are told in the same words."""
    row = await session.scalar(
        select(PersonRow).where(
            PersonRow.email == email.strip().lower(),
            PersonRow.disabled_at.is_(None),
            not_locked(PersonRow.cbo_id),
        )
    )
    if not password_matches(row.password_hash if row else NOBODY, password) or row is None:
        raise invalid(
            "password",
            say("This e-mail address and password do not belong together; check both and try again"),
        )
    token = new_token()
    session.add(
        SignInRow(
            token_hash=token_hash(token),
            person_id=row.id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + LONGEST,
        )
    )
    return token, person_of(row)


async def find(session: AsyncSession, token: str, now: datetime) -> Person | None:
    """The person of a live session; being seen keeps it alive."""
    found = (
        await session.execute(
            select(PersonRow, SignInRow)
            .join(SignInRow, SignInRow.person_id == PersonRow.id)
            .where(
                SignInRow.token_hash == token_hash(token),
                SignInRow.expires_at > now,
                SignInRow.last_seen_at > now - IDLE,
                PersonRow.disabled_at.is_(None),
                not_locked(PersonRow.cbo_id),
            )
        )
    ).one_or_none()
    if found is None:
        return None
    person, signed_in = found
    if now - signed_in.last_seen_at > _NOTED_EVERY:
        await session.execute(
            update(SignInRow).where(SignInRow.token_hash == signed_in.token_hash).values(last_seen_at=now)
        )
    return person_of(person)


async def sign_out(session: AsyncSession, token: str) -> None:
    await session.execute(delete(SignInRow).where(SignInRow.token_hash == token_hash(token)))

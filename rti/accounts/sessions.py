"""Sessions: opaque tokens, ended after 30 idle minutes or 12 hours, and at once by every event that must end them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Text, delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.passwords import new_token, token_hash
from rti.audit.record import record
from rti.core.db import is_outage
from rti.core.errors import NotFound
from rti.core.roles import Person, SignInState, TokenScope, sign_in_state_of
from rti.models.accounts import ApiTokenRow, PersonRow, SignInRow
from rti.models.audit import AuditAction
from rti.models.cbos import not_locked

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
PROVED_FOR = timedelta(minutes=10)
"""How long after entering the password nobody has to enter it again (reauthentication)."""
API_TOKEN = "rti_"  # noqa: S105 -- the beginning of a token, by which secret scanners and we know it
_NOTED_EVERY = timedelta(minutes=1)

ACTIVE = (PersonRow.disabled_at.is_(None), not_locked(PersonRow.cbo_id))
"""What must hold of a person who signs in or is signed in, asked anew at every request."""
_FIND = text("SELECT CAST(who AS text) AS who FROM rti.enter(:token, :now, :since)").columns(who=Text)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, and how far. An API token has a scope and counts as no reauthentication."""

    person: Person
    token: str
    id: UUID
    standing: SignInState
    proved_at: datetime | None = None
    second_factor: bool = False
    scope: TokenScope | None = None
    last_seen_at: datetime | None = None

    def unnoted(self, now: datetime) -> bool:
        """Whether the use of the session should be recorded; never for an API token."""
        return self.last_seen_at is not None and now - self.last_seen_at > _NOTED_EVERY

    def recently_authenticated(self, now: datetime) -> bool:
        return self.proved_at is not None and now - self.proved_at < PROVED_FOR


def person_of(row: PersonRow) -> Person:
    return Person(id=row.id, name=row.name, role=row.role, cbo_id=row.cbo_id, language=row.language)


def _live(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return SignInRow.expires_at > now, SignInRow.last_seen_at > now - IDLE


async def open_session(
    session: AsyncSession, person_id: UUID, now: datetime, *, second_factor: bool = False
) -> str:
    """A new session and its token, for somebody who has just entered the password."""
    token = new_token()
    session.add(
        SignInRow(
            token_hash=token_hash(token),
            person_id=person_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + LONGEST,
            proved_at=now,
            second_factor_at=now if second_factor else None,
        )
    )
    return token


async def find(session: AsyncSession, token: str, now: datetime, *, demo: bool = False) -> SignedIn | None:
    """The person whose valid token it is; using a session keeps it alive."""
    values = {"token": token_hash(token), "now": now, "since": now - IDLE}
    who = await session.scalar(_FIND, values)
    return await seen(session, entered(who, token, demo=demo), now) if who else None


class Entered(msgspec.Struct, frozen=True):
    """What `rti.enter` returns about a valid session or token."""

    id: UUID
    person: Person
    enrolled: bool
    second_factor: bool
    proved_at: datetime | None
    last_seen_at: datetime | None
    scope: TokenScope | None


_read = msgspec.json.Decoder(Entered).decode


def entered(who: str | bytes, token: str, *, demo: bool) -> SignedIn:
    """Who asks, out of the JSON of `rti.enter`."""
    found = _read(who)
    standing = SignInState.COMPLETE
    if found.scope is None:
        standing = sign_in_state_of(
            found.person.role, enrolled=found.enrolled, shown=found.second_factor, demo=demo
        )
    return SignedIn(
        found.person,
        token,
        found.id,
        standing,
        found.proved_at,
        found.second_factor,
        found.scope,
        found.last_seen_at,
    )


async def seen(session: AsyncSession, me: SignedIn, now: datetime) -> SignedIn:
    """Record that a session was used; while nothing can be written, people can go on reading until it expires."""
    if me.unnoted(now):
        try:
            async with session.begin_nested():
                await session.execute(update(SignInRow).where(SignInRow.id == me.id).values(last_seen_at=now))
        except DBAPIError as fault:
            if not is_outage(fault):
                raise
    return me


async def person_before(session: AsyncSession, token: str) -> UUID | None:
    """The person whose session this was, even if it has timed out; None if somebody ended it."""
    query = select(SignInRow.person_id).where(SignInRow.token_hash == token_hash(token))
    return await session.scalar(query)


async def sessions_of(session: AsyncSession, person_id: UUID, now: datetime) -> Sequence[SignInRow]:
    """The live sessions of a person, the last seen first."""
    query = select(SignInRow).where(SignInRow.person_id == person_id, *_live(now))
    return (await session.scalars(query.order_by(SignInRow.last_seen_at.desc()))).all()


async def record_reauthentication(session: AsyncSession, me: SignedIn, now: datetime) -> None:
    await session.execute(update(SignInRow).where(SignInRow.id == me.id).values(proved_at=now))


async def complete(session: AsyncSession, me: SignedIn, now: datetime) -> str:
    """After the second factor: continue the session under a new token."""
    token = new_token()
    changed = {"token_hash": token_hash(token), "second_factor_at": now, "proved_at": now}
    gone = await session.scalar(
        update(SignInRow).where(SignInRow.id == me.id).values(changed).returning(SignInRow.id)
    )
    if gone is None:
        raise NotFound
    return token


async def renew(session: AsyncSession, me: SignedIn, now: datetime, *, enrolled: bool = False) -> str:
    """After a change of credentials: end every session, and give the person who changed them a new one."""
    await end_all(session, me.person.id)
    return await open_session(session, me.person.id, now, second_factor=enrolled or me.second_factor)


async def sign_out(session: AsyncSession, me: SignedIn, now: datetime) -> None:
    record(session, AuditAction.SIGNED_OUT, now, by=me.person.id, cbo_id=me.person.cbo_id)
    await session.execute(delete(SignInRow).where(SignInRow.id == me.id))


async def end(session: AsyncSession, person: Person, session_id: UUID, now: datetime) -> None:
    """End one session of a person."""
    chosen = (SignInRow.id == session_id, SignInRow.person_id == person.id)
    if await session.scalar(delete(SignInRow).where(*chosen).returning(SignInRow.id)) is None:
        raise NotFound
    record(session, AuditAction.SIGNED_OUT, now, about=session_id, cbo_id=person.cbo_id)


async def end_all(session: AsyncSession, person_id: UUID) -> None:
    """End every session and token of a person; each of their next requests is refused."""
    await session.execute(delete(SignInRow).where(SignInRow.person_id == person_id))
    await session.execute(delete(ApiTokenRow).where(ApiTokenRow.person_id == person_id))

"""Rate limits: a burst, then one call per interval.

Each key has a moment `free_at`, which every call postpones and which may lie only so far ahead (generic cell
rate algorithm, ITU-T I.371): one row for a key, however often it comes, and one count for all processes.
Keys are keyed hashes: the table reveals neither accounts nor addresses, and no visitor's address is known
here.
"""

import hashlib
import hmac
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, text
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import count_refusal
from rti.core.db import Database
from rti.core.errors import RateLimitExceeded, say
from rti.core.roles import Person
from rti.models.accounts import RateLimitRow
from rti.models.audit import AuditAction


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A `burst` of calls, then one each `interval`: in any hour at most the burst and those of an hour."""

    burst: int
    interval: timedelta

    @property
    def ahead(self) -> timedelta:
        """How far ahead `free_at` may lie for a call to be allowed now."""
        return self.interval * (self.burst - 1)


_TAKE = text("""
    INSERT INTO rate_limit AS a (key, free_at) VALUES (:key, CAST(:now AS timestamptz) + :every)
    ON CONFLICT (key) DO UPDATE SET free_at = greatest(a.free_at, :now) + :every
    WHERE a.free_at <= CAST(:now AS timestamptz) + :ahead
    RETURNING free_at
""")
_WAIT = text("SELECT free_at FROM rate_limit WHERE key = :key")
_GIVE_BACK = text("UPDATE rate_limit SET free_at = free_at - CAST(:every AS interval) WHERE key = :key")


def keyed(secret: str, *parts: str) -> bytes:
    """The key for `parts` (HMAC-SHA-256, RFC 2104)."""
    return hmac.new(secret.encode(), "\n".join(parts).encode(), hashlib.sha256).digest()


async def take(auth_database: Database, key: bytes, limit: RateLimit, now: datetime) -> timedelta | None:
    """Count a call, in a transaction of its own; None if it is allowed, else how long to wait."""
    values = {"key": key, "now": now, "every": limit.interval, "ahead": limit.ahead}
    if await auth_database.alone(_TAKE, values):
        return None
    ((free_at,),) = await auth_database.alone(_WAIT, {"key": key})
    wait: timedelta = free_at - limit.ahead - now
    return wait


async def give_back(session: AsyncSession, key: bytes, limit: RateLimit) -> None:
    await session.execute(_GIVE_BACK, {"key": key, "every": limit.interval})


async def forget(session: AsyncSession, now: datetime) -> None:
    """Delete counters that no longer limit anyone."""
    await session.execute(delete(RateLimitRow).where(RateLimitRow.free_at < now))


class LimitedCall(StrEnum):
    FIGURES = "figures"
    """Tables of statistics and comparisons, each of which reads every request that counts."""
    EXPORTS = "exports"
    """Files of all requests."""
    IMPORTS = "imports"
    """Files of up to 5,000 lines, also those that are only checked."""
    RECORDS = "records"
    """Requests filed, events recorded and documents attached, of which a copy is made."""
    OPENINGS = "openings"
    """Documents and identities opened: each is decrypted, and leaves the system."""
    CALENDARS = "calendars"
    """Days off and confirmed years, which move the dates of requests."""
    INVITATIONS = "invitations"
    """Links for new people and new passwords, which may go out as messages."""


_MINUTE = timedelta(minutes=1)
LIMITS: Mapping[LimitedCall, RateLimit] = {
    LimitedCall.FIGURES: RateLimit(300, timedelta(seconds=12)),
    LimitedCall.EXPORTS: RateLimit(30, 2 * _MINUTE),
    LimitedCall.IMPORTS: RateLimit(60, _MINUTE),
    LimitedCall.RECORDS: RateLimit(200, timedelta(seconds=18)),
    LimitedCall.OPENINGS: RateLimit(200, timedelta(seconds=18)),
    LimitedCall.CALENDARS: RateLimit(60, _MINUTE),
    LimitedCall.INVITATIONS: RateLimit(60, _MINUTE),
}


async def count_call(auth_database: Database, person: Person, call: LimitedCall, now: datetime) -> None:
    """Count a call before anything is done for it; raises RateLimitExceeded with the time to wait."""
    key = keyed(auth_database.secret, "costly", call, str(person.id))
    wait = await take(auth_database, key, LIMITS[call], now)
    if wait is None:
        return
    async with auth_database.transaction() as session:
        await count_refusal(session, AuditAction.CALLS_REFUSED, now, of=person, calls=call)
    message = say(
        "Too many requests. You can do this {count} times in a row, then you have to wait. Try again in "
        "{minutes} minutes",
        count=LIMITS[call].burst,
        minutes=math.ceil(wait / _MINUTE),
    )
    raise RateLimitExceeded(message, again_in=wait)

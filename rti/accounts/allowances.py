"""How often something may be done: so much at once, and then one in so much time.

Each key has a moment `free_at`, which every call puts off and which may lie only so far ahead (generic cell
rate algorithm, ITU-T I.371): one row for a key, however often it comes, and one count for all processes.
Keys are keyed hashes: the table tells neither accounts nor addresses, and no address of a visitor is known
here.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, text
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.tables import AllowanceRow
from rti.db import Database


@dataclass(frozen=True, slots=True)
class Allowance:
    """`at_once` calls, and then one `every` so often: in any hour no more than `at_once` and those of an hour."""

    at_once: int
    every: timedelta

    @property
    def ahead(self) -> timedelta:
        """How far ahead the next call may count and still come now."""
        return self.every * (self.at_once - 1)


_TAKE = text("""
    INSERT INTO allowance AS a (key, free_at) VALUES (:key, CAST(:now AS timestamptz) + :every)
    ON CONFLICT (key) DO UPDATE SET free_at = greatest(a.free_at, :now) + :every
    WHERE a.free_at <= CAST(:now AS timestamptz) + :ahead
    RETURNING free_at
""")
_WAIT = text("SELECT free_at FROM allowance WHERE key = :key")
_GIVE_BACK = text("UPDATE allowance SET free_at = free_at - CAST(:every AS interval) WHERE key = :key")


def keyed(secret: str, *parts: str) -> bytes:
    """The key of whatever the parts name (HMAC-SHA-256, RFC 2104)."""
    return hmac.new(secret.encode(), "\n".join(parts).encode(), hashlib.sha256).digest()


async def take(door: Database, key: bytes, allowance: Allowance, now: datetime) -> timedelta | None:
    """Count a call, in a transaction of its own; None where it may go on, else how long it has to wait."""
    values = {"key": key, "now": now, "every": allowance.every, "ahead": allowance.ahead}
    if await door.alone(_TAKE, values):
        return None
    ((free_at,),) = await door.alone(_WAIT, {"key": key})
    wait: timedelta = free_at - allowance.ahead - now
    return wait


async def give_back(session: AsyncSession, key: bytes, allowance: Allowance) -> None:
    await session.execute(_GIVE_BACK, {"key": key, "every": allowance.every})


async def forget(session: AsyncSession, now: datetime) -> None:
    """Drop the counts that count no more."""
    await session.execute(delete(AllowanceRow).where(AllowanceRow.free_at < now))

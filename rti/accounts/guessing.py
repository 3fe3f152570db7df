"""How often somebody may guess: a delay instead of a lock (ASVS 5.0, 6.3.1).

Each key has a moment `free_at`, which every guess puts off by twelve minutes and which may lie at most
four guesses ahead (generic cell rate algorithm, ITU-T I.371). So five guesses can come at once and then one
in twelve minutes: never more than ten within an hour. A guess that was right is given back.

Whoever guesses from a device that signed in before has a key of its own (OWASP, device cookies), so that
strangers can guess at an account without keeping its owner out. Keys are keyed hashes: the table tells
neither accounts nor addresses, and no address of a visitor is known here.
"""

import hashlib
import hmac
import math
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, text
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.tables import GuessRow
from rti.errors import Fault, TooOften, say

EVERY = timedelta(minutes=12)
AT_ONCE = 5
_AHEAD = EVERY * (AT_ONCE - 1)

_TAKE = text("""
    INSERT INTO guess AS g (key, free_at) VALUES (:key, CAST(:now AS timestamptz) + :every)
    ON CONFLICT (key) DO UPDATE SET free_at = greatest(g.free_at, :now) + :every
    WHERE g.free_at <= CAST(:now AS timestamptz) + :ahead
    RETURNING free_at
""")
_WAIT = text("SELECT free_at FROM guess WHERE key = :key")
_GIVE_BACK = text("UPDATE guess SET free_at = free_at - CAST(:every AS interval) WHERE key = :key")


def _keyed(secret: str, *parts: str) -> bytes:
    return hmac.new(secret.encode(), "\n".join(("guess", *parts)).encode(), hashlib.sha256).digest()


def new_device(secret: str, email: str) -> str:
    """What a device keeps to be known again for one account; worth nothing without the password."""
    nonce = secrets.token_urlsafe(16)
    return f"{nonce}.{_keyed(secret, 'device', nonce, email).hex()}"


def key_of(secret: str, email: str, device: str) -> bytes:
    """The key under which a guess at an account counts: of the device if it is known, else of all strangers."""
    nonce, _, proof = device.partition(".")
    known = hmac.compare_digest(proof.encode(), _keyed(secret, "device", nonce, email).hex().encode())
    return _keyed(secret, "known", nonce, email) if known else _keyed(secret, "stranger", email)


def key_of_person(secret: str, what: str, person_id: object) -> bytes:
    """The key of guesses by somebody who signed in already, such as at the second factor."""
    return _keyed(secret, what, str(person_id))


async def take(session: AsyncSession, key: bytes, now: datetime, field: str) -> None:
    """Count a guess before it is looked at; raises TooOften, in which case it must not be looked at."""
    values = {"key": key, "now": now, "every": EVERY}
    if await session.scalar(_TAKE, {**values, "ahead": _AHEAD}) is None:
        free_at: datetime = (await session.execute(_WAIT, {"key": key})).scalar_one()
        minutes = math.ceil((free_at - _AHEAD - now) / timedelta(minutes=1))
        raise TooOften(
            Fault(field, say("Too many wrong tries. Wait {minutes} minutes, then try again", minutes=minutes))
        )


async def give_back(session: AsyncSession, key: bytes) -> None:
    await session.execute(_GIVE_BACK, {"key": key, "every": EVERY})


async def forget(session: AsyncSession, now: datetime) -> None:
    """Drop the counts that count no more."""
    await session.execute(delete(GuessRow).where(GuessRow.free_at < now))

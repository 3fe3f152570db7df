"""Sign-in throttling: a delay instead of a lock (ASVS 5.0, 6.3.1).

Five guesses are allowed at once, then one every twelve minutes: never more than ten in an hour. A guess
that was right is given back.

Whoever guesses from a device that signed in before has a key of its own (OWASP, device cookies), so that
strangers can guess at an account without keeping its owner out.
"""

import hmac
import math
import secrets
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts import rate_limits
from rti.accounts.rate_limits import RateLimit
from rti.audit.record import count_refusal
from rti.core.db import Database
from rti.core.errors import Fault, TooManyAttempts, say
from rti.core.roles import Person
from rti.models.accounts import PersonRow
from rti.models.audit import AuditAction

GUESSES = RateLimit(burst=5, interval=timedelta(minutes=12))


def _keyed(secret: str, *parts: str) -> bytes:
    return rate_limits.keyed(secret, "guess", *parts)


def new_device(secret: str, email: str) -> str:
    """The cookie by which a device is recognised for one account; useless without the password."""
    nonce = secrets.token_urlsafe(16)
    return f"{nonce}.{_keyed(secret, 'device', nonce, email).hex()}"


def is_known(secret: str, email: str, device: str) -> bool:
    """Whether somebody signed in to the account from the device before."""
    nonce, _, proof = device.partition(".")
    return hmac.compare_digest(proof.encode(), _keyed(secret, "device", nonce, email).hex().encode())


def key_of(secret: str, email: str, device: str) -> bytes:
    """The key under which a guess at an account counts: of the device if it is known, else of all strangers."""
    if is_known(secret, email, device):
        return _keyed(secret, "known", device.partition(".")[0], email)
    return _keyed(secret, "stranger", email)


def key_of_person(secret: str, what: str, person_id: object) -> bytes:
    """The key of guesses by somebody who signed in already, such as at the second factor."""
    return _keyed(secret, what, str(person_id))


async def take(
    auth_database: Database,
    key: bytes,
    now: datetime,
    field: str,
    *,
    at: Person | PersonRow | None,
    step: str,
) -> None:
    """Count a guess before it is checked; raises TooManyAttempts, in which case it must not be checked.

    `at` is whose account it is, if there is one; `step` is what is guessed.
    """
    wait = await rate_limits.take(auth_database, key, GUESSES, now)
    if wait is None:
        return
    async with auth_database.transaction() as session:
        await count_refusal(session, AuditAction.GUESSES_REFUSED, now, of=at, step=step)
    minutes = math.ceil(wait / timedelta(minutes=1))
    message = say("Too many failed attempts. Try again in {minutes} minutes", minutes=minutes)
    raise TooManyAttempts(Fault(field, message), again_in=wait)


async def give_back(session: AsyncSession, key: bytes) -> None:
    await rate_limits.give_back(session, key, GUESSES)

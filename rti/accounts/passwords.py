"""Passwords and tokens (Argon2id: RFC 9106; tokens: 256 random bits, of which SHA-256 is stored)."""

import asyncio
import hashlib
import re
import secrets
from base64 import b64encode
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from heapq import heappop, heappush
from itertools import count

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

from rti.core.errors import Message, Unavailable, say

_HASHER = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=2)
AT_ONCE, MOST_WAITING = 2, 100
"""Hashes computed at the same time, so that many sign-ins take at most 128 MiB and slow nobody else, and how many may wait."""
_HASHING = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="hashing")

_SALT, _TAG = (
    b64encode(secrets.token_bytes(n)).decode().rstrip("=") for n in (_HASHER.salt_len, _HASHER.hash_len)
)
NOBODY = f"$argon2id$v={ARGON2_VERSION}$m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}${_SALT}${_TAG}"
"""Reads as a hash of today's parameters, and nothing matches it: an unknown name costs as much time as a wrong password."""

SHORTEST, LONGEST = 15, 256
"""Characters of a password (NIST SP 800-63B-4, 3.1.1.2)."""
FEWEST_GUESSES = 10**8
_LOOKED_AT = 72
_BETWEEN = re.compile(r"[\s!-/:-@\[-`{-~]")
"""What people put between words; it makes a name no harder to guess."""
_OURS = ("rti", "information", "requests", "cambodia", "campaign")


def hash_password(password: str) -> str:
    return _HASHER.hash(password)


def password_matches(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


class _Line:
    """The queue for hashes: known devices first, otherwise in order of arrival."""

    def __init__(self) -> None:
        self._at_work, self._numbers = 0, count()
        self._waiting: list[tuple[bool, int, asyncio.Future[None]]] = []

    def __len__(self) -> int:
        return len(self._waiting)

    @asynccontextmanager
    async def turn(self, *, known: bool) -> AsyncIterator[None]:
        if self._at_work < AT_ONCE:
            self._at_work += 1
        else:
            mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            heappush(self._waiting, (not known, next(self._numbers), mine))
            try:
                await mine
            except asyncio.CancelledError:
                if not mine.cancelled():
                    self._pass_on()
                raise
        try:
            yield
        finally:
            self._pass_on()

    def _pass_on(self) -> None:
        """Give the place to the next in the queue who is still waiting."""
        while self._waiting:
            *_, turn = heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._at_work -= 1


_line = _Line()


def require_room() -> None:
    """Limit the queue of strangers; raises Unavailable."""
    if len(_line) >= MOST_WAITING:
        raise Unavailable(say("Very many people are signing in right now. Try again in a minute"))


async def hashed(password: str) -> str:
    """`hash_password` off the event loop."""
    async with _line.turn(known=True):
        return await asyncio.get_running_loop().run_in_executor(_HASHING, hash_password, password)


async def matches(stored: str, password: str, *, known: bool = True) -> bool:
    """`password_matches` off the event loop; those who are not `known` let the others go first."""
    async with _line.turn(known=known):
        return await asyncio.get_running_loop().run_in_executor(_HASHING, password_matches, stored, password)


def outdated(stored: str) -> bool:
    """Whether the hash has other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def too_easy(password: str, about: Iterable[str]) -> Message | None:
    """What is wrong with a new password of good length, or None.

    Passwords that were seen in breaches, repetitions, and what is known of the account (`about`) are
    counted as few guesses (zxcvbn, Wheeler 2016); there is no rule about kinds of characters.
    """
    from zxcvbn import zxcvbn

    words = [part for text in about for part in (_BETWEEN.sub("", text), *_BETWEEN.split(text))]
    known = [word.lower() for word in (*words, *_OURS) if word]
    bare = _BETWEEN.sub("", password).lower()[:_LOOKED_AT]
    if not bare or zxcvbn(bare, user_inputs=known)["guesses"] < FEWEST_GUESSES:
        return say(
            "This password is easy to guess: it repeats itself, is widely used, or contains your name or email "
            "address. Use a few unrelated words instead"
        )
    return None


def new_token() -> str:
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()

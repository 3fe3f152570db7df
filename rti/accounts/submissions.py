"""Idempotent submissions: the first takes the key, and a second one gets the response of the first.

The key is stored in the transaction of the action, so that both are kept or neither; the second waits
for the end of the first, because a key is unique (PostgreSQL, INSERT ... ON CONFLICT).
"""

import hashlib
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts import personal_encryption
from rti.core.cipher import Unreadable
from rti.core.errors import Conflict, say
from rti.core.roles import Person
from rti.models.accounts import SubmissionRow

MOST_KEPT = 200_000
"""Bytes of the largest response that is stored to be repeated."""
_PURPOSE = "answer"


class KeptAnswer(msgspec.Struct, frozen=True):
    """A stored response."""

    status: int
    media_type: str
    headers: dict[str, str]
    body: bytes


class Submission(msgspec.Struct, frozen=True):
    """One submission by one person: its key, and a digest of its content."""

    person: Person
    key: bytes
    content: bytes


def submission(person: Person, key: str, where: str, content: bytes) -> Submission:
    """`where` is the route; the same key elsewhere is a different one."""
    digest = hashlib.sha256(f"{where}\n{key}".encode()).digest()
    return Submission(person, digest, hashlib.sha256(content).digest())


async def take(session: AsyncSession, sent: Submission, secret: str, now: datetime) -> KeptAnswer | None:
    """Take the key, or return the response that was given under it.

    Raises Conflict where that was too large to keep, or the key was used for something else.
    """
    values = {"person_id": sent.person.id, "key": sent.key, "content": sent.content, "sent_at": now}
    taken = insert(SubmissionRow).values(values).on_conflict_do_nothing().returning(SubmissionRow.key)
    if await session.scalar(taken):
        return None
    stored = select(SubmissionRow.content, SubmissionRow.answer).where(*_of(sent))
    content, answer = (await session.execute(stored)).one()
    if content != sent.content:
        raise Conflict(say("This key was used before, for something else. Use a new key for each call"))
    if answer is None:
        raise Conflict(say("This was done already"))
    try:
        plain = personal_encryption.decrypt(secret, _PURPOSE, sent.person.id, answer)
    except Unreadable:
        raise Conflict(say("This was done already")) from None
    return msgspec.msgpack.decode(plain, type=KeptAnswer)


async def keep(session: AsyncSession, sent: Submission, answer: KeptAnswer, secret: str) -> None:
    """Store the response; a refusal frees the key, because nothing was done."""
    if answer.status >= 400:
        await session.execute(delete(SubmissionRow).where(*_of(sent)))
    elif len(answer.body) <= MOST_KEPT:
        plain = msgspec.msgpack.encode(answer)
        sealed = personal_encryption.encrypt(secret, _PURPOSE, sent.person.id, plain)
        await session.execute(update(SubmissionRow).where(*_of(sent)).values(answer=sealed))


def _of(sent: Submission) -> tuple[ColumnElement[bool], ...]:
    return SubmissionRow.person_id == sent.person.id, SubmissionRow.key == sent.key

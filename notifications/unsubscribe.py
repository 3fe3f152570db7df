"""Unsubscribing from digests in one click (RFC 8058), without signing in: the address is the proof.

It belongs to a person and not to a message, so that it works however old the message is.
"""

import hashlib
import hmac
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.core.errors import NotFound
from rti.models.accounts import PersonRow
from rti.models.audit import AuditAction


def address(base: str, person_id: UUID, secret: str) -> str:
    return f"{base}/unsubscribe/{person_id.hex}{_proof(person_id, secret)}"


def person_of(token: str, secret: str) -> UUID:
    """The person that the address belongs to; raises NotFound for an address that is not ours."""
    try:
        person_id = UUID(hex=token[:32])
    except ValueError:
        raise NotFound from None
    if not hmac.compare_digest(token[32:].encode(), _proof(person_id, secret).encode()):
        raise NotFound
    return person_id


async def unsubscribe(session: AsyncSession, person_id: UUID, now: datetime) -> None:
    """Send the person no more messages, until they ask for them again."""
    written_to = (PersonRow.id == person_id, PersonRow.wants_reminders)
    ended = update(PersonRow).where(*written_to).values(wants_reminders=False).returning(PersonRow.cbo_id)
    for cbo_id in await session.scalars(ended):
        record(
            session, AuditAction.SETTINGS_CHANGED, now, by=person_id, cbo_id=cbo_id, changed="wants_reminders"
        )


def _proof(person_id: UUID, secret: str) -> str:
    return hmac.new(secret.encode(), b"unsubscribe" + person_id.bytes, hashlib.sha256).hexdigest()[:32]

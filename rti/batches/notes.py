"""The note of a batch, encrypted with the key of its organisation."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rti.batches.commands import NoteBatch
from rti.batches.queries import batch_of
from rti.core.errors import Forbidden
from rti.core.roles import Person
from rti.encryption.data_keys import keys_to_encrypt
from rti.models.batches import BatchRow
from rti.requests.requester import is_hidden


async def keep_note(
    session: AsyncSession, person: Person, batch_id: UUID, command: NoteBatch, now: datetime
) -> None:
    """Replace the note; raises NotFound, and Forbidden for a sealed batch of others."""
    batch = await batch_of(session, person, batch_id)
    if is_hidden(person, batch):
        raise Forbidden
    keys = await keys_to_encrypt(session, batch.cbo_id, now)
    batch.note = keys.encrypt_text(BatchRow.note, batch.id, command.note)

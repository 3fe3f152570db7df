"""A drill: the newest backup is restored into a temporary server and examined."""

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.verify import check
from rti.backups.folder import Place, keys_for
from rti.backups.restore import restore
from rti.core import embedded_postgres
from rti.core.db import Database
from rti.core.errors import BackupFailed, NotReady, say
from rti.core.keyring import Keyring
from rti.encryption.data_keys import keys_to_decrypt
from rti.models.requests import DocumentContentRow, DocumentRow
from rti.requests.evidence import as_it_came
from rti.row_security.apply import require


@dataclass(frozen=True, slots=True)
class Drilled:
    """What was verified: rows, and documents that were opened and matched their digest on arrival."""

    rows: int
    documents: int
    opened: int

    def __str__(self) -> str:
        return f"{self.rows:,} rows, {self.opened:,} of {self.documents:,} documents opened"


async def drill(place: Place, identity: Path, keyring: Keyring, now: datetime) -> Drilled:
    """Restore a backup for a while and examine it; raises BackupFailed with what is wrong.

    Without the key file nothing that is encrypted can be opened; that every row is there as it was is
    verified all the same.
    """
    with (
        tempfile.TemporaryDirectory(prefix="rti-drill-") as scratch,
        embedded_postgres.server(Path(scratch) / "postgres", keep=False) as running,
    ):
        running.psql("CREATE DATABASE drill")
        database = Database(embedded_postgres.url_of(running, "drill"), pool_size=2, keyring=keyring)
        try:
            restored = await restore(database, place.rows, keys_for(place.rows), identity, now)
            await _require(database)
            async with database.transaction() as session:
                audited = await check(session, now.date())
                if not audited.well:
                    raise BackupFailed(say("Audit log: {faults}", faults="; ".join(audited.faults)))
                documents, opened = await _documents(session)
        finally:
            await database.close()
    return Drilled(restored.manifest.rows + restored.keys, documents, opened)


async def _require(database: Database) -> None:
    """Require that the database matches its declaration."""
    try:
        await require(database)
    except NotReady as fault:
        raise BackupFailed(say("After restoring: {faults}", faults=fault)) from None


async def _documents(session: AsyncSession) -> tuple[int, int]:
    """How many documents there are and how many could be opened; raises BackupFailed for one that has changed.

    Those that are known to have changed are left out, and those of locked organisations stay closed.
    """
    documents = opened = 0
    for cbo_id in await session.scalars(select(DocumentRow.cbo_id).distinct()):
        keys = await keys_to_decrypt(session, cbo_id)
        known_good = select(DocumentRow.id, DocumentRow.sha256).where(
            DocumentRow.cbo_id == cbo_id, DocumentRow.altered_at.is_(None)
        )
        for document_id, sha256 in (await session.execute(known_good)).all():
            documents += 1
            content = DocumentContentRow.content
            sealed = await session.scalar(
                select(content).where(DocumentContentRow.document_id == document_id)
            )
            if sealed is None or not keys.can_encrypt:
                continue
            if as_it_came(keys, content, document_id, sealed, sha256) is None:
                raise BackupFailed(say("Document {document} is not as it was received", document=document_id))
            opened += 1
    return documents, opened

"""Fixity: each document is opened and hashed again once a week, and reported when it is damaged.

On the way a copy that is missing, or no longer the one that was made, is made from the original, with what was
redacted hidden as before, and so is one without its small picture, and one of a PDF that lacks its form; and where
there is a virus scanner it is asked, for what it knows grows. New documents are due at once.
"""

from collections import Counter
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import Database
from rti.encryption.data_keys import kept_keys, keyring, opened_keys
from rti.files.antivirus import ScannerAway
from rti.jobs.leases import take
from rti.models.audit import AuditAction
from rti.models.cbos import CboRow
from rti.models.documents import DocumentPreviewRow
from rti.models.requests import DocumentContentRow, DocumentCopyRow, DocumentRow
from rti.requests.copies import lacks_form, make_copy
from rti.requests.evidence import (
    CHECKED_EVERY,
    Stored,
    as_it_came,
    record_altered,
    record_document_action,
    scan,
)

CLOSED_FOR = timedelta(days=1)
"""How long until a document that could not be opened is checked again."""
ALARM_FOR = timedelta(hours=1)
"""How long until an altered document is checked again, so that the alarm ends soon after it is restored."""
AT_ONCE = 20
"""Documents per run, of at most 25 MB each; a run every minute is 200,000 a week."""


class Found(StrEnum):
    """How a document was found; those of an organisation that is locked or shredded stay closed.

    `UNSCANNED` is one that is whole, while the scanner does not answer; it stays due.
    """

    WHOLE = "whole"
    ALTERED = "altered"
    CLOSED = "closed"
    UNSCANNED = "unscanned"


def words(found: Counter[Found]) -> str:
    return ", ".join(f"{count} {how}" for how, count in sorted(found.items()))


async def check_some(database: Database, clamd: str, now: datetime) -> Counter[Found]:
    """Check the documents that are due, the longest overdue first, each in a transaction of its own.

    All are put off first: what cannot be looked at keeps nobody waiting, and nobody else takes them too.
    """
    due = select(DocumentRow.id).where(DocumentRow.next_check_at <= now)
    first = due.order_by(DocumentRow.next_check_at).limit(AT_ONCE)
    put_off = take(DocumentRow, first, next_check_at=now + CLOSED_FOR).returning(DocumentRow.id)
    async with database.transaction() as session:
        waiting = list(await session.scalars(put_off))
    found: Counter[Found] = Counter()
    # While the scanner is away each question may take its whole patience, and the job must not fall silent.
    while waiting and not found[Found.UNSCANNED]:
        async with database.transaction() as session:
            found[await check(session, waiting.pop(0), clamd, now)] += 1
    if waiting:
        async with database.transaction() as session:
            left = update(DocumentRow).where(DocumentRow.id.in_(waiting))
            await session.execute(left.values(next_check_at=now))
    return found


async def check(session: AsyncSession, document_id: UUID, clamd: str, now: datetime) -> Found:
    """Open a document and its copy, and record their state."""
    # One statement, so that a key renewed or destroyed meanwhile makes nothing look altered.
    query = (
        select(DocumentRow, DocumentContentRow.content, DocumentCopyRow, CboRow.shredded_at)
        .add_columns(DocumentPreviewRow.document_id)
        .add_columns(kept_keys(DocumentRow.cbo_id))
        .join(CboRow, CboRow.id == DocumentRow.cbo_id)
        .outerjoin(DocumentContentRow, DocumentContentRow.document_id == DocumentRow.id)
        .outerjoin(DocumentCopyRow, DocumentCopyRow.document_id == DocumentRow.id)
        .outerjoin(DocumentPreviewRow, DocumentPreviewRow.document_id == DocumentRow.id)
        .where(DocumentRow.id == document_id)
        # The command may be checking the same document; a finding is recorded once.
        .with_for_update(key_share=True, of=DocumentRow)
    )
    document, sealed, copy, shredded_at, previewed, kept = (await session.execute(query)).one()
    keys = opened_keys(keyring(session), document.cbo_id, kept)
    if not keys.can_encrypt:
        document.next_check_at = None if shredded_at else now + CLOSED_FOR
        document.altered_at = None if shredded_at else document.altered_at
        return Found.CLOSED
    content = as_it_came(keys, DocumentContentRow.content, document.id, sealed, document.sha256)
    shown = copy and as_it_came(keys, DocumentCopyRow.content, document.id, copy.content, copy.sha256)
    altered: list[type[Stored]] = [DocumentContentRow] if content is None else []
    if copy and shown is None:
        altered.append(DocumentCopyRow)
    if document.altered_at is None:
        for table in altered:
            record_altered(session, document, table, now)
    renewed = copy is not None and not copy.redactions and lacks_form(copy)
    whole = content is not None and (
        (shown is not None and previewed is not None and not renewed)
        or await make_copy(session, document, content, now)
        or shown is not None
        or copy is None
    )
    if whole and (altered or document.altered_at):
        record_document_action(session, document, AuditAction.DOCUMENT_WHOLE, now)
    document.altered_at = None if whole else document.altered_at or now
    document.next_check_at = now + (CHECKED_EVERY if whole else ALARM_FOR)
    if content is not None:
        try:
            await scan(session, document, content, clamd, now)
        except ScannerAway:
            document.next_check_at = now
            return Found.UNSCANNED if whole else Found.ALTERED
    return Found.WHOLE if whole else Found.ALTERED

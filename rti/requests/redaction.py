"""Hiding parts of documents from everybody except those who may open the originals.

A rule is given for one document or for several, what it hits is shown first, and what is hidden is never shown again:
it goes into every copy that is made of the document from then on. The original stays as it came.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from rti.core.db import new_id
from rti.core.errors import Altered, Conflict, Fault, Invalid, NotFound, Problem, Quarantined, invalid, say
from rti.core.roles import Person
from rti.encryption.data_keys import DataKeys, keys_to_decrypt, keys_to_encrypt
from rti.files.answers import MOST_PAGES, Hits, Mark, Rule
from rti.files.sandbox import Copy, find, page_of
from rti.models.audit import AuditAction
from rti.models.batches import BatchBodyRow
from rti.models.documents import RedactionRow
from rti.models.requests import DocumentContentRow, DocumentCopyRow, DocumentRow, RequestRow
from rti.requests.commands import Redact
from rti.requests.copies import make_copy
from rti.requests.evidence import NO_COPY, as_it_came, copy_to_show, document_of, record_document_action
from rti.requests.queries import visible
from rti.requests.requester import is_hidden, not_hidden_from

MOST_DOCUMENTS = 20
"""At once, with `MOST_PAGES` together: somebody has to look at what is hit."""
MOST_LISTED = 200
"""Documents of a request or batch to choose from."""


@dataclass(frozen=True, slots=True)
class Redactable:
    """A document that has a copy, with its request."""

    id: UUID
    request_id: UUID
    reference: str
    file_name: str | None
    media_type: str
    redacted: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """The matches of a rule in a document: the pages, and the pages without text to search."""

    document: Redactable
    hits: Hits
    marks: Sequence[Mark]

    @property
    def pages(self) -> Mapping[int, Sequence[Mark]]:
        """The pages with matches."""
        numbers = dict.fromkeys(sorted(mark.page for mark in self.marks))
        return {number: [mark for mark in self.marks if mark.page == number] for number in numbers}


async def redactable(
    session: AsyncSession,
    person: Person,
    *,
    documents: Sequence[UUID] = (),
    request_id: UUID | None = None,
    batch_id: UUID | None = None,
) -> list[Redactable]:
    """Those of the documents, the request or the batch that have a copy and that the person may redact."""
    query = (
        visible(person)
        .join(DocumentRow, DocumentRow.request_id == RequestRow.id)
        .join(DocumentCopyRow, DocumentCopyRow.document_id == DocumentRow.id)
        .where(not_hidden_from(person))
    )
    if request_id:
        query = query.where(RequestRow.id == request_id)
    elif batch_id:
        of_batch = select(BatchBodyRow.request_id).where(BatchBodyRow.batch_id == batch_id)
        query = query.where(RequestRow.id.in_(of_batch))
    else:
        query = query.where(DocumentRow.id.in_(documents))
    columns = (RequestRow.reference, DocumentRow, DocumentCopyRow.media_type, DocumentCopyRow.redactions)
    rows = await session.execute(
        query.with_only_columns(*columns).order_by(RequestRow.reference, DocumentRow.id).limit(MOST_LISTED)
    )
    found = []
    keys: dict[UUID, DataKeys] = {}
    for reference, document, media_type, redactions in rows.all():
        if document.cbo_id not in keys:
            keys[document.cbo_id] = await keys_to_decrypt(session, document.cbo_id)
        name = keys[document.cbo_id].text(DocumentRow.file_name, document.id, document.file_name)
        found.append(
            Redactable(document.id, document.request_id, reference, name, media_type, redactions > 0)
        )
    return found


async def shown_page(
    session: AsyncSession,
    person: Person,
    request_id: UUID,
    document_id: UUID,
    page: int,
    marks: Sequence[Mark],
    now: datetime,
) -> bytes | Problem:
    """A page of a copy as a JPEG, as it looks with the marks; raises NotFound where there is none.

    What has no copy to be shown has a first page all the same, for which it raises Conflict.
    """
    found = await copy_to_show(session, person, request_id, document_id, now)
    if isinstance(found, Problem):
        return found
    if found is None and page == 1:
        raise Conflict(NO_COPY)
    picture = await page_of(Copy(found.content, found.media_type), page, marks) if found else None
    if picture is None:
        raise NotFound
    return picture


async def pages_in(session: AsyncSession, person: Person, document: Redactable, now: datetime) -> int:
    """How many pages its copy has, as far as they are shown; 0 where there is none to be shown."""
    found = await copy_to_show(session, person, document.request_id, document.id, now)
    if found is None or isinstance(found, Altered | Quarantined):
        return 0
    hits = await find(Copy(found.content, found.media_type), Rule())
    return hits.pages if hits else MOST_PAGES


async def hits_of(session: AsyncSession, person: Person, command: Redact, now: datetime) -> list[Preview]:
    """The matches of a rule, document by document; raises Invalid if it cannot be applied to all of them."""
    check(command)
    chosen = await redactable(session, person, documents=await _with_twins(session, command.documents))
    if not set(command.documents) <= {each.id for each in chosen}:
        raise NotFound
    previews: list[Preview] = []
    rule = Rule(words=tuple(command.words), phones=command.phones)
    for each in chosen:
        found = await copy_to_show(session, person, each.request_id, each.id, now)
        if found is None or isinstance(found, Altered | Quarantined):
            raise invalid(
                "documents", say("There is no copy of {name} that could be redacted", name=_named(each))
            )
        hits = await find(Copy(found.content, found.media_type), rule)
        if hits is None or hits.pages + sum(before.hits.pages for before in previews) > MOST_PAGES:
            raise invalid(
                "documents", say("Choose documents of at most {count} pages together", count=MOST_PAGES)
            )
        previews.append(Preview(each, hits, [*hits.marks, *_given(command, hits.pages)]))
    return previews


async def _with_twins(session: AsyncSession, documents: Sequence[UUID]) -> Sequence[UUID]:
    """The documents with those of the same requests that are the same file."""
    twin = aliased(DocumentRow)
    same = and_(twin.request_id == DocumentRow.request_id, twin.sha256 == DocumentRow.sha256)
    query = select(twin.id).join(DocumentRow, same).where(DocumentRow.id.in_(documents)).distinct()
    return (await session.scalars(query)).all()


def _named(document: Redactable) -> str:
    return document.file_name or document.reference


def _given(command: Redact, pages: int) -> Iterator[Mark]:
    """What was drawn and what is erased, of the pages that a document has."""
    for number in sorted(set(command.erased)):
        if number <= pages:
            yield Mark(number)
    for box in command.boxes:
        if box.page <= pages:
            yield Mark(box.page, (box.left, box.top, box.right, box.bottom))


def check(command: Redact) -> None:
    """Raises Invalid for a rule that hides nothing, or too much at once."""
    faults = [
        Fault(
            f"boxes[{place}].right", say("The right and the bottom must be greater than the left and the top")
        )
        for place, box in enumerate(command.boxes)
        if box.left >= box.right or box.top >= box.bottom
    ]
    if not (command.boxes or command.erased or command.words or command.phones):
        faults.append(Fault("words", say("Choose what to hide: a box, a page, words or telephone numbers")))
    if not 1 <= len(set(command.documents)) <= MOST_DOCUMENTS:
        faults.append(Fault("documents", say("Choose 1 to {count} documents", count=MOST_DOCUMENTS)))
    if faults:
        raise Invalid(*faults)


async def redact(session: AsyncSession, person: Person, command: Redact, now: datetime) -> list[Preview]:
    """Hide the matches of a rule; returns the documents that had any."""
    if not command.reason:
        raise invalid("reason", say("This is required"))
    previews = [each for each in await hits_of(session, person, command, now) if each.marks]
    if not previews:
        raise invalid("words", say("Nothing in these documents matches"))
    for each in previews:
        await _redact(session, person, each, command.reason, now)
    return previews


async def _redact(session: AsyncSession, person: Person, hit: Preview, reason: str, now: datetime) -> None:
    request, document = await document_of(session, person, hit.document.request_id, hit.document.id)
    if is_hidden(person, request):
        raise NotFound
    # The weekly look makes copies, too: one after the other.
    await session.refresh(document, with_for_update=True)
    keys = await keys_to_encrypt(session, document.cbo_id, now)
    stored = await session.get_one(DocumentContentRow, document.id)
    content = as_it_came(keys, DocumentContentRow.content, document.id, stored.content, document.sha256)
    row = RedactionRow(
        id=new_id(),
        cbo_id=document.cbo_id,
        document_id=document.id,
        marks=msgspec.to_builtins(hit.marks),
        redacted_at=now,
        redacted_by=person.id,
    )
    row.reason = keys.encrypt_text(RedactionRow.reason, row.id, reason) or b""
    session.add(row)
    await session.flush()
    if content is None or not await make_copy(session, document, content, now):
        raise Conflict(say("{name} could not be redacted; nothing was changed", name=_named(hit.document)))
    pages = ", ".join(map(str, hit.pages))
    record_document_action(session, document, AuditAction.DOCUMENT_REDACTED, now, pages=pages)

"""The requester: stored encrypted, shown to the organisation's own people, opened for staff who give a reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.core.attributes import assign
from rti.core.db import new_id
from rti.core.errors import Forbidden, invalid, say
from rti.core.roles import Person
from rti.core.wallclock import HOME_ZONE, day_of, start_of
from rti.encryption.data_keys import DataKeys, keys_to_decrypt, keys_to_encrypt
from rti.models.audit import AuditAction
from rti.models.cbos import CboRow
from rti.models.requests import Filing, IdentityOpeningRow, RequesterRow, RequestRow
from rti.requests.commands import OpenSealed, SaveRequester

SHORTEST_PURPOSE = 10
"""Letters: enough for a sentence, and more than a key held down by chance."""


@dataclass(frozen=True, slots=True)
class Requester:
    """The requester, as far as recorded and readable."""

    name: str | None
    phone: str | None
    address: str | None
    note: str | None


_PARTS = tuple(each.name for each in fields(Requester))


@dataclass(frozen=True, slots=True)
class Opening:
    """An opening of encrypted data; without a document, of the requester."""

    by: str
    at: datetime
    purpose: str | None
    document_id: UUID | None


@dataclass(frozen=True, slots=True)
class Identity:
    """What an opening shows: which organisation asks, and who."""

    cbo: CboRow
    requester: Requester | None


class OfCbo(Protocol):
    """A request, as it is stored or as it was read."""

    @property
    def cbo_id(self) -> UUID: ...

    @property
    def filing(self) -> Filing: ...


def is_own(person: Person, request: OfCbo) -> bool:
    return person.cbo_id == request.cbo_id


def is_hidden(person: Person, request: OfCbo) -> bool:
    """Whether the organisation, the notes and the documents of this request are sealed from this person."""
    return request.filing is Filing.SEALED and not is_own(person, request)


def not_hidden_from(person: Person) -> ColumnElement[bool]:
    """The opposite in SQL: for the WHERE of a query."""
    return or_(RequestRow.filing != Filing.SEALED, RequestRow.cbo_id == person.cbo_id)


def told_at(moment: datetime, *, hidden: bool) -> datetime:
    """The moment, or the beginning of its day where the request is sealed from the reader.

    The precise time of an entry could stand in a row, too, that names the organisation.
    """
    return start_of(day_of(moment, HOME_ZONE), HOME_ZONE) if hidden else moment


async def save_requester(
    session: AsyncSession, request: RequestRow, command: SaveRequester, now: datetime
) -> None:
    """Store the requester, replacing what was stored before."""
    keys = await keys_to_encrypt(session, request.cbo_id, now)
    sealed = {
        name: keys.encrypt_text(
            getattr(RequesterRow, name), request.id, getattr(command, f"requester_{name}")
        )
        for name in _PARTS
    }
    row = await session.get(RequesterRow, request.id)
    if row is None:
        session.add(RequesterRow(request_id=request.id, cbo_id=request.cbo_id, **sealed))
    else:
        assign(row, sealed)
    await session.flush()


async def correct_requester(
    session: AsyncSession, request: RequestRow, command: SaveRequester, person: Person, now: datetime
) -> None:
    """The same for a request that is there; its own people only, who can see what they replace."""
    if not is_own(person, request):
        raise Forbidden
    await save_requester(session, request, command, now)
    record(session, AuditAction.REQUESTER_SAVED, now, about=request.id, cbo_id=request.cbo_id)


def decrypted(row: Any, keys: DataKeys) -> Requester | None:
    """The requester decrypted, or None where none was recorded."""
    if row is None:
        return None
    opened = {
        name: keys.text(getattr(RequesterRow, name), row.request_id, getattr(row, name)) for name in _PARTS
    }
    return Requester(**opened)


async def open_identity(
    session: AsyncSession, request: RequestRow, command: OpenSealed, person: Person, now: datetime
) -> Identity:
    """Show the requester once, and record the opening."""
    await note_opening(session, request, command, person, now)
    row = await session.get(RequesterRow, request.id)
    keys = await keys_to_decrypt(session, request.cbo_id)
    return Identity(await session.get_one(CboRow, request.cbo_id), decrypted(row, keys))


def check_purpose(request: RequestRow, command: OpenSealed, person: Person) -> None:
    """Raises Invalid if somebody outside the organisation gives no purpose."""
    if not is_own(person, request) and len(command.purpose) < SHORTEST_PURPOSE:
        raise invalid(
            "purpose",
            say("Explain in one sentence why you need to see this. The organisation will see your reason"),
        )


async def note_opening(
    session: AsyncSession,
    request: RequestRow,
    command: OpenSealed,
    person: Person,
    now: datetime,
    document_id: UUID | None = None,
) -> None:
    """Record an opening; raises Invalid if a required purpose is missing."""
    check_purpose(request, command, person)
    keys = await keys_to_encrypt(session, request.cbo_id, now)
    opening = IdentityOpeningRow(
        id=new_id(),
        cbo_id=request.cbo_id,
        request_id=request.id,
        document_id=document_id,
        person_id=person.id,
        opened_at=now,
    )
    opening.purpose = keys.encrypt_text(IdentityOpeningRow.purpose, opening.id, command.purpose)
    session.add(opening)
    details = {"document": document_id} if document_id else {}
    what = AuditAction.ORIGINAL_OPENED if document_id else AuditAction.IDENTITY_OPENED
    record(session, what, now, about=request.id, cbo_id=request.cbo_id, **details)
    await session.flush()


def openings(found: Iterable[Any], keys: DataKeys) -> Sequence[Opening]:
    """Who looked, in the order in which it was read."""
    return [
        Opening(
            each.by,
            each.opened_at,
            keys.text(IdentityOpeningRow.purpose, each.id, each.purpose),
            each.document_id,
        )
        for each in found
    ]

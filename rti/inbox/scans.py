"""A stack of scans, split into pages: each is filed with the request whose code it shows, or held for a person."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.errors import Invalid, Message, Problem, invalid, say
from rti.core.roles import Person
from rti.files import sandbox
from rti.files.answers import MOST_PAGES, TOO_MANY_PAGES, Page
from rti.files.media_types import clean_file_name, kind_of
from rti.inbox.commands import FileScans
from rti.inbox.store import hold
from rti.law.events import effective
from rti.models.requests import DocumentRow, EventRow, RequestRow
from rti.requests.actions import record_event
from rti.requests.commands import RecordEvent
from rti.requests.evidence import attach
from rti.requests.projection import to_law
from rti.requests.queries import events_of, visible

WALL_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Placed:
    """The result of a page: its request, or why it is held; `known` if the request had the same scan already."""

    number: int
    request: RequestRow | None = None
    held: UUID | None = None
    why: Message | None = None
    known: bool = False


async def split(file_name: str, content: bytes) -> Sequence[Page]:
    """The pages of a PDF or picture with their codes; raises Invalid for anything else."""
    kind = kind_of(file_name, content, "document")
    if kind.media_type not in sandbox.COPIED:
        raise invalid("document", say("Choose a PDF or a picture"))
    status, answer = await sandbox.run(
        "rti.files.pages", kind.media_type, content=content, wall_seconds=WALL_SECONDS
    )
    if status == TOO_MANY_PAGES:
        raise invalid("document", say("Send at most {count} pages at once", count=MOST_PAGES))
    if status:
        raise invalid("document", say("This file cannot be read. Scan it again, or save it as a new PDF"))
    return msgspec.msgpack.decode(answer, type=list[Page])


async def file_scans(
    session: AsyncSession,
    file_name: str,
    content: bytes,
    command: FileScans,
    person: Person,
    now: datetime,
    today: date,
) -> list[Placed]:
    """Put each page as evidence to what happened on that day, which is recorded where it was not yet."""
    name = clean_file_name(file_name)
    stack = await split(name, content)
    stem, _, ending = name.rpartition(".")
    placed = []
    for number, page in enumerate(stack, 1):
        own_name = f"{stem}-{number}.{ending}" if len(stack) > 1 else name
        try:
            async with session.begin_nested():
                placed.append(await _place(session, number, page, own_name, command, person, now, today))
        except Problem as problem:
            why = problem.faults[0].message if isinstance(problem, Invalid) else problem.detail
            row = await hold(
                session,
                page.content,
                own_name,
                added_by=person.id,
                cbo_id=person.cbo_id,
                reason=why.render(),
                now=now,
            )
            placed.append(Placed(number, held=row.id, why=why))
    return placed


async def _place(
    session: AsyncSession,
    number: int,
    page: Page,
    name: str,
    command: FileScans,
    person: Person,
    now: datetime,
    today: date,
) -> Placed:
    """Raises Invalid where the page shows no code of a request, or what it shows cannot be true."""
    request = await _shown(session, page.code, person)
    digest = hashlib.sha256(page.content).digest()
    same = select(DocumentRow.id).where(DocumentRow.request_id == request.id, DocumentRow.sha256 == digest)
    if await session.scalar(same.limit(1)):
        return Placed(number, request, known=True)
    event = await _recorded(session, request, command)
    if event is None:
        happened = RecordEvent(kind=command.kind, happened_on=command.happened_on, outcome=command.outcome)
        event = await record_event(session, request.id, happened, person, now, today)
    await attach(session, event, file_name=name, content=page.content, now=now)
    return Placed(number, request)


async def _shown(session: AsyncSession, code: str, person: Person) -> RequestRow:
    """The only request that the person sees with the reference in a code."""
    if not code:
        raise invalid("document", say("No code can be read on this page"))
    found = (
        await session.scalars(visible(person).where(RequestRow.reference == code.strip()).limit(2))
    ).all()
    if not found:
        raise invalid(
            "document", say("The code on this page does not belong to any request that you can see")
        )
    if len(found) > 1:
        raise invalid("document", say("Several organisations use the reference in the code on this page"))
    return found[0]


async def _recorded(session: AsyncSession, request: RequestRow, command: FileScans) -> EventRow | None:
    """The event that was recorded before its scan came, if it was."""
    events = await events_of(session, request.id)
    standing = {event.id for event in effective([to_law(event) for event in events])}
    fits = (
        event
        for event in events
        if str(event.id) in standing
        and event.kind is command.kind
        and event.happened_on == command.happened_on
        and "unread" not in event.details
    )
    return next(fits, None)

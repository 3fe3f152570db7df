"""Requests out of a CSV file: each line goes through the same checks, events and projection as a form.

A line that stands twice in a file, or was imported before, is recognised by the SHA-256 of its content
(`RequestRow.import_key`). A reference that comes back at the same body with other content is a request
of its own, marked doubtful. References are unique in an organisation, so a used one gets a suffix "~2";
"~" cannot stand in a reference that a person writes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rti.calendars.queries import count_undisturbed
from rti.core.db import new_id
from rti.core.errors import Fault, Invalid, Message, say
from rti.core.wallclock import HOME_ZONE, day_of
from rti.imports.commands import LineOutcome, RequestLine
from rti.imports.csv_reader import CsvFile, FileLine
from rti.imports.history import recorded
from rti.imports.lookups import Law, LookUp
from rti.imports.mapping import DAYS, RequestMap
from rti.imports.report import Due, LineResult, Report, Run, fresh_lines
from rti.law.deadlines import ClockState
from rti.law.events import EventKind, Outcome
from rti.law.explanations import N_
from rti.models.cbos import CboRow
from rti.models.imports import FileKind
from rti.models.requests import DeadlineRow, EventRow, RequestRow
from rti.requests.actions import deadline_rows, filing_events, request_row, write_projection
from rti.requests.checks import filing_faults
from rti.requests.commands import FileRequest
from rti.requests.projection import project, to_law
from rti.requests.references import numbered, reserve_numbers

AT_ONCE = 100
"""Lines that are written together, so that memory does not grow with the file."""
RETURNED = N_("The same reference was imported again with different content")


async def import_requests(
    session: AsyncSession,
    file: CsvFile,
    mapping: RequestMap,
    *,
    now: datetime,
    today: date,
    run: Run,
) -> Report:
    """Import every valid line, and report the result of each line.

    The command line may act for every organisation.
    """
    report = Report()
    if not run.dry_run:
        await count_undisturbed(session)
    async with recorded(session, report, run, FileKind.REQUESTS, now) as trace:
        look_up = LookUp(session, mapping, run.by, now, today, trace)
        await look_up.load()
        intake = _Intake(session, look_up, now, today, trace.run)
        count = 0
        async for line in fresh_lines(file, report):
            count += 1
            await _take(line, mapping, intake, report)
            if count % AT_ONCE == 0:
                await intake.write()
                await run.report_progress(file)
        await intake.write()
        report.warnings.extend(_warnings(intake, mapping))
        if run.foresee:
            report.forecast = await run.foresee(session, intake.dues, today)
        await run.report_progress(file)
        await intake.keep_numbers()
    return report


async def _take(line: FileLine, mapping: RequestMap, intake: "_Intake", report: Report) -> None:
    intake.leaning += mapping.leaning(line.cells)
    try:
        read = mapping.read(line.cells)
        faults = [*filing_faults(read, intake.today), *_answer_faults(read, mapping, intake.today)]
        named = [Fault(mapping.column_of(fault.field), fault.message) for fault in faults]
        command, law = await intake.look_up.resolve(read, named)
    except Invalid as invalid:
        report.add(line.number, LineResult.REJECTED, *invalid.faults)
        return
    books = await intake.ledger_of(command)
    if line.key in books.keys:
        report.add(line.number, LineResult.ALREADY_THERE)
        return
    doubtful = await intake.add(read, command, law, books, line.key)
    if doubtful:
        report.add(line.number, LineResult.DOUBTFUL, note=say(RETURNED))
    else:
        report.add(line.number, LineResult.IMPORTED)


def _ending(line: RequestLine) -> EventKind | None:
    """The event that ended the request, according to this line, if any."""
    if line.outcome is LineOutcome.WITHDRAWN:
        return EventKind.WITHDRAWN
    if line.outcome is LineOutcome.OPEN or not (line.outcome or line.answered_on):
        return None
    return EventKind.ANSWERED


def _answer_faults(line: RequestLine, mapping: RequestMap, today: date) -> Iterable[Fault]:
    """Dates that are missing, in the future or out of order."""
    filing = [name for name in DAYS if name != "answered_on" and name in mapping.columns]
    arrived = line.received_on or line.submitted_on
    if _ending(line) is EventKind.ANSWERED and arrived is None:
        yield Fault("received_on", say("There is an answer but no date received"))
    elif filing == ["received_on"] and line.received_on is None:
        yield Fault("received_on", say("The date received is required"))
    elif not any(getattr(line, name) for name in filing):
        yield Fault(filing[0], say("One of these dates is required: drafted, handed over or received"))
    if line.answered_on and line.outcome is LineOutcome.OPEN:
        yield Fault("outcome", say("There is a date answered, but the outcome says that the request is open"))
    if line.answered_on and line.answered_on > today:
        yield Fault("answered_on", say("This date is in the future. Leave it empty until it has happened"))
    if line.answered_on and arrived and line.answered_on < arrived:
        before = (
            say("This is before the date received ({day})", day=arrived)
            if line.received_on
            else say("This is before the date of the previous step ({day})", day=arrived)
        )
        yield Fault("answered_on", before)


def _warnings(intake: "_Intake", mapping: RequestMap) -> Iterable[Message]:
    """Warnings about the file as a whole."""
    if mapping.date_format and mapping.date_format.swapped and intake.leaning < 0:
        yield say(
            "More dates fit {swapped} than {form}. Check which of the two is meant: where day and month are "
            "swapped, many wrong dates look right",
            swapped=mapping.date_format.swapped.text,
            form=mapping.date_format.text,
        )
    if intake.undated:
        yield say(
            "Requests answered or withdrawn without a date: {count}. They count as answered or withdrawn, but not as in time or late",
            count=intake.undated,
        )


@dataclass(slots=True)
class _Ledger:
    """What one organisation has: import keys, the bodies behind each reference, and the numbers that are ours.

    `last_number` was given last, and those up to `reserved` may be. Where nobody else sees the organisation yet,
    or nothing is to be kept, they are `free`.
    """

    code: str
    last_number: int
    reserved: int
    free: bool
    keys: set[bytes] = field(default_factory=set)
    bodies: dict[str, list[UUID]] = field(default_factory=dict)

    def next_reference(self) -> str | None:
        """The next number that no file has used; None where all that are reserved were used."""
        while self.free or self.last_number < self.reserved:
            self.last_number += 1
            reference = numbered(self.code, self.last_number)
            if not {reference, reference[:-1]} & self.bodies.keys():
                return reference
        return None

    def enter(self, wanted: str, body_id: UUID) -> tuple[str, bool]:
        """The reference as it can be stored, and whether the body has had it before."""
        before = self.bodies.setdefault(wanted, [])
        returned = body_id in before
        before.append(body_id)
        return (wanted if len(before) == 1 else f"{wanted}~{len(before)}"), returned


@dataclass(slots=True)
class _Intake:
    """The rows that wait to be written, and what they must not collide with."""

    session: AsyncSession
    look_up: LookUp
    now: datetime
    today: date
    run: Run
    waiting: list[RequestRow] = field(default_factory=list)
    parts: list[EventRow | DeadlineRow] = field(default_factory=list)
    dues: list[Due] = field(default_factory=list)
    books: dict[UUID, _Ledger] = field(default_factory=dict)
    leaning: int = 0
    undated: int = 0

    @property
    def by(self) -> UUID | None:
        return self.run.by.id if self.run.by else None

    async def ledger_of(self, command: FileRequest) -> _Ledger:
        """The ledger of an organisation, locked against another import; a dry run locks nothing."""
        assert command.cbo_id is not None  # noqa: S101 -- `LookUp.resolve` has seen to it
        if command.cbo_id not in self.books:
            if not self.run.dry_run:
                alone = func.pg_advisory_xact_lock(-1 - (command.cbo_id.int >> 65))
                await self.session.execute(select(alone))
            known = select(CboRow.code, CboRow.last_number).where(CboRow.id == command.cbo_id)
            code, last = (await self.session.execute(known)).one()
            books = self.books[command.cbo_id] = _Ledger(code, last, last, self.run.dry_run)
            columns = select(RequestRow.reference, RequestRow.body_id, RequestRow.import_key)
            stored = await self.session.execute(columns.where(RequestRow.cbo_id == command.cbo_id))
            for reference, body_id, key in stored:
                books.bodies.setdefault(reference.partition("~")[0], []).append(body_id)
                books.keys.update([key] if key else [])
        return self.books[command.cbo_id]

    async def _next_reference(self, cbo_id: UUID, books: _Ledger) -> str:
        """The next reference, out of a block of numbers that is taken at once, so that nobody waits for a number."""
        while (reference := books.next_reference()) is None:
            last = await reserve_numbers(self.session, cbo_id, AT_ONCE)
            if last is None:
                books.free = True
            else:
                books.last_number, books.reserved = last - AT_ONCE, last
        return reference

    async def add(
        self, line: RequestLine, command: FileRequest, law: Law, books: _Ledger, key: bytes
    ) -> bool:
        """Make the rows of one request; returns whether it is doubtful."""
        assert command.cbo_id is not None  # noqa: S101 -- `LookUp.resolve` has seen to it
        wanted = command.reference or await self._next_reference(command.cbo_id, books)
        reference, returned = books.enter(wanted, command.body_id)
        books.keys.add(key)
        request = request_row(
            command, cbo_id=command.cbo_id, reference=reference, statute=law.statute, by=self.by, now=self.now
        )
        request.import_key = key
        request.doubtful = RETURNED if returned else None
        events = filing_events(request, command, self.now, self.today, self.by, law.statute.zone)
        if line.extended_to and line.received_on:
            events.append(self._extension(request, line.received_on, line.extended_to))
        if ending := _ending(line):
            events.append(self._ending_event(request, line, ending))
        projection = project(law.statute, law.calendar, [to_law(event) for event in events])
        write_projection(request, projection, day_of(self.now, HOME_ZONE))
        self.waiting.append(request)
        self.parts += [*events, *deadline_rows(request, projection.deadlines)]
        self.dues += [
            Due(request.id, request.cbo_id, request.campaign_id, clock.kind, clock.due)
            for clock in projection.deadlines
            if clock.state is ClockState.RUNNING and clock.due
        ]
        return returned

    def _extension(self, request: RequestRow, received_on: date, until: date) -> EventRow:
        """A log tells of an extension until when it went; it was told in time where it tells nothing else."""
        return EventRow(
            id=new_id(),
            cbo_id=request.cbo_id,
            request_id=request.id,
            kind=EventKind.EXTENDED,
            happened_on=received_on,
            recorded_at=self.now,
            recorded_by=self.by,
            details={"until": until.isoformat()},
        )

    def _ending_event(self, request: RequestRow, line: RequestLine, kind: EventKind) -> EventRow:
        """The answer or withdrawal; where its day is not known, it is known of since today."""
        self.undated += line.answered_on is None
        return EventRow(
            id=new_id(),
            cbo_id=request.cbo_id,
            request_id=request.id,
            kind=kind,
            happened_on=line.answered_on or self.today,
            recorded_at=self.now,
            recorded_by=self.by,
            outcome=Outcome(line.outcome or Outcome.UNKNOWN) if kind is EventKind.ANSWERED else None,
            details={
                **({} if line.answered_on else {"undated": True}),
                **({"ground": line.ground.value} if line.ground and kind is EventKind.ANSWERED else {}),
                **({"section": line.section} if line.section and kind is EventKind.ANSWERED else {}),
                **({"medium": line.answer_medium.value} if line.answer_medium else {}),
            },
        )

    async def write(self) -> None:
        """Write what waits, and forget it; a dry run only forgets it."""
        if not self.run.dry_run:
            await self._keep()
        self.waiting.clear()
        self.parts.clear()

    async def _keep(self) -> None:
        for rows in (self.waiting, self.parts):
            self.session.add_all(rows)
            await self.session.flush()
        for request in self.waiting:
            self.look_up.trace.note(request)
        await self.look_up.trace.write()
        for row in (*self.waiting, *self.parts):
            self.session.expunge(row)

    async def keep_numbers(self) -> None:
        """Store the last number, and give back what was reserved too much where nobody has taken more since."""
        for cbo_id, books in () if self.run.dry_run else self.books.items():
            still = CboRow.last_number == books.reserved
            if books.last_number != books.reserved:
                numbered = update(CboRow).where(CboRow.id == cbo_id, still)
                await self.session.execute(numbered.values(last_number=books.last_number))

"""The report of an import: every line of the file has exactly one result."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.csv_export import as_csv
from rti.core.db import new_id
from rti.core.errors import Fault, Message, say
from rti.core.roles import Person
from rti.imports.csv_reader import CsvFile, FileLine
from rti.law.rules import ClockKind

_READ_TOGETHER = 100
_SHOWN = 10
"""Lines that are named of many with the same reason."""


class LineResult(StrEnum):
    """The result of a line."""

    IMPORTED = "imported"
    DOUBTFUL = "doubtful"
    UPDATED = "updated"
    ALREADY_THERE = "already_there"
    REPETITION = "repetition"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class ReportedLine:
    """One line; `first` is the number of the line that it repeats."""

    number: int
    result: LineResult
    faults: tuple[Fault, ...] = ()
    note: Message | None = None
    first: int | None = None

    def reason(self, translate: Callable[[str], str] = str) -> str:
        """Why it was not simply imported, in one line."""
        return "; ".join(self.reasons(translate))

    def reasons(self, translate: Callable[[str], str] = str) -> list[str]:
        """Why it was not simply imported: something even where nothing has to be said."""
        if self.first is not None:
            return [say("The same as line {line}", line=self.first).render(translate)]
        if self.note:
            return [self.note.render(translate)]
        return [f"{fault.field}: {fault.message.render(translate)}" for fault in self.faults] or [""]


class Remark(NamedTuple):
    """A reason with its lines."""

    result: LineResult
    reason: str
    lines: list[int]

    @property
    def numbers(self) -> str:
        """The first of the lines, and how many there are where that is not all."""
        shown = ", ".join(map(str, self.lines[:_SHOWN]))
        return shown if len(self.lines) <= _SHOWN else f"{shown}… ({len(self.lines)})"


@dataclass(frozen=True, slots=True)
class Forecast:
    """What follows today from imported requests: how many are spoken of, in one message to each of at most so
    many people, and for how many a letter is held."""

    requests: int
    people: int
    letters: int


class Due(NamedTuple):
    """A running clock of an imported request."""

    request_id: UUID
    cbo_id: UUID
    campaign_id: UUID | None
    clock: ClockKind
    due_on: date


Foresee = Callable[[AsyncSession, Sequence[Due], date], Awaitable[Forecast]]
"""Returns the forecast for a day from the running clocks of the imported requests."""


@dataclass(frozen=True, slots=True)
class Run:
    """How an import is to run: for whom, None being the command line. `on_progress` gets the file now and then;
    `foresee` is asked at the end.

    `id` and `file_name`, which is sealed, are what it is known by afterwards.
    """

    by: Person | None = None
    id: UUID = field(default_factory=new_id)
    file_name: bytes | None = None
    dry_run: bool = False
    all_or_nothing: bool = False
    on_progress: Callable[[CsvFile], None] = lambda _: None
    foresee: Foresee | None = None

    async def report_progress(self, file: CsvFile) -> None:
        """Report progress, and let other tasks of the process run."""
        self.on_progress(file)
        await asyncio.sleep(0)


@dataclass(slots=True)
class Report:
    """The results of all lines in order, and what no single line shows; `undone` when nothing was kept.

    `forecast` is as if it were kept.
    """

    lines: list[ReportedLine] = field(default_factory=list)
    warnings: list[Message] = field(default_factory=list)
    undone: bool = False
    forecast: Forecast | None = None

    def add(
        self,
        number: int,
        result: LineResult,
        *faults: Fault,
        note: Message | None = None,
        first: int | None = None,
    ) -> None:
        self.lines.append(ReportedLine(number, result, faults, note, first))

    @property
    def counts(self) -> dict[LineResult, int]:
        """How many lines met each result, also those that none met."""
        counted = Counter(line.result for line in self.lines)
        return {result: counted[result] for result in LineResult}

    @property
    def rejected(self) -> Sequence[ReportedLine]:
        return [line for line in self.lines if line.result is LineResult.REJECTED]

    def remarks(self, translate: Callable[[str], str] = str) -> list[Remark]:
        """What was not simply imported, each reason once with its lines, in the order of the file."""
        found: dict[tuple[LineResult, str], list[int]] = {}
        for line in self.lines:
            if line.result is not LineResult.IMPORTED:
                for reason in line.reasons(translate):
                    found.setdefault((line.result, reason), []).append(line.number)
        return [Remark(result, reason, numbers) for (result, reason), numbers in found.items()]

    def as_csv(self, translate: Callable[[str], str] = str) -> str:
        """One row for every line of the file."""
        header = ("line", "result", "field", "reason", "same_as_line")
        rows = (
            (
                line.number,
                line.result.value,
                "; ".join(dict.fromkeys(fault.field for fault in line.faults)),
                line.reason(translate),
                line.first,
            )
            for line in self.lines
        )
        return as_csv(header, rows)


async def fresh_lines(file: CsvFile, report: Report) -> AsyncIterator[FileLine]:
    """The lines that can be read and stand in the file for the first time; the others go to the report.

    They are read off the event loop: between two of them there may be a million that are blank.
    """
    first: dict[bytes, int] = {}
    lines = iter(file)
    while some := await asyncio.to_thread(lambda: list(islice(lines, _READ_TOGETHER))):
        for line in some:
            if line.fault:
                report.add(line.number, LineResult.REJECTED, Fault("line", line.fault))
            elif (before := first.setdefault(line.key, line.number)) != line.number:
                report.add(line.number, LineResult.REPETITION, first=before)
            else:
                yield line

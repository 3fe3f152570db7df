"""What became of each line of a file: every line has exactly one result, and none is left out."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from rti.core.csv_export import as_csv
from rti.core.db import new_id
from rti.core.errors import Fault, Message, say
from rti.core.roles import Person
from rti.imports.csv_reader import CsvFile, FileLine


class LineResult(StrEnum):
    """What becomes of a line."""

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
    fate: LineResult
    faults: tuple[Fault, ...] = ()
    note: Message | None = None
    first: int | None = None

    def reason(self, translate: Callable[[str], str] = str) -> str:
        """Why it was not simply imported, in one line."""
        if self.first is not None:
            return say("The same as line {line}", line=self.first).render(translate)
        if self.note:
            return self.note.render(translate)
        return "; ".join(f"{fault.field}: {fault.message.render(translate)}" for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Run:
    """How an import is to run: for whom, None being the command line. `on_progress` gets the file now and then.

    `id` and `file_name`, which is sealed, are what it is known by afterwards.
    """

    by: Person | None = None
    id: UUID = field(default_factory=new_id)
    file_name: bytes | None = None
    dry_run: bool = False
    all_or_nothing: bool = False
    on_progress: Callable[[CsvFile], None] = lambda _: None

    async def report_progress(self, file: CsvFile) -> None:
        """Report progress, and let other tasks of the process run."""
        self.on_progress(file)
        await asyncio.sleep(0)


@dataclass(slots=True)
class Report:
    """The results of all lines in order; `undone` when nothing was kept."""

    lines: list[ReportedLine] = field(default_factory=list)
    undone: bool = False

    def add(
        self,
        number: int,
        fate: LineResult,
        *faults: Fault,
        note: Message | None = None,
        first: int | None = None,
    ) -> None:
        self.lines.append(ReportedLine(number, fate, faults, note, first))

    @property
    def counts(self) -> dict[LineResult, int]:
        """How many lines met each fate, also those that none met."""
        counted = Counter(line.fate for line in self.lines)
        return {fate: counted[fate] for fate in LineResult}

    @property
    def rejected(self) -> Sequence[ReportedLine]:
        return [line for line in self.lines if line.fate is LineResult.REJECTED]

    @property
    def remarkable(self) -> Sequence[ReportedLine]:
        """The lines that were not simply imported."""
        return [line for line in self.lines if line.fate is not LineResult.IMPORTED]

    def as_csv(self, translate: Callable[[str], str] = str) -> str:
        """One row for every line of the file."""
        header = ("line", "result", "field", "reason", "same_as_line")
        rows = (
            (
                line.number,
                line.fate.value,
                "; ".join(dict.fromkeys(fault.field for fault in line.faults)),
                line.reason(translate),
                line.first,
            )
            for line in self.lines
        )
        return as_csv(header, rows)


def fresh_lines(file: CsvFile, report: Report) -> Iterator[FileLine]:
    """The lines that can be read and stand in the file for the first time; the others go to the report."""
    first: dict[bytes, int] = {}
    for line in file:
        if line.fault:
            report.add(line.number, LineResult.REJECTED, Fault("line", line.fault))
        elif (before := first.setdefault(line.key, line.number)) != line.number:
            report.add(line.number, LineResult.REPETITION, first=before)
        else:
            yield line

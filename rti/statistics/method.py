"""The parts of a method of counting: columns into which requests fall, and measures made of these columns.

A method is data. The same rows, on the same day, are put into the columns of each; what differs between two
methods is written down in them and nowhere else.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import msgspec

from rti.law.events import EventKind, Ground, Outcome
from rti.law.monitoring import Contest, QuestionClass
from rti.statistics.measures import State


class Phase(StrEnum):
    """The position of a day relative to the period of a table; `AFTER` also if it has not come by the cut-off."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """What the methods ask of a request at the cut-off; requests of one kind count alike everywhere.

    `outcome` and `ground` are those of an answer that had come, `not_taken` is by what an attempt ended where the body has not
    got the request. `extended` means that its limit was, or can
    still be, kept through a valid extension only. `received` is whether the body had it, `begun` and `closed`
    where the days of its beginning and its end lie. `binding` is whether its due day follows from a law in
    force. `checked` is whether staff recorded or corrected the outcome.
    """

    state: State
    outcome: Outcome | None = None
    not_taken: EventKind | None = None
    ground: Ground | None = None
    extended: bool = False
    received: bool = True
    begun: Phase = Phase.DURING
    closed: Phase = Phase.AFTER
    urgent: bool = False
    question_class: QuestionClass | None = None
    contest: Contest | None = None
    checked: bool = False
    binding: bool = False
    statute_id: str = ""
    statute_version: int = 0

    @property
    def answered(self) -> bool:
        return self.outcome is not None


@dataclass(frozen=True, slots=True)
class Column:
    """A number of requests; `name` is a text to translate, or a member that has a label."""

    id: str
    name: str | StrEnum


@dataclass(frozen=True)
class Section:
    """Columns that belong together. `places` names those in which a request of a kind counts.

    In a section that is `exclusive` that is never more than one.
    """

    id: str
    name: str
    columns: tuple[Column, ...]
    places: Callable[[Kind], Iterable[str]]
    exclusive: bool = True

    @cached_property
    def ids(self) -> frozenset[str]:
        """Of its columns."""
        return frozenset(column.id for column in self.columns)


@dataclass(frozen=True, slots=True)
class Measure:
    """A rate: the requests counted in the columns `numerator`, of those counted in `denominator`.

    A rate `by_due_day` judges; it is never made of legal deadlines and benchmarks together.
    """

    id: str
    name: str
    question: str
    counts: str
    excludes: str
    numerator: frozenset[str]
    denominator: frozenset[str]
    by_due_day: bool = False


@dataclass(frozen=True, slots=True)
class Duration:
    """Days from receipt to the end, of the requests of some kinds."""

    id: str
    name: str
    of: Callable[[Kind], bool]


@dataclass(frozen=True, slots=True)
class Identity:
    """Two sums of columns that are equal in every line, whatever was counted."""

    left: frozenset[str]
    right: frozenset[str]


_ALWAYS = frozenset({"state", "outcome", "binding", "statute_id", "statute_version"})


@dataclass(frozen=True)
class Method:
    """A published way of counting: `source` says whose, `differs` why its figures are not those of others.

    `by_activity` counts what came in and what was closed in a period, instead of following those that came
    in or fell due. Days are calendar days, or `working_days`; `bands` of them count the requests that
    are `banded`, both ends included. `early_counts` where the source counts an answer before its day is over. `asks` are the
    fields of `Kind` that its columns and durations look at, beside state and outcome.
    """

    id: str
    name: str
    source: str
    differs: str
    version: int
    sections: tuple[Section, ...]
    measures: tuple[Measure, ...]
    durations: tuple[Duration, ...]
    asks: frozenset[str]
    identities: tuple[Identity, ...] = ()
    bands: tuple[tuple[int, int | None], ...] = ()
    banded: Callable[[Kind], bool] | None = None
    by_activity: bool = False
    working_days: bool = False
    early_counts: bool = False

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """Of `Kind`: what it asks for, and what every table needs; the others keep their defaults."""
        return tuple(field for field in Kind.__struct_fields__ if field in self.asks or field in _ALWAYS)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        return tuple(column for section in self.sections for column in section.columns)

    def places(self, kind: Kind) -> tuple[str, ...]:
        """The columns in which a request of this kind counts."""
        known = self._places.get(kind)
        if known is None:
            found = (column for section in self.sections for column in section.places(kind))
            known = self._places[kind] = tuple(found)
        return known

    @cached_property
    def _places(self) -> dict[Kind, tuple[str, ...]]:
        """Of the kinds that there were so far: they are few, and each line of a table has most of them."""
        return {}

    @cached_property
    def exclusive(self) -> tuple[Section, ...]:
        return tuple(section for section in self.sections if section.exclusive)

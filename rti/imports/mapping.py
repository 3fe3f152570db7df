"""How the columns of somebody's log become requests: MAP.toml, checked as a whole before a line is read.

    [columns]                 our field = their column; `question` may be a list of columns
    [defaults]                our field = the value where there is no column or the cell is empty
    [values.outcome]          their text = our value, for any field; "" where it says nothing
    [dates]   format          such as "%d/%m/%Y" or "%d %B %Y"; without it dates are year-month-day
    [bodies]  found_by        "code" or "name"; [bodies.create] makes those that are missing
    [cbo.create]              name_en and name_km of the organisation, if it is not there yet
    [standard] limit          such as "30 calendar", instead of a statute; countries whose days off count

The fields are those of `RequestLine`.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import GenericAlias
from typing import Annotated, Any

import msgspec

from rti.core.errors import Fault, Invalid, Message, invalid, say
from rti.core.folding import COENG, fold
from rti.core.validation import Code, InvalidValue, ShortText, decode, reads, text_of, toml_document
from rti.imports.commands import RequestLine
from rti.imports.csv_reader import Columns, filled
from rti.imports.dates import ISO, DateFormat, read_format
from rti.law.limits import Limit
from rti.models.bodies import BodyKind

FIELDS = RequestLine.__struct_fields__
DAYS = ("drafted_on", "submitted_on", "received_on", "answered_on")
_REQUIRED = {each.name for each in msgspec.structs.fields(RequestLine) if each.required}
DATED = frozenset({*DAYS, "extended_to"})
WORDED = frozenset(
    {
        "topic",
        "channel",
        "urgent",
        "outcome",
        "ground",
        "question_class",
        "requester_profile",
        "answer_medium",
    }
)
"""Fields that a log says in words of its own."""
_LONGEST_TITLE = 300


class FoundBy(StrEnum):
    CODE = "code"
    NAME = "name"


class NewBodies(msgspec.Struct, frozen=True, kw_only=True):
    """How a public body is recorded that the directory does not have."""

    kind: BodyKind = BodyKind.OTHER
    country: Code
    code_prefix: Code


class Bodies(msgspec.Struct, frozen=True, kw_only=True):
    """By what a file names public bodies, and whether missing ones are made."""

    found_by: FoundBy = FoundBy.CODE
    create: NewBodies | None = None


class NewCbo(msgspec.Struct, frozen=True, kw_only=True):
    name_en: ShortText
    name_km: ShortText


class Standard(msgspec.Struct, frozen=True, kw_only=True):
    """A declared time for a reply, and the calendars whose days off count."""

    limit: Limit
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestMap:
    """From the cells of a line to the fields of a `RequestLine`."""

    columns: Mapping[str, tuple[str, ...]]
    defaults: Mapping[str, object] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    date_format: DateFormat | None = None
    bodies: Bodies = field(default_factory=Bodies)
    new_cbo: NewCbo | None = None
    standard: Standard | None = None
    others_may_be_there: bool = True
    optional: frozenset[str] = frozenset()

    @property
    def expected(self) -> Columns:
        """The columns that a file must and may have."""
        parts: dict[bool, dict[str, None]] = {False: {}, True: {}}
        for name, columns in self.columns.items():
            parts[name in self.optional].update(dict.fromkeys(columns))
        return Columns(tuple(parts[False]), tuple(parts[True]), self.others_may_be_there)

    def column_of(self, name: str) -> str:
        """What the file calls a field, for messages."""
        return self.columns.get(name, (name,))[0]

    def read(self, cells: Mapping[str, str]) -> RequestLine:
        """One line; raises Invalid with all its faults, by the names of the file's columns."""
        values: dict[str, object] = {}
        faults: dict[str, Message] = {}
        for name in FIELDS:
            try:
                values[name] = self._value(name, cells)
            except InvalidValue as wrong:
                faults[name] = wrong.text
        try:
            line = decode(RequestLine, _with_short_title(values))
        except Invalid as invalid:
            faults |= {fault.field: self.explained(fault, values) for fault in invalid.faults}
        if faults:
            raise Invalid(*(Fault(self.column_of(name), message) for name, message in faults.items()))
        return line

    def leaning(self, cells: Mapping[str, str]) -> int:
        """How many more days of a line fit the format as it is than with day and month swapped."""
        if self.date_format is None:
            return 0
        return sum(self.date_format.leaning(self._cell(name, cells)) for name in DAYS)

    def _cell(self, name: str, cells: Mapping[str, str]) -> str:
        return cells.get(self.column_of(name), "").strip() if name in self.columns else ""

    def _value(self, name: str, cells: Mapping[str, str]) -> object:
        """What a line says of a field; None where a meaning is that it says nothing."""
        columns = self.columns.get(name, ())
        if len(columns) > 1:
            parts = [f"{column}: {text}" for column in columns if (text := cells.get(column, "").strip())]
            return "\n".join(parts) or self.defaults.get(name)
        text = self._cell(name, cells)
        meanings = self.values.get(name, {})
        if (key := fold(text)) in meanings:
            return meanings[key]
        text = filled(text)
        if text and name in DATED:
            return self.date_format.day(text) if self.date_format else ISO.read(text) or text
        return text or self.defaults.get(name)

    def explained(self, fault: Fault, values: Mapping[str, object]) -> Message:
        """What is wrong with a value; where the file says it in words of its own, how the mapping covers them."""
        words = self.values.keys() | (WORDED if self.others_may_be_there else set())
        if fault.field in words and (value := values.get(fault.field)):
            return say(
                "The mapping does not cover “{value}” yet. Add it under [values.{field}]. {hint}",
                value=str(value)[:100],
                field=fault.field,
                hint=fault.message,
            )
        return fault.message


def _with_short_title(values: Mapping[str, object]) -> Mapping[str, object]:
    """A title that is too long is cut, and stands whole before the question."""
    title, question = values.get("title"), values.get("question")
    if not isinstance(title, str) or len(title) <= _LONGEST_TITLE:
        return values
    whole = f"{title}\n{question}" if question else title
    return {**values, "title": _cut(title, _LONGEST_TITLE), "question": whole}


def _cut(text: str, most: int) -> str:
    """At most so many characters, the last an ellipsis; no letter loses a sign that hangs on it."""
    end = most - 1
    while end > 1 and (unicodedata.category(text[end])[0] == "M" or text[end - 1] == COENG):
        end -= 1
    return text[:end].rstrip() + "…"


FIXED = RequestMap(
    columns={name: (name,) for name in FIELDS} | {"body": ("body_code",)},
    others_may_be_there=False,
    optional=frozenset(FIELDS) - _REQUIRED,
)
"""The layout for files of our own: the names of our fields, and bodies by their codes."""


class _Dates(msgspec.Struct):
    format: Annotated[DateFormat | None, reads(read_format)] = None


class _Cbo(msgspec.Struct):
    create: NewCbo | None = None


_LINE = msgspec.structs.fields(RequestLine)
_Cells = Annotated[tuple[str, ...], reads(lambda text: (text,))]
_Columns = msgspec.defstruct(
    "_Columns", [(name, _Cells if name == "question" else str, ()) for name in FIELDS]
)
_Defaults = msgspec.defstruct("_Defaults", [(each.name, each.type, None) for each in _LINE])


def _meanings(kind: Any) -> GenericAlias:
    """Words of a file with what they stand for; with nothing where they say nothing."""
    return GenericAlias(dict, (str, Annotated[kind | None, {"": None}]))


_Values = msgspec.defstruct("_Values", [(each.name, _meanings(each.type), {}) for each in _LINE])
_Document = msgspec.defstruct(
    "_Document",
    [
        ("columns", _Columns),
        ("defaults", _Defaults),
        ("values", _Values),
        ("dates", _Dates),
        ("bodies", Bodies),
        ("cbo", _Cbo),
        ("standard", Standard | None, None),
    ],
)
"""The tables of a mapping; a default or a meaning is checked as the field of a line that it stands for."""


def read_mapping(content: bytes) -> RequestMap:
    """The mapping that a TOML file describes. Raises Invalid with every fault and its path."""
    try:
        document = toml_document(text_of(content, "mapping"))
    except InvalidValue as wrong:
        raise invalid("mapping", wrong.text) from None
    found: Any = decode(_Document, document, also=_gaps)
    return RequestMap(
        columns={
            name: (cells,) if isinstance(cells, str) else cells
            for name, cells in _given(found.columns).items()
        },
        defaults=_given(found.defaults),
        values={
            name: {fold(text): ours for text, ours in meanings.items()}
            for name, meanings in _given(found.values).items()
        },
        date_format=found.dates.format,
        bodies=found.bodies,
        new_cbo=found.cbo.create,
        standard=found.standard,
    )


def _given(table: msgspec.Struct) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(table).items() if value}


def _gaps(found: Any) -> Iterator[Fault]:
    """Required fields that no line can provide, and parts that contradict each other."""
    columns, defaults = _given(found.columns), _given(found.defaults)
    for each in _LINE:
        if each.required and each.name not in {*columns, *defaults}:
            default = say(
                "Name the column that holds this, or write {field} under [defaults]", field=each.name
            )
            yield Fault(f"columns.{each.name}", default)
    if not {*DAYS[:-1]} & {*columns}:
        yield Fault(
            "columns.received_on",
            say("Name the column with the day of receipt (or drafted_on, submitted_on)"),
        )
    if found.cbo.create and "cbo_code" not in defaults:
        yield Fault(
            "defaults.cbo_code", say("Enter the code of the organisation that [cbo.create] describes")
        )
    if found.standard and {"statute_id", "campaign_code"} & {*columns, *defaults}:
        yield Fault("standard", say("There is a statute_id or campaign_code too; keep one of them"))
    if found.bodies.create and found.bodies.found_by is FoundBy.CODE:
        yield Fault(
            "bodies.create",
            say('This file has no names for new bodies; write found_by = "name", or leave this out'),
        )

"""How the columns of somebody's log become requests: MAP.toml, checked as a whole before a line is read.

    [columns]                 our field = their column; `question` may be a list of columns
    [defaults]                our field = the value where there is no column or the cell is empty
    [values.outcome]          their text = our value, for any field
    [dates]   format          such as "%d/%m/%Y"; without it dates are year-month-day
    [bodies]  found_by        "code" or "name"; [bodies.create] makes those that are missing
    [cbo.create]              name_en and name_km of the organisation, if it is not there yet
    [standard] limit          such as "30 calendar", instead of a statute; countries whose days off count

The fields are those of `RequestLine`.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import msgspec

from rti.core.errors import Fault, Invalid, Message, say
from rti.core.validation import InvalidValue, decode
from rti.imports.csv_reader import Columns
from rti.law.bilingual import BilingualName
from rti.law.limits import Limit
from rti.law.parsing import Table
from rti.models.bodies import BodyKind
from rti.requests.commands import RequestLine

FIELDS = RequestLine.__struct_fields__
DAYS = ("drafted_on", "submitted_on", "received_on", "answered_on")
_LATER = {"body"}
"""What a line must bring itself: no default makes sense for it."""


class FoundBy(StrEnum):
    CODE = "code"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class NewBodies:
    """How a public body is recorded that the directory does not have."""

    kind: BodyKind
    country: str
    code_prefix: str


@dataclass(frozen=True, slots=True)
class Standard:
    """A declared time for a reply, and the calendars whose days off count."""

    limit: Limit
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RequestMap:
    """From the cells of a line to the fields of a `RequestLine`."""

    columns: Mapping[str, tuple[str, ...]]
    defaults: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    date_format: str | None = None
    found_by: FoundBy = FoundBy.CODE
    new_bodies: NewBodies | None = None
    new_cbo: BilingualName | None = None
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
        """What the file calls a field, for telling a person where to look."""
        return self.columns.get(name, (name,))[0]

    def read(self, cells: Mapping[str, str]) -> RequestLine:
        """One line; raises Invalid with all its faults, by the names of the file's columns."""
        values: dict[str, object] = {}
        faults: list[Fault] = []
        for name in FIELDS:
            try:
                values[name] = self._value(name, cells) or self.defaults.get(name)
            except InvalidValue as wrong:
                faults.append(Fault(self.column_of(name), wrong.text))
                values[name] = self.defaults.get(name)
        try:
            line = decode(RequestLine, values)
        except Invalid as invalid:
            named = {fault.field for fault in faults}
            found = [Fault(self.column_of(fault.field), fault.message) for fault in invalid.faults]
            raise Invalid(*faults, *(fault for fault in found if fault.field not in named)) from None
        if faults:
            raise Invalid(*faults)
        return line

    def _value(self, name: str, cells: Mapping[str, str]) -> str:
        columns = [column for column in self.columns.get(name, ()) if cells.get(column, "").strip()]
        if len(self.columns.get(name, ())) > 1:
            return "\n".join(f"{column}: {cells[column].strip()}" for column in columns)
        text = cells[columns[0]].strip() if columns else ""
        if text and name in DAYS and self.date_format:
            return _iso(text, self.date_format)
        return self._translated(name, text) if name in self.values else text

    def _translated(self, name: str, text: str) -> str:
        known = self.values[name]
        if not text or text.casefold() in known:
            return known.get(text.casefold(), "")
        if _fault_of(name, text):
            raise InvalidValue(
                say(
                    "The mapping does not cover “{value}” yet. Add it under [values.{field}]",
                    value=text[:100],
                    field=name,
                )
            )
        return text


def _iso(text: str, form: str) -> str:
    try:
        return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007 -- a day has no time zone
    except ValueError:
        raise InvalidValue(say("This is not a date in the format {form}", form=form)) from None


FIXED = RequestMap(
    columns={name: (name,) for name in FIELDS} | {"body": ("body_code",)},
    others_may_be_there=False,
    optional=frozenset(FIELDS) - {"body", "title", "topic"},
)
"""The layout for files of our own: the names of our fields, and bodies by their codes."""


def read_mapping(text: bytes) -> RequestMap:
    """The mapping that a TOML file describes. Raises Invalid with every fault and its path."""
    try:
        document = tomllib.loads(text.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(
            Fault("mapping", Message("{what}", {"what": f"this is not TOML in UTF-8: {error}"}))
        ) from None
    faults: list[str] = []
    top = Table(document, "", faults)
    found_by, new_bodies = _bodies(top.table("bodies"))
    found = RequestMap(
        columns=_columns(top.table("columns")),
        defaults=_defaults(top.table("defaults")),
        values=_values(top.table("values")),
        date_format=_date_format(top.table("dates")),
        found_by=found_by,
        new_bodies=new_bodies,
        new_cbo=_new_cbo(top.table("cbo")),
        standard=_standard(top.table("standard")) if "standard" in document else None,
    )
    top.end()
    if not faults:
        faults.extend(_gaps(found))
    if faults:
        raise Invalid(
            *(
                Fault(path, Message("{what}", {"what": what}))
                for path, _, what in (f.partition(": ") for f in faults)
            )
        )
    return found


def _columns(table: Table) -> Mapping[str, tuple[str, ...]]:
    columns = {}
    for name in FIELDS:
        if name == "question" and isinstance(table.get(name), list):
            columns[name] = table.texts(name)
        elif column := table.optional_text(name):
            columns[name] = (column,)
    table.end()
    return {name: each for name, each in columns.items() if each}


def _defaults(table: Table) -> Mapping[str, str]:
    defaults = {name: text for name in FIELDS if name not in _LATER and (text := table.optional_text(name))}
    table.end()
    for name, text in defaults.items():
        if fault := _fault_of(name, text):
            table.fault(name, fault)
    return defaults


def _values(table: Table) -> Mapping[str, Mapping[str, str]]:
    values: dict[str, Mapping[str, str]] = {}
    for name in FIELDS:
        if table.get(name) is None:
            continue
        inner = table.table(name)
        meanings = {text: inner.optional_text(text) or "" for text in inner.values}
        for text, ours in meanings.items():
            if ours and (fault := _fault_of(name, ours)):
                inner.fault(f'"{text}"', fault)
        values[name] = {text.strip().casefold(): ours for text, ours in meanings.items()}
    table.end()
    return values


def _date_format(table: Table) -> str | None:
    form = table.optional_text("format")
    table.end()
    if form and not all(part in form.lower() for part in ("%d", "%m", "%y")):
        table.fault("format", 'needs %d, %m and %Y, such as "%d/%m/%Y"')
    return form


def _bodies(table: Table) -> tuple[FoundBy, NewBodies | None]:
    found_by = table.choice("found_by", FoundBy, FoundBy.CODE)
    create = table.get("create")
    inner = table.table("create")
    table.end()
    if create is None:
        return found_by, None
    made = NewBodies(
        kind=inner.choice("kind", BodyKind, BodyKind.OTHER),
        country=inner.identifier("country"),
        code_prefix=inner.identifier("code_prefix"),
    )
    inner.end()
    if found_by is FoundBy.CODE:
        table.fault(
            "create",
            'bodies have no names in this file to be made with; write found_by = "name", or leave this out',
        )
    return found_by, made


def _new_cbo(table: Table) -> BilingualName | None:
    inner = table.table("create")
    wanted = table.get("create") is not None
    table.end()
    if not wanted:
        return None
    name = BilingualName(inner.text("name_en"), inner.text("name_km"))
    inner.end()
    return name


def _standard(table: Table) -> Standard | None:
    limit = table.limit("limit")
    if table.get("limit") is None:
        table.fault("limit", 'is missing; write a number and a unit, such as "30 calendar"')
    standard = Standard(limit, table.texts("countries")) if limit else None
    table.end()
    return standard


def _gaps(found: RequestMap) -> Sequence[str]:
    """What no line could ever bring."""
    required = [each.name for each in msgspec.structs.fields(RequestLine) if each.required]
    gaps = [
        f"columns.{name}: is missing; name the column that holds it"
        + ("" if name in _LATER else f", or write {name} under [defaults]")
        for name in required
        if name not in found.columns and name not in found.defaults
    ]
    if not any(day in found.columns for day in DAYS[:-1]):
        gaps.append(
            "columns.received_on: is missing; name the column with the day of receipt (or drafted_on, submitted_on)"
        )
    if "outcome" in found.columns and "answered_on" not in found.columns:
        gaps.append("columns.answered_on: is missing; an outcome needs the column with its day")
    if found.new_cbo and "cbo_code" not in found.defaults:
        gaps.append(
            "defaults.cbo_code: is missing; write the code of the organisation that [cbo.create] describes"
        )
    if found.standard and {"statute_id", "campaign_code"} & {*found.columns, *found.defaults}:
        gaps.append("standard: there is a statute_id or campaign_code too; keep one of them")
    return gaps


def _fault_of(name: str, text: str) -> str:
    """What is wrong with `text` as a value of a field, or nothing."""
    try:
        decode(RequestLine, {name: text})
    except Invalid as invalid:
        return next((fault.message.render() for fault in invalid.faults if fault.field == name), "")
    return ""

"""Validation: forms, JSON, CSV lines, TOML documents and the environment become values of one class.

All go through `decode`, so that a field means the same, is checked the same, and is refused with
the same words wherever it comes from.
"""

import re
import tomllib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from difflib import get_close_matches
from enum import EnumType
from functools import cache
from inspect import Parameter, signature
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

from rti.core.errors import Fault, Invalid, Message, invalid, say
from rti.law.limits import MOST, Limit, parse_limit

FIRST_YEAR, LAST_YEAR = 1900, 2200

T = TypeVar("T")

_KHMER_DIGITS = str.maketrans("០១២៣៤៥៦៧៨៩", "0123456789")
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u2028\u2029\ufffe\uffff]")
_HOUR = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_FLAGS = dict.fromkeys(("true", "1", "on", "yes"), True) | dict.fromkeys(("false", "0", "off", "no"), False)
_INT64 = 2**63
_LARGEST_TOML = 200_000
"""Characters; the longest included statute has 4,000."""
_SUGGESTING_BELOW = 100
_MOST_FAULTS = 1_000
_MOST_PARTS = 10_000
"""Names in one table, faults listed, and parts of one list, so that millions from a stranger cost no more."""


class InvalidValue(ValueError):
    """A value that does not fit its field; the message says what would."""

    def __init__(self, text: Message) -> None:
        self.text = text
        super().__init__(text.render())


def plain_digits(text: str) -> str:
    """The text with its Khmer digits as ASCII ones."""
    return text.translate(_KHMER_DIGITS)


def parse_date(text: str) -> date:
    """An ISO 8601 date (Khmer digits are read too) between 1900 and 2200, or `InvalidValue`."""
    plain = plain_digits(text.strip())
    try:
        day = date.fromisoformat(plain) if _ISO_DATE.fullmatch(plain) else date.min
    except ValueError:
        day = date.min
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidValue(_DATE_HINT)
    return day


def clean_text(text: str) -> str:
    """The text unchanged, or `InvalidValue` if it contains characters that no document can contain."""
    if _UNWANTED.search(text):
        raise InvalidValue(
            say(
                "This contains invisible control characters or damaged text. Type it again or paste it as plain text"
            )
        )
    return text


def read_email(text: str) -> str:
    """The address in its usual form; raises `InvalidValue`."""
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise InvalidValue(say("Enter an email address, for example name@example.org")) from None


def text_of(content: bytes, field: str) -> str:
    """The text of a file in UTF-8, or in UTF-16 with a byte order mark; raises `Invalid` for the field."""
    try:
        return content.decode("utf-16" if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig")
    except UnicodeDecodeError:
        raise invalid(field, say("The file is not UTF-8 text. Save it as UTF-8")) from None


def toml_document(text: str) -> dict[str, Any]:
    """The document in a TOML text, or `InvalidValue` with the line where it breaks."""
    if len(text) > _LARGEST_TOML:
        raise InvalidValue(say("Enter at most {count} characters", count=_LARGEST_TOML))
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidValue(say("This is not TOML: {fault}", fault=error)) from None


def _limit(text: str) -> Limit:
    return parse_limit(plain_digits(text))


def _area_code(text: str) -> str:
    """Restore the leading zero that spreadsheets drop: a code has 2, 4 or 6 digits."""
    plain = plain_digits(text)
    return f"0{plain}" if plain.isdecimal() and len(plain) % 2 else plain


def _hour(text: str) -> str:
    plain = plain_digits(text)
    if not _HOUR.fullmatch(plain):
        raise ValueError(text)
    return plain


def reads(read: Callable[[str], object] | None, hint: Message | None = None, **limits: Any) -> msgspec.Meta:
    """For the type of a field: the function that reads its value from a text, and the hint if that raises ValueError."""
    return msgspec.Meta(extra={"read": read, "hint": hint}, **limits)


_DATE_HINT = say("Enter a date between 1900 and 2200 as year-month-day, for example 2026-04-20")
_HOUR_HINT = say("Enter a time from 00:00 to 23:59, for example 14:30")
LIMIT_HINT = say(
    "Enter a number from 0 to {most} and hours, calendar, working or month, for example 20 working", most=MOST
)
_LIST = reads(None, say("Enter a list, between [ and ]"))
_USUAL: Mapping[object, msgspec.Meta] = {
    bool: reads(lambda text: _FLAGS[text.lower()], say("Enter yes or no; in a file, true or false")),
    date: reads(parse_date, _DATE_HINT),
    time: reads(lambda text: time.fromisoformat(plain_digits(text)), _HOUR_HINT),
    Limit: reads(_limit, LIMIT_HINT),
    UUID: reads(UUID, say("Choose one from the list")),
    Path: reads(Path),
    list: _LIST,
    tuple: _LIST,
    frozenset: _LIST,
    dict: reads(None, say("Enter names with their values here")),
}
"""How a type is read by default."""
_RECORDS = ("__struct_fields__", "__dataclass_fields__", "_fields")
"""Each class with fields has one of these attributes."""

ShortText = Annotated[str, msgspec.Meta(max_length=300)]
Line = Annotated[str, msgspec.Meta(max_length=1_000)]
Code = Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[A-Za-z0-9._:/-]+$")]
AreaCode = Annotated[str, reads(_area_code, max_length=64)]
Paragraphs = Annotated[str, msgspec.Meta(max_length=20_000)]
LimitText = Annotated[str, reads(lambda text: str(_limit(text)), LIMIT_HINT, max_length=40)]
Hour = Annotated[str, reads(_hour, _HOUR_HINT, max_length=5)]
Email = Annotated[str, reads(read_email, max_length=254)]


def decode(
    kind: type[T],
    values: Mapping[str, object],
    *,
    also: Callable[[T], Iterable[Fault]] = lambda _: (),
    named: Callable[[str], str] = str,
) -> T:
    """Make a `kind` (a Struct, dataclass or NamedTuple) of `values`, or raise `Invalid` with every fault at once.

    An empty or missing value takes the field's default; a field without one is required.
    Unknown names are refused, so that nobody sets what is not theirs to set. What stands inside of
    another is named by its path, such as `clocks[0].limit`.

    A field's type says what fits: bounds as `msgspec.Meta`, a way of its own to read a text as `reads`,
    and a mapping in `Annotated` gives words that stand for a value. `also` looks for what no single field
    shows; it sees None, or something empty, for what could not be read. `named` is what the outside
    calls a field.
    """
    faults: list[Fault] = []
    made: T = _record(kind, values, "", faults, named)
    faulty = {fault.field for fault in faults}
    faults += (fault for fault in also(made) if fault.field not in faulty)
    if faults:
        raise Invalid(*faults)
    return made


@dataclass(frozen=True, slots=True)
class _Type:
    """A type taken apart: `items` are the types inside it, `words` stand for values."""

    whole: Any
    base: Any
    items: tuple["_Type", ...]
    container: Any
    is_record: bool
    meta: msgspec.Meta
    words: Mapping[str, object]

    @property
    def extra(self) -> Mapping[str, Any]:
        return self.meta.extra or {}

    @property
    def empty(self) -> Any:
        """The stand-in for a value that could not be read."""
        if self.is_record:
            return _record(self.base, {}, "", [])
        return self.base() if self.container else None


def _take_apart(whole: Any) -> _Type:
    if get_origin(whole) in {Union, UnionType}:
        return _take_apart(next(part for part in get_args(whole) if part is not type(None)))
    if get_origin(whole) is Annotated:
        inner, note = get_args(whole)
        known = replace(_take_apart(inner), whole=whole)
        return replace(known, words=note) if isinstance(note, Mapping) else replace(known, meta=note)
    base = get_origin(whole) or whole
    is_record = base not in _USUAL and any(hasattr(base, sign) for sign in _RECORDS)
    base = dict if base is Mapping else base
    usual = _USUAL.get(dict if is_record else base, msgspec.Meta())
    container = {list: list, tuple: list, frozenset: list, dict: Mapping}.get(dict if is_record else base)
    items = tuple(_take_apart(part) for part in get_args(whole) if part is not Ellipsis)
    return _Type(whole, base, items, container, is_record, usual, {})


@cache
def _fields(kind: type, named: Callable[[str], str]) -> dict[str, tuple[str, _Type, bool]]:
    """By outside name: the name inside, the type, and whether it is required."""
    types = get_type_hints(kind, include_extras=True)
    return {
        named(name): (name, _take_apart(types[name]), parameter.default is Parameter.empty)
        for name, parameter in signature(kind).parameters.items()
    }


def _record(kind: Any, values: Any, path: str, faults: list[Fault], named: Callable[[str], str] = str) -> Any:
    fields = _fields(kind, named)
    prefix = path and f"{path}."
    for name in values:
        if name not in fields:
            _note(faults, prefix + name, _unknown(name, fields, values))
    made: dict[str, object] = {}
    for outside, (name, wanted, required) in fields.items():
        value = values.get(outside)
        if isinstance(value, str) and not wanted.extra.get("as_typed"):
            value = value.strip()
        if value is not None and value != "":
            made[name] = _read(wanted, value, prefix + outside, faults)
        elif required and wanted.is_record:
            made[name] = _record(wanted.base, {}, prefix + outside, faults)
        elif required:
            hint = say("This is required. {hint}", hint=_hint(wanted))
            _note(faults, prefix + outside, say("This is required") if wanted.base is str else hint)
            made[name] = wanted.empty
    return kind(**made)


def _note(faults: list[Fault], path: str, message: Message) -> None:
    faults.append(Fault(path, message))
    if len(faults) == _MOST_FAULTS:
        raise Invalid(*faults)


def _unknown(name: str, known: Iterable[str], values: Mapping[str, object]) -> Message:
    if len(values) >= _SUGGESTING_BELOW:
        return say("There is no field with this name")
    if near := get_close_matches(name, known, n=1):
        return say("There is no field with this name; did you mean {name}?", name=near[0])
    return say("There is no field with this name; there are {names}", names=", ".join(known))


def _read(wanted: _Type, value: Any, path: str, faults: list[Fault]) -> Any:
    """The value as its field needs it. A wrong value becomes a fault, with an empty stand-in."""
    if isinstance(value, date | time):
        value = value.isoformat()
    if isinstance(value, str) and value in wanted.words:
        return wanted.words[value]
    message = None
    try:
        if isinstance(value, str) and wanted.base is not str and (read := wanted.extra.get("read")):
            return read(clean_text(value))
        if wanted.container is None:
            return _scalar(wanted, value)
        if isinstance(value, wanted.container) and len(value) <= _MOST_PARTS:
            return _inside(wanted, value, path, faults)
    except InvalidValue as wrong:
        message = wrong.text
    except (ValueError, KeyError, OverflowError):
        message = wanted.extra.get("hint")
    except msgspec.ValidationError:
        pass
    _note(faults, path, message or _hint(wanted))
    return wanted.empty


def _inside(wanted: _Type, value: Any, path: str, faults: list[Fault]) -> Any:
    if wanted.is_record:
        return _record(wanted.base, value, path, faults)
    if wanted.base is dict:
        keys, items = wanted.items
        return {
            _read(keys, key, f"{path}.{key}", faults): _read(items, item, f"{path}.{key}", faults)
            for key, item in value.items()
        }
    return wanted.base(
        _read(wanted.items[0], item, f"{path}[{place}]", faults) for place, item in enumerate(value)
    )


def _scalar(wanted: _Type, value: Any) -> Any:
    if isinstance(value, str):
        value = plain_digits(clean_text(value)) if wanted.base is int else clean_text(value)
    elif wanted.base is str:
        raise InvalidValue(say("Enter this as text; in a file, in quotes"))
    if wanted.base is Any:
        return value
    converted = msgspec.convert(value, wanted.whole, strict=False)
    if wanted.base is int and not -_INT64 <= converted < _INT64:
        raise OverflowError
    read = wanted.base is str and wanted.extra.get("read")
    return read(converted) if read else converted


def _hint(wanted: _Type) -> Message:
    """The hint for a value that does not fit."""
    own = None if wanted.base is str else wanted.extra.get("hint")
    if wanted.words:
        words = ", ".join(word or '""' for word in wanted.words)
        return say("{hint}; or write one of: {words}", hint=own or _within(wanted), words=words)
    return own or _within(wanted)


def _within(wanted: _Type) -> Message:
    limits = wanted.meta
    if isinstance(wanted.base, EnumType):
        return say("Choose one of: {choices}", choices=", ".join(wanted.base))
    if wanted.base is int:
        low = limits.ge if limits.ge is not None else -_INT64
        high = limits.le if limits.le is not None else _INT64 - 1
        return say("Enter a whole number from {low} to {high}", low=low, high=high)
    if limits.pattern:
        return say(
            "Use only letters, digits and . _ : / - and at most {count} characters", count=limits.max_length
        )
    if limits.min_length and limits.max_length:
        return say("Enter {low} to {high} characters", low=limits.min_length, high=limits.max_length)
    if limits.max_length:
        return say("Enter at most {count} characters", count=limits.max_length)
    return say("Enter at least {count} characters", count=limits.min_length)

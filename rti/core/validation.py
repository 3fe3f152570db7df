"""Input of people: turn the values of a form, a JSON object or a CSV line into one frozen Struct.

All three go through `decode`, so that a field means the same, is checked the same, and is refused with
the same words wherever it comes from.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin
from uuid import UUID

import msgspec
from email_validator import EmailNotValidError, validate_email

from rti.core.errors import Fault, Invalid, Message, say
from rti.law.limits import parse_limit

FIRST_YEAR, LAST_YEAR = 1900, 2200

ShortText = Annotated[str, msgspec.Meta(max_length=300)]
Line = Annotated[str, msgspec.Meta(max_length=1_000)]
Code = Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[A-Za-z0-9._:/-]+$")]
Paragraphs = Annotated[str, msgspec.Meta(max_length=20_000)]


def _limit_text(text: str) -> str:
    try:
        return str(parse_limit(text.translate(_KHMER_DIGITS)))
    except ValueError:
        raise InvalidValue(say("Enter a number and a unit, for example 10 working or 15 calendar")) from None


def read_email(text: str) -> str:
    """The address in its usual form; raises `Wrong`."""
    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise InvalidValue(say("Enter an email address, for example name@example.org")) from None


def _hour(text: str) -> str:
    plain = text.translate(_KHMER_DIGITS)
    if not _HOUR.fullmatch(plain):
        raise InvalidValue(say("Enter a time from 00:00 to 23:59, for example 14:30"))
    return plain


# A type can bring a function that reads its text or raises `Wrong`.
LimitText = Annotated[str, msgspec.Meta(max_length=40, extra={"read": _limit_text})]
Hour = Annotated[str, msgspec.Meta(max_length=5, extra={"read": _hour})]
Email = Annotated[str, msgspec.Meta(max_length=254, extra={"read": read_email})]

_KHMER_DIGITS = str.maketrans("០១២៣៤៥៦៧៨៩", "0123456789")
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u2028\u2029\ufffe\uffff]")
_HOUR = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_INT64 = 2**63

T = TypeVar("T", bound=msgspec.Struct)


class InvalidValue(ValueError):
    """A value that does not fit its field; the message says what would."""

    def __init__(self, text: Message) -> None:
        self.text = text
        super().__init__(text.render())


def decode(kind: type[T], values: Mapping[str, object]) -> T:
    """Make a `kind` of `values`, or raise `Invalid` with every fault at once.

    An empty or missing value takes the field's default; a field without one is required.
    Unknown names are refused, so that nobody sets what is not theirs to set.
    """
    taken: dict[str, object] = {}
    faults = [
        Fault(name, say("There is no field with this name"))
        for name in values
        if name not in kind.__struct_fields__
    ]
    for each in msgspec.structs.fields(kind):
        value = values.get(each.name)
        if isinstance(value, str) and not _as_typed(each.type):
            value = value.strip()
        if value is None or value == "":
            if each.required:
                faults.append(Fault(each.name, say("This is required")))
            continue
        try:
            taken[each.name] = _convert(value, each.type)
        except InvalidValue as wrong:
            faults.append(Fault(each.name, wrong.text))
    if faults:
        raise Invalid(*faults)
    return kind(**taken)


def _as_typed(wanted: Any) -> bool:
    """Whether spaces around a text belong to it, as they do to a password."""
    return bool((_limits(_without_none(wanted)).extra or {}).get("as_typed"))


def parse_date(text: str) -> date:
    """An ISO 8601 date (Khmer digits are read too) between 1900 and 2200, or `Wrong`."""
    plain = text.strip().translate(_KHMER_DIGITS)
    try:
        day = date.fromisoformat(plain) if _ISO_DATE.fullmatch(plain) else None
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidValue(
            say("Enter a date between 1900 and 2200 as year-month-day, for example 2026-04-20")
        )
    return day


def clean_text(text: str) -> str:
    """The text unchanged, or `Wrong` where it holds characters that no document can hold."""
    if _UNWANTED.search(text):
        raise InvalidValue(
            say(
                "This contains invisible control characters or damaged text. Type it again or paste it as plain text"
            )
        )
    return text


def _convert(value: object, wanted: Any) -> object:
    wanted = _without_none(wanted)
    base = get_args(wanted)[0] if get_origin(wanted) is Annotated else wanted
    if isinstance(base, type) and issubclass(base, StrEnum):
        return _member(value, base)
    if base is date:
        return (
            parse_date(value)
            if isinstance(value, str)
            else _refuse_type(say("Enter a date as text, for example 2026-04-20"))
        )
    if base is bool:
        return _flag(value)
    if base is int and isinstance(value, str):
        value = value.translate(_KHMER_DIGITS)
    if base is str:
        if not isinstance(value, str):
            return _refuse_type(say("This must be text"))
        value = clean_text(value)
    try:
        converted = msgspec.convert(value, wanted, strict=False)
    except (msgspec.ValidationError, OverflowError, RecursionError):
        raise InvalidValue(_what_would_fit(wanted, base)) from None
    if base is int and not -_INT64 <= int(str(converted)) < _INT64:
        raise InvalidValue(_what_would_fit(wanted, base))
    read = (_limits(wanted).extra or {}).get("read")
    return read(converted) if read else converted


def _without_none(wanted: Any) -> Any:
    if get_origin(wanted) in {Union, UnionType}:
        return next(part for part in get_args(wanted) if part is not type(None))
    return wanted


def _refuse_type(text: Message) -> object:
    raise InvalidValue(text)


def _member(value: object, kind: type[StrEnum]) -> StrEnum:
    try:
        return kind(str(value))
    except ValueError:
        raise InvalidValue(say("Choose one of: {choices}", choices=", ".join(kind))) from None


def _flag(value: object) -> bool:
    flags = {
        "true": True,
        "1": True,
        "on": True,
        "yes": True,
        "false": False,
        "0": False,
        "off": False,
        "no": False,
    }
    word = str(value).lower()
    if word not in flags:
        raise InvalidValue(say("Choose yes or no"))
    return flags[word]


def _limits(wanted: Any) -> msgspec.Meta:
    return next((part for part in get_args(wanted) if isinstance(part, msgspec.Meta)), msgspec.Meta())


def _what_would_fit(wanted: Any, base: Any) -> Message:
    limits = _limits(wanted)
    if base is int:
        low = limits.ge if limits.ge is not None else -_INT64
        high = limits.le if limits.le is not None else _INT64 - 1
        return say("Enter a whole number from {low} to {high}", low=low, high=high)
    if base is UUID:
        return say("Choose one from the list")
    if base is datetime:
        return say("Enter a date and time, for example 2026-04-20T14:30+07:00")
    if limits.pattern:
        return say(
            "Use only letters, digits and . _ : / - and at most {count} characters", count=limits.max_length
        )
    if limits.max_length:
        within = say("Enter {low} to {high} characters", low=limits.min_length, high=limits.max_length)
        at_most = say("Enter at most {count} characters", count=limits.max_length)
        return within if limits.min_length else at_most
    return say("This value is not valid here")

"""Commands about calendars."""

from datetime import date
from typing import Annotated

import msgspec

from rti.core.validation import FIRST_YEAR, LAST_YEAR, Code, ShortText

Year = Annotated[int, msgspec.Meta(ge=FIRST_YEAR, le=LAST_YEAR)]


class CalendarFilter(msgspec.Struct, frozen=True, kw_only=True):
    """The list to show, by default that of this year."""

    country: Code = "KH"
    year: Year | None = None


class DeclareDay(msgspec.Struct, frozen=True, kw_only=True):
    """A day is off; `source` is what says so, such as the number of a sub-decree."""

    country: Code = "KH"
    day: date
    name_km: ShortText
    name_en: ShortText
    source: ShortText


class WithdrawDay(msgspec.Struct, frozen=True, kw_only=True):
    """A listed day off is a working day after all."""

    country: Code = "KH"
    day: date


class ConfirmYear(msgspec.Struct, frozen=True, kw_only=True):
    """The list of a year is the official one; `source` is what fixes it."""

    country: Code = "KH"
    year: Year
    source: ShortText


Command = DeclareDay | WithdrawDay | ConfirmYear

"""Limits of time: an amount and a unit."""

import re
from dataclasses import dataclass
from enum import StrEnum

MOST = 3660
_WRITTEN = re.compile(r"(-?\d+)(?:[\s-]+([a-z]+(?:[\s-]+[a-z]+)?)|\s*([\u1780-\u17df]+))")
"""English words stand apart from the number; Khmer, which has no word spaces, may follow it at once."""


class Unit(StrEnum):
    """What a limit counts."""

    HOURS = "hours"
    CALENDAR = "calendar"
    WORKING = "working"
    MONTH = "month"


_SPELLINGS = {
    "hour": Unit.HOURS,
    "hours": Unit.HOURS,
    "calendar": Unit.CALENDAR,
    "calendar day": Unit.CALENDAR,
    "calendar days": Unit.CALENDAR,
    "working": Unit.WORKING,
    "working day": Unit.WORKING,
    "working days": Unit.WORKING,
    "month": Unit.MONTH,
    "months": Unit.MONTH,
    "calendar month": Unit.MONTH,
    "calendar months": Unit.MONTH,
    "ម៉ោង": Unit.HOURS,
    "ថ្ងៃ": Unit.CALENDAR,
    "ថ្ងៃប្រតិទិន": Unit.CALENDAR,
    "ថ្ងៃធ្វើការ": Unit.WORKING,
    "ខែ": Unit.MONTH,
}


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount (0 to 3660) of hours, calendar days, working days or months."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if not 0 <= self.amount <= MOST:
            raise ValueError(f"a limit is a number from 0 to {MOST}")

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"


def parse_limit(text: str) -> Limit:
    """Read "20 working", "30 calendar", "1 month" (or "1 calendar-month"), "48 hours", and the same in Khmer.

    Raises ValueError with a message that says what would be right.
    """
    shown = text if len(text) <= 40 else text[:40] + "..."
    match = _WRITTEN.fullmatch(text.strip().lower())
    unit = match and _SPELLINGS.get(re.sub(r"[\s-]+", " ", match[2] or match[3]))
    if not match or not unit:
        raise ValueError(
            f"{shown!r} is not a limit; write a number and one of hours, calendar, working, month, "
            'such as "20 working"'
        )
    if len(match[1]) > 9 or not 0 <= int(match[1]) <= MOST:
        raise ValueError(f"{shown!r} is out of range; write a number from 0 to {MOST}")
    return Limit(int(match[1]), unit)

"""Reading documents with a memory for faults: every value is checked, every fault is listed with its path."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar
from zoneinfo import available_timezones

from rti.law.bilingual import BilingualName
from rti.law.calendars import WEEKENDS
from rti.law.limits import Limit, parse_limit

E = TypeVar("E", bound=StrEnum)
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class StatuteFaults(ValueError):
    """Everything that is wrong with a document, each fault with its path and what would be right."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


@dataclass(slots=True)
class Table:
    """A table of a document. Reading a wrong value notes a fault and gives a harmless one back."""

    values: Mapping[str, object]
    path: str
    faults: list[str]
    _read: set[str] = field(default_factory=set)

    def fault(self, key: str, text: str) -> None:
        """Note a fault of the value at `key`."""
        self.faults.append(f"{self.path}{key}: {text}")

    def get(self, key: str) -> object:
        """The raw value, or None."""
        self._read.add(key)
        return self.values.get(key)

    def optional_text(self, key: str) -> str | None:
        """A text without control characters."""
        value = self.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            self.fault(key, f"{_shown(value)} is not a text; write one line in quotes")
            return None
        return value

    def text(self, key: str) -> str:
        """A text that must be there."""
        if self.get(key) is None:
            self.fault(key, "is missing; write a text")
        return self.optional_text(key) or ""

    def identifier(self, key: str) -> str:
        """Letters, digits, dots, hyphens and underscores."""
        value = self.text(key)
        if value and not _IDENTIFIER.fullmatch(value):
            self.fault(key, f"{_shown(value)} is not an id; write up to 64 letters, digits, dots and hyphens")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fault(key, f"{_shown(value)} is not a list of texts; write them in quotes between [ and ]")
            return ()
        return tuple(value)

    def flag(self, key: str) -> bool:
        """True or false; false where it is missing."""
        value = self.get(key)
        if value is not None and not isinstance(value, bool):
            self.fault(key, f"{_shown(value)} is neither true nor false")
        return value is True

    def number(self, key: str, *, least: int = 0) -> int | None:
        """A whole number of at most 3660."""
        value = self.get(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= 3660:
            self.fault(key, f"{_shown(value)} is not a whole number from {least} to 3660")
            return None
        return value

    def name(self, key: str) -> BilingualName:
        """A table with a name in English (`en`) and in Khmer (`km`)."""
        if self.get(key) is None:
            self.fault(key, 'is missing; write { en = "...", km = "..." }')
            return BilingualName("", "")
        table = self.table(key)
        named = BilingualName(table.text("en"), table.text("km"))
        table.end()
        return named

    def zone(self, key: str) -> str | None:
        """The name of a time zone (IANA), such as Asia/Phnom_Penh."""
        value = self.optional_text(key)
        if value and value not in available_timezones():
            self.fault(key, f"{_shown(value)} is not a time zone; write one such as Asia/Phnom_Penh")
            return None
        return value

    def day(self, key: str) -> date | None:
        """A date between 1900 and 2200, as TOML writes it or as text."""
        value = self.get(key)
        try:
            found = date.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            found = value
        if found is None or (type(found) is date and 1900 <= found.year <= 2200):
            return found
        self.fault(key, f"{_shown(value)} is not a date; write one between 1900 and 2200, such as 2026-09-01")
        return None

    def hour(self, key: str) -> time | None:
        """A time of day, as TOML writes it or as text."""
        value = self.get(key)
        try:
            found = time.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            found = value
        if found is None or isinstance(found, time):
            return found
        self.fault(key, f'{_shown(value)} is not a time of day; write one such as "19:00"')
        return None

    def limit(self, key: str) -> Limit | None:
        """A limit such as "20 working"."""
        value = self.get(key)
        if value is None:
            return None
        try:
            return parse_limit(value if isinstance(value, str) else repr(value))
        except ValueError as error:
            self.fault(key, str(error))
            return None

    def choice(self, key: str, kind: type[E], default: E, *, required: bool = False) -> E:
        """A member of an enumeration."""
        value = self.get(key)
        if value is None:
            if required:
                self.fault(key, f"is missing; write one of {', '.join(kind)}")
            return default
        try:
            return kind(str(value))
        except ValueError:
            self.fault(key, f"{_shown(value)} is unknown; write one of {', '.join(kind)}")
            return default

    def choices(self, key: str, kind: type[E]) -> frozenset[E]:
        """A list of members of an enumeration."""
        found = set()
        for text in self.texts(key):
            try:
                found.add(kind(text))
            except ValueError:
                self.fault(key, f"{_shown(text)} is unknown; write some of {', '.join(kind)}")
        return frozenset(found)

    def weekend(self, key: str) -> frozenset[int]:
        """The name of a weekend, such as "fri-sat"."""
        value = self.get(key)
        if value is None:
            return WEEKENDS["sat-sun"]
        if not isinstance(value, str) or value not in WEEKENDS:
            self.fault(key, f"{_shown(value)} is not a weekend; write one of {', '.join(WEEKENDS)}")
            return WEEKENDS["sat-sun"]
        return WEEKENDS[value]

    def table(self, key: str) -> "Table":
        """A table inside this one; empty where it is missing."""
        value = self.get(key)
        if value is not None and not isinstance(value, Mapping):
            self.fault(key, f"{_shown(value)} is not a table of names and values")
        inner = value if isinstance(value, Mapping) else {}
        return Table(inner, f"{self.path}{key}.", self.faults)

    def tables(self, key: str) -> list["Table"]:
        """A list of tables."""
        value = self.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            self.fault(key, f"{_shown(value)} is not a list of tables; write [[{key}]] before each")
            return []
        return [Table(item, f"{self.path}{key}[{n}].", self.faults) for n, item in enumerate(value)]

    def end(self) -> None:
        """Note every key that nobody asked for."""
        for key in self.values:
            if key not in self._read:
                near = get_close_matches(key, self._read, n=1)
                hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(self._read))}"
                self.fault(key, f"is not known; {hint}")


def _shown(value: object) -> str:
    text = f'"{value}"' if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else text[:60] + "..."

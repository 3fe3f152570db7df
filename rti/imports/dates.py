"""Dates as other people write them: by a format such as "%d %B %Y", the same on every machine.

Months may be named in English or Khmer, digits be Khmer and years those of the Buddhist era. Python's own reading
follows the language of the machine, and takes "%M", which means minutes, for a day in January.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from rti.core.errors import say
from rti.core.folding import fold
from rti.core.lunar import lunar_date
from rti.core.validation import InvalidValue, parse_date

_ENGLISH = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_KHMER = (
    *("មករា", "កុម្ភៈ", "មីនា", "មេសា", "ឧសភា", "មិថុនា"),
    *("កក្កដា", "សីហា", "កញ្ញា", "តុលា", "វិច្ឆិកា", "ធ្នូ"),
)
_OTHERS = {"sept": 9, "គុម្ភៈ": 2, "កុម្ភះ": 2}
_MONTHS = {
    fold(name): number
    for names in (_ENGLISH, [name[:3] for name in _ENGLISH], _KHMER)
    for number, name in enumerate(names, start=1)
} | {fold(name): number for name, number in _OTHERS.items()}
_MONTH_NAME = re.compile(f"({'|'.join(sorted(_MONTHS, key=len, reverse=True))})" + r"(?:\.(?= ))?")
_DIRECTIVE = re.compile("%-?(.)")
_BUDDHIST_YEAR = re.compile(r"(?<!\d)(?:244[3-9]|24[5-9]\d|2[56]\d\d|27[0-3]\d|274[0-3])(?!\d)")
_BEHIND = 543
"""Years of the common era behind the Buddhist one, until the first waning day of Pisak; one more from then on."""
_PRIVATE = 0xE000
"""Where directives hide while the words around them are folded."""
_FITTING = say('Write %d, %m and %Y in it, such as "%d/%m/%Y"; months that are named are %B')
_MINUTES = say('%M is for minutes. Write %m for the month, such as "%d/%m/%Y"')


@dataclass(frozen=True)
class DateFormat:
    """How a log writes a day: %d, %m and %Y, or %b and %B where months are named, and the time if there is one."""

    text: str

    def day(self, text: str) -> date:
        """The day; one that is written as year-month-day is read beside any format. Raises InvalidValue."""
        if day := self.read(text):
            return day
        try:
            if not self.text.startswith("%Y"):
                return parse_date(text)
        except InvalidValue:
            pass
        raise InvalidValue(say("This is not a date in the format {form}", form=self.text))

    def leaning(self, text: str) -> int:
        """1 where a text fits this format and not with day and month swapped, -1 the other way round, else 0."""
        if day := self.read(text):
            return int(day.day > 12)
        return -bool(self.swapped and self.swapped.read(text))

    @cached_property
    def swapped(self) -> "DateFormat | None":
        """With day and month the other way round, where both are numbers."""
        if "%m" not in self.text:
            return None
        return DateFormat(re.sub("%-?([dm])", lambda found: "%m" if found[1] == "d" else "%d", self.text))

    def read(self, text: str) -> date | None:
        """The day, or None where the text is not in this format."""
        numbered = _MONTH_NAME.sub(lambda name: f" {_MONTHS[name[1]]} ", fold(text))
        if "%Y" not in self.text or not (year := _BUDDHIST_YEAR.search(numbered)):
            return self._day(numbered)
        before, after = (
            self._day(f"{numbered[: year.start()]}{int(year[0]) - behind}{numbered[year.end() :]}")
            for behind in (_BEHIND, _BEHIND + 1)
        )
        return after if after and lunar_date(after).buddhist_year == int(year[0]) else before

    def _day(self, numbered: str) -> date | None:
        try:
            return datetime.strptime(numbered, self._numbered).date()  # noqa: DTZ007 -- a day has no time zone
        except ValueError:
            return None

    @cached_property
    def _numbered(self) -> str:
        """As Python reads it in every language: months as numbers, and words as keys."""
        hidden = fold(_DIRECTIVE.sub(lambda found: chr(_PRIVATE + ord(found[1])), self.text))
        plain = re.sub("[\ue000-\ue0ff]", lambda found: f"%{chr(ord(found[0]) - _PRIVATE)}", hidden)
        return re.sub("%[bB]", " %m ", plain)


ISO = DateFormat("%Y-%m-%d")


def read_format(text: str) -> DateFormat:
    """The format that a mapping names; raises InvalidValue for one that gives no day."""
    found = set(_DIRECTIVE.findall(text))
    month = found & set("mbB")
    if "M" in found and not month:
        raise InvalidValue(_MINUTES)
    if "d" not in found or not month or not found & set("yY") or not found <= set("dmbByYHIMSp%"):
        raise InvalidValue(_FITTING)
    return DateFormat(text)

"""Khmer and English through gettext; the catalogue is read from its .po file, so nothing is compiled."""

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.core import Locale, negotiate_locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations


class Language(StrEnum):
    """A language of the pages and letters."""

    KM = "km"
    EN = "en"


LANGUAGES: dict[str, str] = {"km": "ខ្មែរ", "en": "English"}
CATALOGUES = Path(__file__).parent.parent / "locale"

Translate = Callable[[str], str]


@lru_cache
def translations(language: str) -> NullTranslations:
    """The gettext catalogue of a language; English is the language of the message ids."""
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as text:
        write_mo(compiled, read_po(text, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def translator(language: str) -> Translate:
    """The function that turns an English message id into `language`."""
    return translations(language).gettext


def preferred(accept_language: str, default: str) -> str:
    """The first of our languages in an Accept-Language header (RFC 9110 12.5.4), else `default`."""
    wanted = []
    for part in accept_language.split(","):
        tag, _, weight = part.partition(";q=")
        try:
            wanted.append((-float(weight or 1), tag.strip().replace("-", "_")))
        except ValueError:
            continue
    ordered = [tag for _, tag in sorted(wanted, key=lambda pair: pair[0])]
    return (negotiate_locale(ordered, list(LANGUAGES)) or default)[:2]


@lru_cache(maxsize=1000)
def show_date(day: date, language: str) -> str:
    """A date in words, such as 20 April 2023."""
    return format_date(day, "d MMMM y", locale=Locale(language))


def show_month(day: date, language: str) -> str:
    """The month of a day, such as April 2023."""
    return format_date(day, "LLLL y", locale=Locale(language))


def show_moment(moment: datetime, language: str, zone: str) -> str:
    """A date and time of day in the time zone `zone`."""
    there = moment.astimezone(ZoneInfo(zone))
    return f"{_shortly(there.date(), language)} {there:%H:%M}"


@lru_cache(maxsize=1000)
def _shortly(day: date, language: str) -> str:
    return format_date(day, "d MMM y", locale=Locale(language))


@lru_cache(maxsize=1000)
def country_name(code: str, language: str) -> str:
    """The name of a country or union by its code of two letters (ISO 3166-1); empty for what is none."""
    name = Locale(language).territories.get(code) if len(code) == 2 else None
    return (name or "").replace("\u200b", "")

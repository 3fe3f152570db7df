"""Why a date moved, as `date_change.cause` keeps it: an event, or a change of the calendar with its day."""

from collections.abc import Callable, Mapping
from datetime import date

from rti.law.steps import EVENTS, N_

CALENDAR: Mapping[str, str] = {
    "day_off": N_("Day off declared: {day}"),
    "day_off_withdrawn": N_("Day off withdrawn: {day}"),
    "year_confirmed": N_("Days off of {day} confirmed"),
}
SENTENCES: Mapping[str, str] = {**CALENDAR, **{str(kind): words for kind, words in EVENTS.items()}}


def told(cause: str, translate: Callable[[str], str], format_day: Callable[[date], str]) -> str:
    """The sentence for a cause that is kept."""
    code, _, of = cause.partition(" ")
    day = format_day(date.fromisoformat(of)) if "-" in of else of
    return translate(SENTENCES[code]).format(day=day)


def day_off(day: date) -> str:
    return f"day_off {day}"


def day_off_withdrawn(day: date) -> str:
    return f"day_off_withdrawn {day}"


def year_confirmed(year: int) -> str:
    return f"year_confirmed {year}"

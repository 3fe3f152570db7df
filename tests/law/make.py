"""Short ways to write calendars and histories in the tests of the law."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache

from rti.calendars.holidays import published_calendar
from rti.law.bilingual import BilingualName
from rti.law.calendars import WEEKENDS, Calendar
from rti.law.deadlines import Deadline, deadlines
from rti.law.events import Event, EventKind, Outcome
from rti.law.statutes import Statute
from rti.statutes.documents import load_library

HOLIDAY = BilingualName("Holiday", "ថ្ងៃឈប់សម្រាក")
library = cache(load_library)


def day(text: str) -> date:
    return date.fromisoformat(text)


def calendar(
    days_off: Iterable[str] | str = (),
    weekend: str = "sat-sun",
    half_days: Iterable[str] = (),
    years: Iterable[int] = range(1990, 2060),
) -> Calendar:
    """Days off as ISO dates, in one text or one by one; every year counts as confirmed."""
    listed = days_off.split() if isinstance(days_off, str) else days_off
    return Calendar(
        weekend=WEEKENDS[weekend],
        days_off={day(text): HOLIDAY for text in listed},
        half_days={day(text): HOLIDAY for text in half_days},
        confirmed_years=frozenset(years),
    )


@cache
def published(*keys: str, weekend: str = "sat-sun") -> Calendar:
    return published_calendar(keys, range(2000, 2036), WEEKENDS[weekend])


def event(kind: str, when: str, **details: object) -> Event:
    at = datetime.fromisoformat(when) if "T" in when else None
    if isinstance(outcome := details.get("outcome"), str):
        details["outcome"] = Outcome(outcome)
    return Event(EventKind(kind), day(when[:10]), at, **details)  # type: ignore[arg-type]


def judged(
    statute: Statute | str, events: Sequence[Event], days: Calendar | None = None
) -> dict[str, Deadline]:
    law = library()[statute] if isinstance(statute, str) else statute
    named = next(name for name, weekend in WEEKENDS.items() if weekend == law.weekend)
    return {each.kind: each for each in deadlines(law, days or calendar(weekend=named), events)}


def codes(deadline: Deadline) -> list[str]:
    return [step.code for step in deadline.steps]

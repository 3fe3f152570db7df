"""When a reminder about a due date is worth sending: rules as data, and the due dates they cover.

A rule applies from one working day to another, both counted from the due date. Turned round, a day and a
rule give the due dates about which there is something to say, so that a sweep is one range of an index.
There is no lower bound on when the sweep last ran: whoever comes late finds all that is still worth
saying, and nothing that is not. A rule that repeats is a row of occasions, each with a range of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from rti.law.calendars import Calendar
from rti.law.rules import AGAINST_BODY, FILING, ClockKind

_DAY = timedelta(days=1)


class About(StrEnum):
    """What a rule is about."""

    ANSWER = "answer"
    ACKNOWLEDGEMENT = "acknowledgement"
    COMPLAINT = "complaint"
    FOLLOW_UP = "follow_up"

    @property
    def clocks(self) -> frozenset[ClockKind]:
        """The clocks of this subject; those of an answer are all that run against a public body except one."""
        return _CLOCKS[self]


_CLOCKS: Final = {
    About.ANSWER: AGAINST_BODY - {ClockKind.ACKNOWLEDGEMENT},
    About.ACKNOWLEDGEMENT: frozenset({ClockKind.ACKNOWLEDGEMENT}),
    About.COMPLAINT: FILING,
    About.FOLLOW_UP: frozenset({ClockKind.FOLLOW_UP}),
}


class Audience(StrEnum):
    """The recipients: people of the requesting organisation, or the public body, by a letter that they approve.

    Campaign staff read their digest.
    """

    EVERYBODY = "everybody"
    LEADS = "leads"
    BODY = "body"

    @property
    def roles(self) -> frozenset[str]:
        return _ROLES[self]


_ROLES: Final = {
    Audience.EVERYBODY: frozenset({"cbo_member", "cbo_lead"}),
    Audience.LEADS: frozenset({"cbo_lead"}),
    Audience.BODY: frozenset[str](),
}


@dataclass(frozen=True, slots=True)
class Occasion:
    """One time that a rule applies, from `begins` to `ends` working days after the due date (before: negative).

    One that ends before the due date extends over the days off up to it: -1 is the day before, whether
    anybody works on it or not, so that no deadline hides behind a holiday.
    """

    begins: int
    ends: int
    number: int


@dataclass(frozen=True, slots=True)
class ReminderRule:
    """Speak of these clocks once between `begins` and `ends`, or again every so many working days.

    Raises ValueError for a rule that ends before it begins, or repeats after less than a day.
    """

    name: str
    about: About
    begins: int
    ends: int
    every: int | None = None
    to: Audience = Audience.EVERYBODY

    def __post_init__(self) -> None:
        if self.begins > self.ends:
            raise ValueError(f"{self.name} ends before it begins")
        if self.every is not None and self.every < 1:
            raise ValueError(f"{self.name} repeats after less than a working day")

    def occasions(self) -> Iterator[Occasion]:
        """Each time that the rule applies, in order; a later one takes over where the one before ends."""
        every = self.every or self.ends - self.begins + 1
        for number, begins in enumerate(range(self.begins, self.ends + 1, every)):
            yield Occasion(begins, min(begins + every - 1, self.ends), number)


DEFAULT_RULES: Final = (
    ReminderRule("soon", About.ANSWER, -3, -1),
    ReminderRule("today", About.ANSWER, 0, 0),
    ReminderRule("late", About.ANSWER, 1, 10),
    ReminderRule("chase", About.ANSWER, 3, 20, to=Audience.BODY),
    ReminderRule("unacknowledged", About.ACKNOWLEDGEMENT, 1, 5),
    ReminderRule("window_closing", About.COMPLAINT, -3, 0),
    ReminderRule("follow_up", About.FOLLOW_UP, 0, 59, every=20),
)
"""The rules of a campaign without its own."""


def due_dates(occasion: Occasion, day: date, calendar: Calendar) -> tuple[date, date]:
    """The first and last due date to remind of on `day`; none where the first is later."""
    return first_due(occasion.ends, day, calendar), _last_due(occasion.begins, day, calendar)


def first_due(ends: int, day: date, calendar: Calendar) -> date:
    """The earliest due date still worth a reminder on `day`, until `ends` working days after it."""
    if ends < 0:
        return _last_due(ends + 1, day, calendar) + _DAY
    return _last_due(ends, day - _DAY, calendar) + _DAY


def _last_due(shift: int, day: date, calendar: Calendar) -> date:
    """The latest due date that, moved by `shift` working days, is not after `day`."""
    if shift <= 0:
        return calendar.add_working_days(day, -shift)
    return calendar.add_working_days(day + _DAY, -shift) - _DAY

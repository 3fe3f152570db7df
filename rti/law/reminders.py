"""When a reminder about a due date is worth saying: rules as data, and the due dates they speak about.

A rule speaks from one working day to another, both counted from the due date. Turned round, a day and a
rule give the due dates about which there is something to say, so that a sweep is one range of an index.
There is no lower bound on when the sweep last ran: whoever comes late finds all that is still worth
saying, and nothing that is not.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from rti.law.calendars import Calendar
from rti.law.rules import FILING, ClockKind

BODY: Final = frozenset(ClockKind) - FILING
"""The clocks that run against a public body."""
EVERYBODY_OF_THE_CBO: Final = frozenset({"cbo_member", "cbo_lead"})
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ReminderRule:
    """Speak of these clocks from `begins` to `ends` working days after the due date (before: negative).

    One that ends before the due date speaks through the days off up to it: -1 is the day before, whether
    anybody works on it or not, so that no deadline hides behind a holiday. `to` names the roles, within the organisation that asks, that are told.
    """

    name: str
    clocks: frozenset[ClockKind]
    begins: int
    ends: int
    to: frozenset[str] = EVERYBODY_OF_THE_CBO

    def __post_init__(self) -> None:
        if self.begins > self.ends:
            raise ValueError(f"{self.name} ends before it begins")


DEFAULT_RULES: Final = (
    ReminderRule("soon", BODY, -3, -1),
    ReminderRule("today", BODY, 0, 0),
    ReminderRule("late", BODY, 1, 10),
    ReminderRule("window_closing", FILING, -3, 0),
)


def due_dates(rule: ReminderRule, day: date, calendar: Calendar) -> tuple[date, date]:
    """The first and last due date of which the rule speaks on `day`; none where the first is later."""
    return first_due(rule, day, calendar), _last_due(rule.begins, day, calendar)


def first_due(rule: ReminderRule, day: date, calendar: Calendar) -> date:
    """The earliest due date of which it is still worth speaking on `day`."""
    if rule.ends < 0:
        return _last_due(rule.ends + 1, day, calendar) + _DAY
    return _last_due(rule.ends, day - _DAY, calendar) + _DAY


def _last_due(shift: int, day: date, calendar: Calendar) -> date:
    """The latest due date that, moved by `shift` working days, is not after `day`."""
    if shift <= 0:
        return calendar.add_working_days(day, -shift)
    return calendar.add_working_days(day + _DAY, -shift) - _DAY

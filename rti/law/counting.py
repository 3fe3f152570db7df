"""The last day of a limit: look-ups only, no events."""

import calendar as months
from datetime import date, timedelta
from typing import Final

from rti.law.calendars import Calendar
from rti.law.limits import Limit, Unit
from rti.law.rules import FORWARD, NO_ROLL, FirstDay, Roll, RollOff

_WEEKDAY_ROLLS: Final = tuple(RollOff)[:7]
_ONE_DAY: Final = timedelta(days=1)


def due_on(
    start: date, limit: Limit, calendar: Calendar, *, count_start_day: bool = False, roll: Roll = NO_ROLL
) -> date:
    """The last day of a limit whose day 0 is `start`, or whose day 1 it is with `count_start_day`.

    Hours are counted from the end of the start day, since only the day is known.
    """
    if count_start_day:
        end = last_day(start, limit, calendar, FirstDay.START_DAY)
    elif limit.unit is Unit.WORKING:
        end = calendar.add_working_days(start, limit.amount)
    else:
        end = last_day(start, limit, calendar, FirstDay.NEXT_DAY)
    return rolled(end, calendar, roll) if roll else end


def last_day(start: date, limit: Limit, calendar: Calendar, first_day: FirstDay) -> date:
    """The last day of a limit before any roll."""
    amount = limit.amount
    if amount and limit.unit is not Unit.HOURS:
        start = day_zero(start, calendar, first_day)
    if limit.unit is Unit.WORKING:
        return calendar.add_working_days(start, amount)
    if limit.unit is Unit.CALENDAR:
        return start + timedelta(days=amount)
    if limit.unit is Unit.MONTH:
        return add_months(start, amount)
    return start + timedelta(days=-(-amount // 24))


def day_zero(start: date, calendar: Calendar, first_day: FirstDay) -> date:
    """The day before day 1."""
    if first_day is FirstDay.START_DAY:
        return start - _ONE_DAY
    if first_day is FirstDay.NEXT_WORKING_DAY:
        return calendar.next_working_day(start + _ONE_DAY) - _ONE_DAY
    return start


def add_months(day: date, amount: int) -> date:
    """The same day of a later month, or the last one of that month (BGB s. 188(2), (3))."""
    year, month = divmod(day.year * 12 + day.month - 1 + amount, 12)
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def rolled(day: date, calendar: Calendar, roll: Roll) -> date:
    """`day`, or the first day after it that is none of the kinds in `roll`."""
    if roll == FORWARD:
        return calendar.next_working_day(day)
    while rolls_off(day, calendar, roll):
        day += _ONE_DAY
    return day


def rolls_off(day: date, calendar: Calendar, roll: Roll) -> bool:
    """Whether a limit may not end on this day."""
    weekday = day.weekday()
    return (
        _WEEKDAY_ROLLS[weekday] in roll
        or (RollOff.WEEKEND in roll and weekday in calendar.weekend)
        or (RollOff.HOLIDAY in roll and day in calendar.days_off)
        or (RollOff.HALF_DAY in roll and day in calendar.half_days)
    )

"""Due dates per second, beside a loop that walks from day to day, in one process and one run."""

from collections.abc import Callable
from datetime import date, timedelta
from time import perf_counter

from rti.calendars.holidays import published_calendar
from rti.law.calendars import WEEKENDS
from rti.law.counting import due_on
from rti.law.limits import parse_limit

LIMIT = parse_limit("20 working")
YEARS = range(2015, 2031)
STARTS = [date(2016, 1, 1) + timedelta(days=n) for n in range(3653)]
ONE_DAY = timedelta(days=1)


def measure() -> list[tuple[str, float, str]]:
    """Due dates per second by table and by walk, and how many times faster the table is."""
    calendar = published_calendar(["KH"], YEARS, WEEKENDS["sat-sun"])
    off = frozenset(calendar.days_off)

    def by_table(start: date) -> date:
        return due_on(start, LIMIT, calendar)

    def by_walk(start: date) -> date:
        left, day = LIMIT.amount, start
        while left:
            day += ONE_DAY
            if day.weekday() < 5 and day not in off:
                left -= 1
        return day

    assert list(map(by_table, STARTS)) == list(map(by_walk, STARTS))
    table, walk = _per_second(by_table, rounds=100), _per_second(by_walk, rounds=5)
    return [
        ("due dates by table, 20 working days", table, "per second"),
        ("due dates by a day-by-day loop", walk, "per second"),
        ("table against loop", table / walk, "times as fast"),
    ]


def _per_second(count: Callable[[date], date], rounds: int) -> float:
    """The best of three runs, so that a busy machine disturbs little."""
    best = 0.0
    for _ in range(3):
        begun = perf_counter()
        for _ in range(rounds):
            for start in STARTS:
                count(start)
        best = max(best, rounds * len(STARTS) / (perf_counter() - begun))
    return best


if __name__ == "__main__":
    for name, figure, unit in measure():
        print(f"{name:<40} {figure:>12,.1f} {unit}")

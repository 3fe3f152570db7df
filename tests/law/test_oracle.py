"""Due dates that others worked out: the test suites and published decisions of existing systems."""

import csv
import re
from datetime import date, datetime
from pathlib import Path

import pytest

from rti.law.calendars import Calendar
from rti.law.deadlines import deadlines
from rti.law.events import Event, EventKind
from rti.law.limits import parse_limit
from rti.law.rules import FORWARD, NO_ROLL, Counting, FirstDay, Receipt
from rti.law.statutes import standard
from tests.law.make import calendar, published

ALAVETELI = calendar(
    """2007-11-30 2007-12-25 2007-12-26 2008-01-01 2008-01-02 2008-03-17 2008-03-21 2008-03-24 2008-05-05
    2008-05-26 2008-07-14 2008-08-04 2008-08-25 2008-12-01 2008-12-25 2008-12-26 2009-01-01 2009-01-02
    2009-03-17 2009-04-10 2009-04-13 2009-05-04 2009-05-25 2009-07-13 2009-08-03 2009-08-31 2009-11-30
    2009-12-25 2009-12-28 2010-01-01 2010-01-04 2010-03-17 2010-04-02 2010-04-05 2010-05-03 2010-05-31
    2010-07-12 2010-08-02 2010-08-30 2010-11-30 2010-12-27 2010-12-28"""
)
ENGLAND_AND_WALES = calendar("2017-05-29 2019-05-06 2019-12-25 2019-12-26 2020-01-01 2021-05-03 2021-05-31")
CASES = [
    ("A01", "2008-10-01", "20 working", "ALV", "2008-10-29"),
    ("A02", "2007-02-01", "20 working", "ALV", "2007-03-01"),
    ("A03", "2008-02-01", "20 working", "ALV", "2008-02-29"),
    ("A04", "2009-03-12", "20 working", "ALV", "2009-04-14"),
    ("A05", "2009-03-13", "20 working", "ALV", "2009-04-15"),
    ("A06", "2009-03-14", "20 working", "ALV", "2009-04-15"),
    ("A07", "2009-03-15", "20 working", "ALV", "2009-04-15"),
    ("A08", "2009-03-16", "20 working", "ALV", "2009-04-16"),
    ("A09", "2008-10-01", "20 calendar roll-forward", "ALV", "2008-10-21"),
    ("A11", "2008-10-05", "20 calendar roll-forward", "ALV", "2008-10-27"),
    ("A13", "2008-10-07", "20 calendar roll-forward", "ALV", "2008-10-27"),
    ("A15", "2008-12-05", "20 calendar roll-forward", "ALV", "2008-12-29"),
    ("J33", "2017-05-18", "3 working", "EW", "2017-05-23"),
    ("J35", "2017-05-18", "20 working", "EW", "2017-06-16"),
    ("J36", "2017-05-18", "20 working + extension of 10 working", "EW", "2017-06-30"),
    ("J38", "2017-05-18", "20 working start-day-counts", "EW", "2017-06-15"),
    ("J46", "2018-06-14", "10 calendar no-roll", "NONE", "2018-06-24"),
    ("J49", "2019-09-27", "1 calendar-month roll-forward", "EW", "2019-10-28"),
    ("J50", "2019-04-06", "1 calendar-month roll-forward", "EW", "2019-05-07"),
    ("UK1", "2014-12-01", "20 working receipt-as-is", "UK-UNION", "2014-12-31"),
    ("UK2", "2014-12-01", "20 working receipt-rolls-forward", "UK-UNION", "2015-01-05"),
    ("PH1", "2019-04-30T13:40:34+08:00", "15 working", "PH", "2019-05-23T13:40:34+08:00"),
    ("KH1", "2023-04-12", "5 working", "KH", "2023-04-20"),
    ("KH2", "2023-04-12", "15 working", "KH", "2023-05-09"),
    ("KH3", "2022-05-20", "15 working", "KH", "2022-06-10"),
    ("KH4", "2022-05-20", "15 working", "KH+2022-06-06", "2022-06-13"),
]
_RULE = re.compile(r"(\d+ [a-z-]+)(?: \+ extension of (\d+ \w+))?(?: ([a-z-]+))?")


def named_calendar(name: str) -> Calendar:
    if name == "UK-UNION":
        return published("GB-ENG", "GB-WLS", "GB-SCT", "GB-NIR")
    if name.startswith("KH+"):
        added = published("KH")
        return calendar([*map(str, added.days_off), name.removeprefix("KH+")])
    fixed = {"ALV": ALAVETELI, "EW": ENGLAND_AND_WALES, "NONE": calendar()}
    return fixed.get(name) or published(name)


def due(received: str, rule: str, days: Calendar) -> str:
    match = _RULE.fullmatch(rule)
    assert match, rule
    limit, extension, how = match.groups()
    counting = Counting(
        first_day=FirstDay.START_DAY if how == "start-day-counts" else FirstDay.NEXT_DAY,
        receipt=Receipt.ROLL_FORWARD if how == "receipt-rolls-forward" else Receipt.AS_IS,
        roll=FORWARD if how == "roll-forward" else NO_ROLL,
        keeps_time=True,
    )
    at = datetime.fromisoformat(received) if "T" in received else None
    on = date.fromisoformat(received[:10])
    events = [Event(EventKind.RECEIVED, on, at)]
    if extension:
        events.append(Event(EventKind.EXTENDED, on, days=extension))
    (found,) = deadlines(standard(parse_limit(limit), counting=counting), days, events)
    assert found.due
    return (found.due_at or found.due).isoformat()


@pytest.mark.parametrize(("case", "received", "rule", "days", "expected"), CASES, ids=[c[0] for c in CASES])
def test_a_date_worked_out_by_others_comes_out_the_same(case, received, rule, days, expected):
    assert due(received, rule, named_calendar(days)) == expected


def test_every_line_of_the_shared_file_comes_out_the_same():
    path = Path(__file__).parents[3] / "shared" / "oracle" / "due_dates.csv"
    if not path.exists():
        pytest.skip(
            "the larger file of cases is others' and may not be committed; the cases above are always run"
        )
    with path.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert rows
    wrong = [
        row["id"]
        for row in rows
        if due(row["received"], row["rule"], named_calendar(row["calendar"])) != row["expected"]
    ]
    assert wrong == []

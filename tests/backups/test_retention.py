"""Which backups are kept, and when one is due."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rti.backups.retention import KEYS_LIVE, backup_due, drill_due, kept, kept_keys
from rti.core.wallclock import day_of

ZONE = "Asia/Phnom_Penh"
moments = st.integers(0, 87_600).map(lambda hours: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=hours))
sets = st.sets(moments, max_size=60)
NIGHTS = [datetime(2026, 1, 1, 19, tzinfo=UTC) + timedelta(days=n) for n in range(400)]


@given(sets)
def test_the_newest_is_always_kept_and_never_more_than_seventeen(made: set[datetime]) -> None:
    found = kept(made)
    assert found <= made
    assert len(found) <= 7 + 4 + 6
    assert not made or max(made) in found


@given(sets)
def test_throwing_away_twice_throws_away_nothing_more(made: set[datetime]) -> None:
    assert kept(kept(made)) == kept(made)


@given(sets)
def test_the_newest_of_each_of_the_last_days_weeks_and_months_is_kept(made: set[datetime]) -> None:
    found = kept(made)
    for period, count in (
        (lambda m: m.date(), 7),
        (lambda m: m.isocalendar()[:2], 4),
        (lambda m: (m.year, m.month), 6),
    ):
        for each in sorted({period(m) for m in made}, reverse=True)[:count]:
            assert max(m for m in made if period(m) == each) in found


def test_throwing_away_each_night_keeps_what_throwing_away_at_the_end_would() -> None:
    there: set[datetime] = set()
    for count, night in enumerate(NIGHTS, 1):
        there = kept(there | {night})
        assert there == kept(NIGHTS[:count])
    assert max(NIGHTS) - min(there) > timedelta(days=120)


@given(sets, moments)
def test_keys_older_than_fourteen_days_are_gone_but_the_newest(made: set[datetime], now: datetime) -> None:
    for each in kept_keys(made, now):
        assert each == max(made) or now - each < KEYS_LIVE


@given(moments, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_a_backup_is_due_once_for_each_night(last: datetime, later: timedelta) -> None:
    now = last + later
    assert backup_due(None, now, ZONE)
    assert not backup_due(now, now, ZONE)
    nights = {day_of(last - timedelta(hours=2), ZONE), day_of(now - timedelta(hours=2), ZONE)}
    assert backup_due(last, now, ZONE) == (len(nights) == 2)


@pytest.mark.parametrize(
    ("last", "backup", "due"),
    [(None, None, False), (None, 1, True), (6, 1, False), (7, 1, True), (7, None, False)],
)
def test_a_drill_is_due_each_week_where_there_is_a_backup(
    last: int | None, backup: int | None, due: bool
) -> None:
    now = NIGHTS[-1]

    def ago(days: int | None) -> datetime | None:
        return None if days is None else now - timedelta(days=days)

    assert drill_due(ago(last), ago(backup), now) is due

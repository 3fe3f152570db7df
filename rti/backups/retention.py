"""Which backups are kept, and when the next backup and drill are due: pure functions of moments.

Everything is about aware moments; days, weeks (ISO 8601) and months are those of UTC.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from rti.core.wallclock import at_hour, day_of

NIGHT = "02:00"
KEYS_LIVE = timedelta(days=14)
"""How long a file of wrapped keys lives, and so how long a shredded organisation can still be read in backups."""
DRILL_EVERY = timedelta(days=7)
BACKUP_ALARM, DRILL_ALARM = timedelta(hours=26), timedelta(days=8)
"""Ages of the last good one at which something is wrong."""

_PERIODS: tuple[tuple[Callable[[datetime], object], int], ...] = (
    (lambda moment: moment.date(), 7),
    (lambda moment: moment.isocalendar()[:2], 4),
    (lambda moment: (moment.year, moment.month), 6),
)


def kept(moments: Collection[datetime]) -> set[datetime]:
    """The newest of each of the last 7 days, 4 weeks and 6 months that have one."""
    found = set()
    for period_of, count in _PERIODS:
        newest: dict[object, datetime] = {}
        for moment in sorted(moments, reverse=True):
            newest.setdefault(period_of(moment), moment)
        found.update(list(newest.values())[:count])
    return found


def kept_keys(
    moments: Collection[datetime], now: datetime, last_shredded: datetime | None = None
) -> set[datetime]:
    """Of the kept backups, those whose wrapped keys are kept too: for 14 days, and the newest for longer.

    Where backups have stopped, the newest too lives no longer once an organisation was shredded after it was made.
    """
    newest = max(moments, default=now)
    stays = newest if last_shredded is None or last_shredded < newest else None
    return {each for each in kept(moments) if each == stays or now - each < KEYS_LIVE}


def backup_due(last: datetime | None, now: datetime, zone: str) -> bool:
    """Whether no backup was begun since 2 o'clock at night, in the IANA time zone `zone`."""
    night = at_hour(day_of(now, zone), NIGHT, zone)
    if night > now:
        night = at_hour(day_of(now, zone) - timedelta(days=1), NIGHT, zone)
    return last is None or last < night


def drill_due(last: datetime | None, last_backup: datetime | None, now: datetime) -> bool:
    """Whether there is a backup to restore, and a week since one was."""
    return last_backup is not None and (last is None or now - last >= DRILL_EVERY)

"""The only module that reads the time."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def day_of(moment: datetime, zone: str) -> date:
    """The calendar day on which an aware `moment` falls in the IANA time zone `zone`."""
    return moment.astimezone(ZoneInfo(zone)).date()


def end_of(day: date, zone: str) -> datetime:
    """The last moment of a calendar day in the IANA time zone `zone`."""
    return datetime.combine(day, time.max, ZoneInfo(zone))

"""The only module that reads the time."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def day_of(moment: datetime, zone: str) -> date:
    """The calendar day on which an aware `moment` falls in the IANA time zone `zone`."""
    return moment.astimezone(ZoneInfo(zone)).date()

"""The only module that reads the time."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

HOME_ZONE = "Asia/Phnom_Penh"
"""Where a public body is, unless the law by which it answers names another time zone."""


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def day_of(moment: datetime, zone: str) -> date:
    """The calendar day on which an aware `moment` falls in the IANA time zone `zone`."""
    return moment.astimezone(ZoneInfo(zone)).date()


def at_hour(day: date, hour: str, zone: str | None) -> datetime:
    """The moment of an hour such as 14:30 on a day in the IANA time zone `zone`, or at home."""
    return datetime.combine(day, time.fromisoformat(hour), ZoneInfo(zone or HOME_ZONE))


def in_home_zone(moment: datetime) -> datetime:
    """The same moment as clocks at home show it."""
    return moment.astimezone(ZoneInfo(HOME_ZONE))


def hour_of(moment: datetime, zone: str | None) -> str:
    """The hour of an aware moment, such as 14:30, in the IANA time zone `zone`, or at home."""
    return moment.astimezone(ZoneInfo(zone or HOME_ZONE)).strftime("%H:%M")


def at_home(moment: datetime) -> datetime:
    """The moment, and where it names no time zone, as one at home."""
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(HOME_ZONE))


def start_of(day: date, zone: str) -> datetime:
    """The first moment of a calendar day in the IANA time zone `zone`."""
    return datetime.combine(day, time.min, ZoneInfo(zone))


def end_of(day: date, zone: str) -> datetime:
    """The last moment of a calendar day in the IANA time zone `zone`."""
    return datetime.combine(day, time.max, ZoneInfo(zone))

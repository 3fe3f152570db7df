"""Dates as iCalendar (RFC 5545), the same bytes as long as nothing changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from icalendar import Event


@dataclass(frozen=True, slots=True)
class Entry:
    """A day in a calendar. `uid` never changes; `sequence` grows with every move of the day."""

    uid: str
    day: date
    summary: str
    description: str
    url: str
    sequence: int
    changed_at: datetime


def calendar(entries: Iterable[Entry], *, name: str, alarm_hour: int | None) -> bytes:
    """A calendar of whole days that keep nobody busy; `alarm_hour` rings at that hour of the day before."""
    from icalendar import Calendar

    shown = Calendar()
    shown.add("prodid", "-//RTI//deadlines//EN")
    shown.add("version", "2.0")
    shown.add("method", "PUBLISH")
    shown.add("name", name)
    shown.add("x-wr-calname", name)
    shown.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for entry in entries:
        shown.add_component(_event(entry, alarm_hour))
    return bytes(shown.to_ical())


def _event(entry: Entry, alarm_hour: int | None) -> "Event":
    from icalendar import Alarm, Event

    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.changed_at.astimezone(UTC))
    event.add("last-modified", entry.changed_at.astimezone(UTC))
    event.add("sequence", entry.sequence)
    event.add("dtstart", entry.day)
    event.add("summary", entry.summary)
    event.add("description", entry.description)
    event.add("url", entry.url)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    if alarm_hour is not None:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", entry.summary)
        alarm.add("trigger", timedelta(hours=alarm_hour - 24))
        event.add_component(alarm)
    return event

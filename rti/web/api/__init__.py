"""The JSON API, one module a subject; each lists its handlers in ROUTES."""

from rti.web.api import (
    accounts,
    bodies,
    calendars,
    campaigns,
    cbos,
    channels,
    chasers,
    feeds,
    imports,
    messages,
    people,
    request_views,
    requests,
    statistics,
    statutes,
)

__all__ = [
    "accounts",
    "bodies",
    "calendars",
    "campaigns",
    "cbos",
    "channels",
    "chasers",
    "feeds",
    "imports",
    "messages",
    "people",
    "request_views",
    "requests",
    "statistics",
    "statutes",
]

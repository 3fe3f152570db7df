"""The JSON API, one module a subject; each lists its handlers in ROUTES.

A view stands above the routes that answer with it (those of a request in `request_views`); one that pages or the
command line show too stands with its subject.
"""

from rti.web.api import (
    accounts,
    audit,
    bodies,
    calendars,
    campaigns,
    cbos,
    channels,
    chasers,
    drafts,
    exports,
    feeds,
    flat_figures,
    imports,
    inbox,
    jobs,
    letters,
    messages,
    people,
    requests,
    retention,
    search,
    statistics,
    statutes,
    what_if,
)

__all__ = [
    "accounts",
    "audit",
    "bodies",
    "calendars",
    "campaigns",
    "cbos",
    "channels",
    "chasers",
    "drafts",
    "exports",
    "feeds",
    "flat_figures",
    "imports",
    "inbox",
    "jobs",
    "letters",
    "messages",
    "people",
    "requests",
    "retention",
    "search",
    "statistics",
    "statutes",
    "what_if",
]

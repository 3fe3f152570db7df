"""Every table with its enumerations, one module a subject; importing this package fills the metadata."""

from rti.models import (
    accounts,
    audit,
    backups,
    bodies,
    calendars,
    campaigns,
    cbos,
    imports,
    inbox,
    jobs,
    keys,
    letters,
    messages,
    requests,
    statutes,
)

__all__ = [
    "accounts",
    "audit",
    "backups",
    "bodies",
    "calendars",
    "campaigns",
    "cbos",
    "imports",
    "inbox",
    "jobs",
    "keys",
    "letters",
    "messages",
    "requests",
    "statutes",
]

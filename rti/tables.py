"""All tables together, for migrations and for tests that compare them with the schema."""

from rti.accounts import tables as accounts
from rti.audit import tables as audit
from rti.backups import tables as backups
from rti.bodies import tables as bodies
from rti.calendars import tables as calendars
from rti.campaigns import tables as campaigns
from rti.cbos import tables as cbos
from rti.correspondence import tables as correspondence
from rti.requests import tables as requests
from rti.sealing import tables as sealing
from rti.statutes import tables as statutes

__all__ = [
    "accounts",
    "audit",
    "backups",
    "bodies",
    "calendars",
    "campaigns",
    "cbos",
    "correspondence",
    "requests",
    "sealing",
    "statutes",
]

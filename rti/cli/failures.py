"""Faults that a person can fix, as sentences instead of a traceback."""

from sqlalchemy.exc import DBAPIError

from rti.core.db import is_outage
from rti.core.errors import Invalid, Problem
from rti.core.settings import SettingsFault

UNDEFINED_TABLE, NO_DATABASE, REFUSED = "42P01", "3D000", "28"
"""PostgreSQL's codes for a table and a database that are not there, and the beginning of those for a login or
password that it does not take."""


def explained(fault: Exception) -> tuple[int, list[str]] | None:
    """The exit status and what to print; None for a bug."""
    if isinstance(fault, SettingsFault):
        return 2, fault.faults
    if isinstance(fault, Invalid):
        return 1, [f"{each.field}: {each.message.render()}" for each in fault.faults]
    if isinstance(fault, Problem):
        return 1, [str(fault)]
    if isinstance(fault, (DBAPIError, OSError)):
        sentence = _explained(fault)
        return (1, [sentence]) if sentence else None
    return None


def _explained(error: DBAPIError | OSError) -> str | None:
    """What is wrong with the database or a file, in a sentence, if a person can fix it."""
    cause = getattr(error, "orig", None)
    sqlstate = str(getattr(cause, "sqlstate", ""))
    if sqlstate.startswith(REFUSED):
        ours = ". Logins come from rti migrate, run with the same RTI_SECRET" if '"rti_' in str(cause) else ""
        return f"PostgreSQL refuses the connection: {cause}{ours}"
    if sqlstate == NO_DATABASE:
        return f"PostgreSQL answers, but {cause}. Create it: createdb --encoding UTF8 --template template0"
    if sqlstate == UNDEFINED_TABLE:
        return "The database has no tables. Run rti migrate first"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return f"The database is not responding, or its disk is full: {error}" if is_outage(error) else None

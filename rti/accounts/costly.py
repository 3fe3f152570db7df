"""How often one person may ask for what costs the server much (ASVS 5.0, 2.4.1 and 15.2.2).

So generous that nobody at work meets it; a program that goes round in circles does, and so does whoever
took over an account. Tokens count with their person. What is not here is found by an index or computed in
less than a millisecond, or comes after something that is here.
"""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from rti.accounts import allowances
from rti.accounts.allowances import Allowance
from rti.accounts.policy import Person
from rti.audit.kinds import What
from rti.audit.tallying import tally
from rti.db import Database
from rti.errors import UsedUp, say


class Costly(StrEnum):
    FIGURES = "figures"
    """Tables of statistics and comparisons, each of which reads every request that counts."""
    EXPORTS = "exports"
    """Files of all requests."""
    IMPORTS = "imports"
    """Files of up to 5,000 lines, also those that are only checked."""
    RECORDS = "records"
    """Requests filed, events recorded and documents attached, of which a copy is made."""
    OPENINGS = "openings"
    """Documents and identities opened: each is decrypted, and leaves the system."""
    CALENDARS = "calendars"
    """Days off and confirmed years, which move the dates of requests."""
    INVITATIONS = "invitations"
    """Links for new people and new passwords, which may go out as messages."""


_MINUTE = timedelta(minutes=1)
ALLOWED: Mapping[Costly, Allowance] = {
    Costly.FIGURES: Allowance(300, timedelta(seconds=12)),
    Costly.EXPORTS: Allowance(30, 2 * _MINUTE),
    Costly.IMPORTS: Allowance(60, _MINUTE),
    Costly.RECORDS: Allowance(200, timedelta(seconds=18)),
    Costly.OPENINGS: Allowance(200, timedelta(seconds=18)),
    Costly.CALENDARS: Allowance(60, _MINUTE),
    Costly.INVITATIONS: Allowance(60, _MINUTE),
}


async def spend(door: Database, person: Person, costly: Costly, now: datetime) -> None:
    """Count a call before anything is done for it; raises UsedUp, which tells when it works again."""
    key = allowances.keyed(door.secret, "costly", costly, str(person.id))
    wait = await allowances.take(door, key, ALLOWED[costly], now)
    if wait is None:
        return
    async with door.transaction() as session:
        await tally(session, What.CALLS_REFUSED, now, of=person, calls=costly)
    told = say(
        "This takes the server long, so one person may do it {count} times in a row, and then only now and then. "
        "It works again in {minutes} min",
        count=ALLOWED[costly].at_once,
        minutes=math.ceil(wait / _MINUTE),
    )
    raise UsedUp(told, again_in=wait)

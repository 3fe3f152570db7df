"""The calculator: when an answer is due and why, from the date of receipt alone."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from rti.calendars.queries import HOME, calendar_of, countries
from rti.core.errors import Fault, Invalid, say
from rti.core.wallclock import at_hour
from rti.law.deadlines import Deadline, deadlines
from rti.law.events import Event, EventKind
from rti.law.rules import ROLLS, Counting, FirstDay, Receipt
from rti.law.statutes import Statute, standard
from rti.statutes.commands import Calculate, RollChoice
from rti.statutes.queries import newest, newest_of


@dataclass(frozen=True, slots=True)
class Calculated:
    """The rule that was used, and its clocks with their steps."""

    received: date
    statute: Statute
    countries: tuple[str, ...]
    deadlines: tuple[Deadline, ...]


async def calculate(session: AsyncSession, wanted: Calculate) -> Calculated:
    """Raises Invalid."""
    faults = []
    if bool(wanted.limit) == bool(wanted.statute_id):
        faults.append(Fault("limit", say("Enter a limit or choose a statute, not both")))
    if wanted.country and wanted.country not in await countries(session):
        faults.append(Fault("country", say("There are no days off for {country}", country=wanted.country)))
    if faults:
        raise Invalid(*faults)
    law = await _rule(session, wanted)
    keys = (wanted.country,) if wanted.country else law.countries
    calendar = await calendar_of(session, keys, law.weekend)
    at = at_hour(wanted.received, wanted.at, law.zone) if wanted.at else None
    events = [Event(EventKind.RECEIVED, wanted.received, at, channel=wanted.channel, urgent=wanted.urgent)]
    if wanted.extend:
        events.append(Event(EventKind.EXTENDED, wanted.received, days=wanted.extend))
    return Calculated(wanted.received, law, keys, deadlines(law, calendar, events))


async def _rule(session: AsyncSession, wanted: Calculate) -> Statute:
    if wanted.statute_id:
        law = await newest_of(session, wanted.statute_id)
    else:
        country = wanted.country or HOME
        same = [statute for statute in await newest(session) if country in statute.countries]
        law = standard(wanted.limit or "", counting=Counting(confirmed=True), countries=(country,))
        law = replace(law, weekend=same[0].weekend if same else law.weekend)
    return counted(law, wanted.roll, wanted.receipt, count_start_day=wanted.count_start_day)


def counted(
    law: Statute, roll: RollChoice | None, receipt: Receipt | None, *, count_start_day: bool
) -> Statute:
    """The statute with the chosen counting rules."""
    usual = law.counting
    counting = replace(
        usual,
        first_day=FirstDay.START_DAY if count_start_day else usual.first_day,
        roll=ROLLS[roll] if roll else usual.roll,
        receipt=receipt or usual.receipt,
    )
    return replace(law, counting=counting)

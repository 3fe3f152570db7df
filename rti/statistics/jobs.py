"""The periodic job that sends saved reports."""

from datetime import timedelta

from rti.core.periodic import PeriodicJob, Result, Tick
from rti.core.wallclock import day_of
from rti.law.explanations import N_
from rti.statistics.reports import send_due


async def reports(tick: Tick) -> Result:
    today = day_of(tick.now, tick.settings.timezone)
    count = await send_due(tick.database, tick.settings, tick.now, today)
    return Result(f"{count} messages")


JOBS = (PeriodicJob("reports", N_("Queue the monthly reports of figures"), timedelta(minutes=1), reports),)

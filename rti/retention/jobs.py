"""The periodic job that deletes expired data."""

from datetime import timedelta

from rti.core.periodic import PeriodicJob, Result, Tick
from rti.law.explanations import N_
from rti.retention.purge import remove_once_a_day


async def purge(tick: Tick) -> Result:
    gone = await remove_once_a_day(tick.database, tick.settings, tick.now)
    return Result(", ".join(f"{count} {kept}" for kept, count in gone.items()) or "done today")


JOBS = (PeriodicJob("retention", N_("Delete expired data"), timedelta(minutes=1), purge),)

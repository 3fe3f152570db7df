"""The periodic job that removes shredded data from the disk."""

from datetime import timedelta

from sqlalchemy.exc import DBAPIError

from rti.core.db import Database
from rti.core.errors import Problem
from rti.core.periodic import PeriodicJob, Result, Tick
from rti.law.explanations import N_
from rti.safety.scrubbing import scrub, waiting


async def scrub_shredded(tick: Tick) -> Result:
    """The login of the address is the owner of an embedded database; elsewhere it may be nobody, which is told."""
    async with tick.database.transaction() as session:
        left = await waiting(session)
    if not left:
        return Result()
    owner = Database.of(tick.settings, pool_size=1)
    try:
        return Result(f"{await scrub(owner, tick.now)} removed from the disk")
    except (Problem, DBAPIError, OSError) as fault:
        why = str(fault) if isinstance(fault, Problem) else f"run rti cbo scrub ({type(fault).__name__})"
        return Result(f"{left} still on the disk: {why}", well=False)
    finally:
        await owner.close()


JOBS = (PeriodicJob("scrub", N_("Remove shredded data from the disk"), timedelta(minutes=1), scrub_shredded),)

"""The periodic job of the audit log."""

from datetime import timedelta

from rti.audit.checkpoints import mail_checkpoint_once_a_day
from rti.audit.record import record_counts
from rti.audit.sealer import chain
from rti.core.periodic import PeriodicJob, Result, Tick
from rti.law.explanations import N_


async def seal(tick: Tick) -> Result:
    """Record what was counted, chain what was recorded, and once a day send the head of the chain outside."""
    async with tick.database.transaction() as session:
        await record_counts(session, tick.now)
        chained = await chain(session)
        anchored = await mail_checkpoint_once_a_day(session, tick.settings, tick.now)
    return Result(f"{chained} entries chained" + (f", head queued to {len(anchored)}" if anchored else ""))


JOBS = (PeriodicJob("seal", N_("Extend the audit log hash chain"), timedelta(minutes=1), seal),)

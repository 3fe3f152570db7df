"""The periodic jobs of messages: making reminders and digests, and sending what is due."""

import asyncio
from datetime import timedelta

from notifications.dispatch import dispatch as dispatch_messages
from notifications.sweep import sweep as sweep_deadlines
from rti.core import wallclock
from rti.core.periodic import PeriodicJob, Result, Tick
from rti.law.explanations import N_


async def sweep(tick: Tick) -> Result:
    zone = tick.settings.timezone
    day = wallclock.day_of(tick.now, zone)
    swept = await sweep_deadlines(tick.database, day, tick.now, host=tick.settings.mail_host, zone=zone)
    if swept.failed:
        return Result(f"failed for {', '.join(swept.failed)}", well=False)
    return Result(f"{swept.reminders} reminders, {swept.messages} messages")


async def dispatch(tick: Tick) -> Result:
    """Send what is due; while mail has stopped, through the gateways only."""
    elapsed = asyncio.get_running_loop().time
    mailing = elapsed() >= tick.last.rests_until
    done = await dispatch_messages(tick.database, tick.settings, stopping=tick.stopping, mailing=mailing)
    if done.trouble:
        # A refused sign-in tried again every few seconds would lock the account.
        rest = 600 if done.trouble.settings else 60
        return Result(str(done.trouble), well=False, rests_until=elapsed() + rest)
    if not mailing:
        return tick.last
    return Result(", ".join(f"{count} {state}" for state, count in sorted(done.states.items())))


JOBS = (
    PeriodicJob("sweep", N_("Create reminders"), timedelta(minutes=1), sweep),
    PeriodicJob("dispatch", N_("Send messages"), timedelta(seconds=5), dispatch),
)

"""The periodic jobs of what comes in: reading and filing mail, and looking into a mailbox."""

from datetime import timedelta

from rti.core.db_roles import Login
from rti.core.periodic import PeriodicJob, Result, Tick
from rti.inbox.imap import MailboxTrouble, poll
from rti.inbox.sorting import sort_some
from rti.law.explanations import N_


async def file_incoming(tick: Tick) -> Result:
    done = await sort_some(tick.database.under(Login.DOCUMENTS), tick.settings, tick.now)
    return Result(", ".join(f"{count} {state}" for state, count in sorted(done.items())))


async def poll_mailbox(tick: Tick) -> Result:
    settings = tick.settings
    try:
        count = await poll(
            tick.database.under(Login.RECEIVER), settings.imap_url, settings.reply_address, tick.now
        )
    except MailboxTrouble as trouble:
        return Result(str(trouble), well=False)
    return Result(f"{count} new")


JOBS = (
    PeriodicJob(
        "incoming",
        N_("File incoming mail"),
        timedelta(seconds=10),
        file_incoming,
        wanted=lambda settings: bool(settings.reply_address),
    ),
    PeriodicJob(
        "mailbox",
        N_("Read the mailbox"),
        timedelta(minutes=1),
        poll_mailbox,
        wanted=lambda settings: bool(settings.reply_address and settings.imap_url),
    ),
)

"""`rti bounce`, to which the mail server passes delivery reports."""

import asyncio
import resource
import sys
from typing import Annotated

import typer

from notifications import delivery_reports
from notifications.bounces import report
from rti.cli.connecting import connected, opened
from rti.core import wallclock
from rti.core.db_roles import Login
from rti.core.settings import Settings

SECONDS, MEMORY = 5, 512 * 2**20
"""Limits for reading a report; a hostile one ends only this process."""


def bounce(
    recipient: Annotated[str, typer.Argument(help="Address to which the report was sent.")],
) -> None:
    """Read a delivery report from standard input and update the status of the address.

    Anything that is not a report on one of our messages is ignored with exit status 0, so that the mail
    server does not return it. No reply is ever sent.

    In /etc/aliases: bounce: "|rti bounce $ORIGINAL_RECIPIENT"

    Example: rti bounce bounce+0192@rti.example.org < report.eml
    """
    with opened() as settings:
        message_id = delivery_reports.message_of(recipient, settings.secret)
        if message_id is None:
            typer.echo("Ignored: not one of our addresses", err=True)
            return
        try:
            found = _read(sys.stdin.buffer.read(delivery_reports.LONGEST + 1))
        except delivery_reports.Unreadable as fault:
            typer.echo(f"Ignored: {fault}", err=True)
            return
        if found is None:
            typer.echo("The message is delayed or has arrived; nothing to record")
            return

        async def noted(settings: Settings) -> bool:
            async with connected(settings, Login.WORKER) as database, database.transaction() as session:
                return await report(session, message_id, found.status, wallclock.now())

        known = asyncio.run(noted(settings))
    typer.echo(f"Recorded: {found.status}" if known else "The message no longer exists; nothing to record")


def _read(raw: bytes) -> delivery_reports.Report | None:
    """Parse under limits of the operating system, because what arrives was written by strangers."""
    cpu, memory = resource.getrlimit(resource.RLIMIT_CPU), resource.getrlimit(resource.RLIMIT_AS)
    spent = resource.getrusage(resource.RUSAGE_SELF)
    allowed = int(spent.ru_utime + spent.ru_stime) + SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, cpu[1]))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, memory[1]))
    try:
        return delivery_reports.read(raw)
    except MemoryError:
        raise delivery_reports.Unreadable("too large") from None
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, cpu)
        resource.setrlimit(resource.RLIMIT_AS, memory)

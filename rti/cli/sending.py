"""Commands that create reminders and send messages once: `sweep`, `dispatch`."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, TypeVar

import typer

from notifications.dispatch import Dispatched
from notifications.dispatch import dispatch as dispatch_messages
from notifications.sweep import Swept
from notifications.sweep import sweep as sweep_deadlines
from rti.cli.connecting import connected, opened
from rti.core import wallclock
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.settings import Settings
from rti.core.validation import InvalidValue, parse_date
from rti.models.messages import MessageState

T = TypeVar("T")


def _day(given: str) -> date:
    try:
        return parse_date(given)
    except InvalidValue as wrong:
        raise typer.BadParameter(str(wrong)) from None


def sweep(
    on: Annotated[
        date | None,
        typer.Option(parser=_day, metavar="DATE", help="Date to sweep for. Default: today."),
    ] = None,
) -> None:
    """Queue the reminders for a date. Each is queued once, however often this runs.

    Example: rti sweep --on 2026-11-23
    """

    async def swept(database: Database, settings: Settings) -> Swept:
        now = wallclock.now()
        day = on or wallclock.day_of(now, settings.timezone)
        return await sweep_deadlines(database, day, now, host=settings.mail_host, zone=settings.timezone)

    found = _with_database(swept)
    typer.echo(f"{found.reminders} reminders, {found.messages} messages queued")
    if found.failed:
        typer.echo(f"Failed for: {', '.join(found.failed)}; see the log", err=True)
        raise typer.Exit(1)


def dispatch() -> None:
    """Send the queued messages that are due. Without a mail server they are held.

    Example: RTI_SMTP_URL=smtp://localhost:25 rti dispatch
    """
    done = _with_database(dispatch_messages)
    typer.echo(
        ", ".join(f"{count} {state}" for state, count in sorted(done.states.items())) or "nothing was due"
    )
    if done.trouble:
        typer.echo(f"Stopped: {done.trouble}", err=True)
    if done.trouble or _undelivered(done):
        raise typer.Exit(1)


def _undelivered(done: Dispatched) -> bool:
    return any(
        done.states[state] for state in (MessageState.FAILED, MessageState.DEFERRED, MessageState.UNKNOWN)
    )


def _with_database(work: Callable[[Database, Settings], Awaitable[T]]) -> T:
    async def worked(settings: Settings) -> T:
        async with connected(settings, Login.WORKER) as database:
            return await work(database, settings)

    with opened() as settings:
        return asyncio.run(worked(settings))

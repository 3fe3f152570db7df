"""`rti scheduler`: the periodic jobs, in a process of their own."""

import asyncio

import typer

from notifications.scheduler import run
from rti.cli.connecting import opened
from rti.cli.workers import end_with, spare_collections
from rti.schedule import jobs_of


def scheduler(*, stop_with_parent: bool = typer.Option(False, hidden=True)) -> None:
    """Run the scheduled jobs: create reminders, send queued messages and the rest.

    Example: RTI_SMTP_URL=smtp://localhost:25 rti scheduler
    """
    if stop_with_parent:
        end_with(0)
    spare_collections()
    with opened() as settings:
        asyncio.run(run(settings, jobs_of(settings)))

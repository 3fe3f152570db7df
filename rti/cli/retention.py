"""`rti retention`: delete expired data now."""

import asyncio
from typing import Annotated

import typer

from rti.cli.connecting import connected, opened
from rti.core import wallclock
from rti.core.db_roles import Login
from rti.core.settings import Settings
from rti.retention.purge import remove
from rti.retention.schedule import RULES, Kept


def retention(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count expired data without deleting it.")
    ] = False,
) -> None:
    """Delete expired data, as the scheduler does once a day, and print the count of each class.

    Example: rti retention --dry-run
    """

    async def removed(settings: Settings) -> dict[Kept, int]:
        async with connected(settings, Login.WORKER) as database:
            return await remove(database, wallclock.now(), dry_run=dry_run)

    with opened() as settings:
        gone = asyncio.run(removed(settings))
    for kept, count in gone.items():
        typer.echo(f"{kept}\t{RULES[kept].keeps.days} days\t{count}")

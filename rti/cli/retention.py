"""`rti retention`: remove at once what is kept no longer."""

import asyncio
from typing import Annotated

import typer

from rti import wallclock
from rti.cli.running import connected, opened
from rti.retention.classes import RULES, Kept
from rti.retention.removing import remove
from rti.settings import Settings
from rti.tenancy.logins import Login


def retention(
    *, dry_run: Annotated[bool, typer.Option("--dry-run", help="Count, and remove nothing.")] = False
) -> None:
    """Remove what is kept no longer, as the scheduler does once a day, and print how much of each class.

    Example: rti retention --dry-run
    """

    async def removed(settings: Settings) -> dict[Kept, int]:
        async with connected(settings, Login.WORKER) as database:
            return await remove(database, wallclock.now(), dry_run=dry_run)

    with opened() as settings:
        gone = asyncio.run(removed(settings))
    for kept, count in gone.items():
        typer.echo(f"{kept}\t{RULES[kept].keeps.days} days\t{count}")

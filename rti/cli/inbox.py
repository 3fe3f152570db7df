"""`rti inbox`: count incoming messages, and read held ones again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.cli.connecting import connected, opened
from rti.core import wallclock
from rti.core.db_roles import Login
from rti.core.settings import Settings
from rti.inbox.sorting import sort_some
from rti.inbox.store import read_again
from rti.models.inbox import IncomingRow

T = TypeVar("T")
app = typer.Typer(name="inbox", help="Incoming mail and scans.", no_args_is_help=True)


@app.callback()
def that_came_in() -> None:
    """Incoming mail and scans."""


def _done(work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    async def within(settings: Settings) -> T:
        async with connected(settings, Login.OPERATOR) as database, database.transaction() as session:
            return await work(session)

    with opened() as settings:
        return asyncio.run(within(settings))


@app.command("list")
def count() -> None:
    """Count what came in by where it stands; its words are for people who are signed in.

    Example: rti inbox list
    """
    counted = select(IncomingRow.state, func.count()).group_by(IncomingRow.state).order_by(IncomingRow.state)

    async def found(session: AsyncSession) -> list[tuple[str, int]]:
        return [(state.value, number) for state, number in await session.execute(counted)]

    for state, number in _done(found):
        typer.echo(f"{state}\t{number}")


@app.command("read-again")
def again() -> None:
    """Read every held message once more, for example after an update. The scheduler does it within seconds.

    Example: rti inbox read-again
    """
    typer.echo(f"{_done(lambda session: read_again(session, wallclock.now()))} messages will be read again")


@app.command("file")
def file_now() -> None:
    """File what has arrived now; the scheduler does it every ten seconds.

    Example: rti inbox file
    """

    async def filed(settings: Settings) -> dict[str, int]:
        async with connected(settings, Login.DOCUMENTS) as database:
            done = await sort_some(database, settings, wallclock.now())
            return {state.value: number for state, number in done.items()}

    with opened() as settings:
        done = asyncio.run(filed(settings))
    typer.echo(
        ", ".join(f"{number} {state}" for state, number in sorted(done.items())) or "nothing has arrived"
    )

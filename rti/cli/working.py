"""What commands share that do one piece of work in one transaction."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from rti.cli.connecting import connected, opened
from rti.core import wallclock
from rti.core.db_roles import Login
from rti.core.errors import Invalid
from rti.core.settings import Settings

T = TypeVar("T")
Work = Callable[[AsyncSession, datetime, date], Awaitable[T]]


@contextmanager
def wrong_use() -> Iterator[None]:
    """A wrong value is wrong use of a command."""
    try:
        yield
    except Invalid as wrong:
        raise typer.BadParameter(str(wrong)) from None


def in_transaction(work: Work[T]) -> T:
    """Do the work with a session, the present moment and its day; a wrong value is wrong use of the command."""

    async def done(settings: Settings) -> T:
        now = wallclock.now()
        async with connected(settings, Login.OPERATOR) as database, database.transaction() as session:
            return await work(session, now, wallclock.day_of(now, settings.timezone))

    with opened() as settings, wrong_use():
        return asyncio.run(done(settings))

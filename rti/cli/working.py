"""What commands that do one piece of work in one transaction share."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated, TypeVar

import typer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.sessions import ACTIVE, person_of
from rti.cli.connecting import connected, opened
from rti.core import wallclock
from rti.core.db_roles import Login, login_of
from rti.core.errors import Invalid, invalid, say
from rti.core.roles import Person
from rti.core.settings import Settings
from rti.models.accounts import PersonRow

T = TypeVar("T")
By = Annotated[str, typer.Option(help="E-mail address of the account in whose name this is done.")]
Work = Callable[[AsyncSession, datetime, date], Awaitable[T]]


@contextmanager
def wrong_use() -> Iterator[None]:
    """Turn a wrong value into the exit status for wrong use."""
    try:
        yield
    except Invalid as wrong:
        raise typer.BadParameter(str(wrong)) from None


def as_person(address: str, work: Callable[[AsyncSession, Person, datetime, date], Awaitable[T]]) -> T:
    """Do the work as the person with this e-mail address, with no more rights than theirs."""

    async def done(settings: Settings) -> T:
        now = wallclock.now()
        async with connected(settings, Login.AUTH) as database:
            async with database.transaction() as session:
                wanted = select(PersonRow).where(PersonRow.email == address.strip().lower(), *ACTIVE)
                row = await session.scalar(wanted)
            if row is None:
                raise invalid("by", say("Nobody with this address can sign in"))
            person = person_of(row)
            async with database.under(login_of(person)).transaction(person.id) as session:
                return await work(session, person, now, wallclock.day_of(now, settings.timezone))

    with opened() as settings, wrong_use():
        return asyncio.run(done(settings))


def in_transaction(work: Work[T]) -> T:
    """Do the work with a session, the present moment and its day; a wrong value is wrong use of the command."""

    async def done(settings: Settings) -> T:
        now = wallclock.now()
        async with connected(settings, Login.OPERATOR) as database, database.transaction() as session:
            return await work(session, now, wallclock.day_of(now, settings.timezone))

    with opened() as settings, wrong_use():
        return asyncio.run(done(settings))

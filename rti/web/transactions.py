"""One transaction around an HTTP request: it commits before the response is sent, and a failure is a 500."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db_roles import Login
from rti.core.replica import for_reading
from rti.core.roles import Person
from rti.encryption.data_keys import READER_OPENS


def under(login_of: Callable[[Person | None], Login], name: str = "session") -> dict[str, Provide]:
    """A dependency for handlers: the transaction under the login that `login_of` gives for a person.

    A program with a token reads nothing in it that is encrypted, whoever it acts for.
    """

    async def opened_under(state: State, request: Request[Any, Any, Any]) -> AsyncIterator[AsyncSession]:
        person: Person | None = request.user
        database = state.database.under(login_of(person))
        async with database.transaction(person.id if person else None) as session:
            session.info[READER_OPENS] = not (request.auth and request.auth.scope)
            yield session

    return {name: Provide(opened_under)}


def reading_under(login_of: Callable[[Person | None], Login]) -> dict[str, Provide]:
    """A dependency for costly reads: a transaction of the replica if it has everything, else of the main database."""

    async def opened_under(
        state: State, request: Request[Any, Any, Any], session: NamedDependency[AsyncSession]
    ) -> AsyncIterator[AsyncSession]:
        person: Person | None = request.user
        database = state.database.under(login_of(person))
        found = await for_reading(database)
        if found is database:
            yield session
            return
        async with found.transaction(person.id if person else None) as reading:
            yield reading

    return {"reading": Provide(opened_under)}


def for_authentication(_: Person | None) -> Login:
    """For accounts: people and sessions, nothing else."""
    return Login.AUTH


def for_erasure(_: Person | None) -> Login:
    """For locking and shredding an organisation."""
    return Login.ERASURE


def for_figures(_: Person | None) -> Login:
    """For releases, which count all requests whoever drafts them."""
    return Login.STATISTICS


def for_worker(_: Person | None) -> Login:
    """For changes of a calendar, which move dates of requests that the person may not see."""
    return Login.WORKER

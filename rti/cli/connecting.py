"""The settings of a command, and the database that it works on."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

from sqlalchemy import make_url

from rti.core import embedded_postgres, logs
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.settings import Settings, SettingsFault

_ADDRESS = "address"
"""The file in the data folder that has the address of the web server."""


def settings_of_environment() -> Settings:
    """The settings from RTI_*, after setting up the logs."""
    logs.configure()
    return Settings.from_env(os.environ)


@contextmanager
def opened() -> Iterator[Settings]:
    """Settings with a running database, the given one or the embedded server, and with the address of its pages."""
    given = settings_of_environment()
    with embedded_postgres.completed(replace(given, base_url=address_of(given))) as settings:
        yield settings


def address_of(settings: Settings) -> str:
    """Where links lead: as set, else the address at which the web server of this data folder was last started."""
    path = settings.data_dir / _ADDRESS
    if settings.base_url or not settings.embedded_folder or not path.exists():
        return settings.address
    return path.read_text(encoding="ascii")


def keep_address(settings: Settings) -> None:
    if settings.embedded_folder:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        (settings.data_dir / _ADDRESS).write_text(settings.address, encoding="ascii")


@asynccontextmanager
async def connected(settings: Settings, login: Login) -> AsyncIterator[Database]:
    """The database of `settings` under a login, until the block ends."""
    async with _database_of(settings) as database:
        yield database.under(login)


@asynccontextmanager
async def connected_as_superuser(settings: Settings) -> AsyncIterator[Database]:
    """The same as the user whom RTI_DATABASE_URL names; raises SettingsFault where a server's names nobody."""
    url = make_url(settings.database_url)
    if not url.username and (url.host or isinstance(url.query.get("host"), tuple)):
        raise SettingsFault(
            ["RTI_DATABASE_URL has to name a superuser for this: postgresql://postgres:password@host/name"]
        )
    async with _database_of(settings) as database:
        yield database


@asynccontextmanager
async def _database_of(settings: Settings) -> AsyncIterator[Database]:
    database = Database.of(settings)
    try:
        yield database
    finally:
        await database.close()

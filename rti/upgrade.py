"""Migrating a database to the current schema, and loading the reference data of every installation."""

from datetime import datetime
from importlib.resources import files
from uuid import UUID

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect, or_, select, update

from rti.bodies.reference import load_cambodia
from rti.calendars.holidays import load_published_days
from rti.core.alphabet import alphabetical
from rti.core.db import Database
from rti.core.keyring import NO_KEYS, Keyring
from rti.encryption.data_keys import NUMBERS_IN_USE, require_numbers
from rti.models.bodies import PublicBodyRow
from rti.models.cbos import CboRow
from rti.models.keys import DataKeyRow
from rti.models.names import ordered
from rti.models.requests import RequestRow
from rti.requests.reprojection import reproject_all
from rti.row_security.apply import apply
from rti.search import index as search
from rti.statutes.documents import load_library
from rti.statutes.reference import load_statutes
from rti.topics.reference import load_topics

_ONE_AT_A_TIME = 7426_01
"""Key of the advisory lock under which a database is migrated."""
_AT_ONCE = 1000


def alembic_config(connection: Connection, keyring: Keyring = NO_KEYS) -> Config:
    """Alembic's settings for one connection; needs no file beside the migrations themselves.

    A migration that seals what was plain finds the `keyring` among the attributes.
    """
    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    config.attributes["connection"] = connection
    config.attributes["keyring"] = keyring
    return config


def upgrade_within(connection: Connection, version: str, keyring: Keyring) -> None:
    """Go up to a version in the transaction of the connection; raises CommandError for an unknown one."""
    command.upgrade(alembic_config(connection, keyring), version)


def _upgrade(connection: Connection, secret: str, keyring: Keyring) -> None:
    connection.exec_driver_sql("SET lock_timeout = 0")
    connection.exec_driver_sql(f"SELECT pg_advisory_lock({_ONE_AT_A_TIME})")
    try:
        known = inspect(connection).has_table(DataKeyRow.__tablename__)
        require_numbers(keyring, connection.scalars(NUMBERS_IN_USE) if known else ())
        upgrade_within(connection, "head", keyring)
        apply(connection, secret)
        connection.commit()
    finally:
        connection.rollback()
        connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_ONE_AT_A_TIME})")
        connection.exec_driver_sql("RESET lock_timeout")
        connection.commit()


async def migrate(database: Database, now: datetime) -> None:
    """Apply missing migrations; does nothing on a database that is up to date.

    Raises SettingsFault or NotReady, before anything is written, without the keys that the database needs.
    """
    async with database.engine.connect() as connection:
        await connection.run_sync(_upgrade, database.secret, database.keyring)
    await load_reference_data(database, now)


async def load_reference_data(database: Database, now: datetime) -> None:
    """Bring the directory, statutes, topics and days off up to what this version publishes."""
    async with database.transaction() as session:
        await load_cambodia(session, now)
        await load_statutes(session, now)
        await load_topics(session)
        counted = {key for statute in load_library().values() for key in statute.countries}
        await load_published_days(session, counted, now)
    await _put_in_order(database)
    await reproject_all(database, now)
    await search.complete(database)


async def _put_in_order(database: Database) -> None:
    """Give their keys to texts that were there before these, or whose keys a migration took away since the alphabet changed."""
    for table in (PublicBodyRow, CboRow, RequestRow):
        names, last = ordered(table), UUID(int=0)
        without = or_(*(getattr(table, key) == "" for key in names))
        texts = [getattr(table, name) for name in names.values()]
        while True:
            async with database.transaction() as session:
                batch = select(table.id, *texts).where(without, table.id > last)
                rows = (await session.execute(batch.order_by(table.id).limit(_AT_ONCE))).all()
                if not rows:
                    break
                keys = [
                    {"id": row.id, **{key: alphabetical(getattr(row, name)) for key, name in names.items()}}
                    for row in rows
                ]
                await session.execute(update(table), keys)
            last = rows[-1].id

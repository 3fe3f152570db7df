"""Whether PostgreSQL has enough connections for all servers; once they are used up it refuses everybody."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.errors import NotReady, say

LEFT_FREE = 10
"""Connections that no server uses: for the command line, migrations and troubleshooting."""
_COUNTED = text("""
    SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
            - coalesce(current_setting('reserved_connections', true), '0')::int,
        (SELECT sum(numbackends)::int FROM pg_stat_database),
        (SELECT coalesce(sum(split_part(name, ' ', 2)::int), 0)::int FROM (
            SELECT DISTINCT application_name AS name FROM pg_stat_activity
            WHERE usename = current_user AND application_name ~ '^rti [0-9]{1,4} ' AND application_name <> :mine
        ) AS others)
""")
"""A login sees of others that they are connected, but only of its own connections what they are called."""


@dataclass(frozen=True, slots=True)
class Connections:
    """How many connections PostgreSQL accepts besides `LEFT_FREE`, how many are in use, and how many other processes and this one may open."""

    room: int
    used: int
    others: int
    own: int

    @property
    def suffice(self) -> bool:
        return self.used <= self.room and self.own + self.others <= self.room


async def count(session: AsyncSession, database: Database) -> Connections:
    """In a session of the login of accounts, of which every web server and scheduler keeps a connection."""
    available, used, others = (await session.execute(_COUNTED, {"mine": database.name})).one()
    return Connections(available - LEFT_FREE, used, others, database.most)


async def require(database: Database) -> None:
    """Raises NotReady, with the numbers, if all servers together could use up the connections."""
    async with database.under(Login.AUTH).transaction() as session:
        found = await count(session, database)
    if found.own + found.others > found.room:
        raise NotReady(
            say(
                "This server may open {own} connections to PostgreSQL and others that run {others}, but there is "
                "room for {room}: lower RTI_CONNECTIONS, or raise max_connections of PostgreSQL",
                own=found.own,
                others=found.others,
                room=found.room,
            )
        )

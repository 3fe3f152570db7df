"""Waiting for what another process or task does, which tells nobody when it has."""

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

PATIENCE = 60
"""Seconds that anything may take on a busy machine."""

_WAITING = text("""SELECT count(*) FROM pg_locks waits WHERE NOT waits.granted AND EXISTS (
    SELECT FROM pg_locks held JOIN pg_database ON pg_database.oid = held.database
    WHERE held.pid = waits.pid AND datname = current_database())""")


async def until(condition: Callable[[], bool | Awaitable[bool]], patience: float = PATIENCE) -> None:
    """Ask again and again, less and less often; raises TimeoutError when `patience` seconds were not enough."""
    pause = 0.01
    async with asyncio.timeout(patience):
        while not (await answer if isawaitable(answer := condition()) else answer):
            await asyncio.sleep(pause)
            pause = min(1.2 * pause, 0.05)


async def blocked(session: AsyncSession, count: int = 1) -> bool:
    """Whether so many transactions of this database, of all on the server, wait for the lock of another."""
    return (await session.scalar(_WAITING) or 0) >= count

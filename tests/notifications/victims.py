"""Processes that are killed: they do the real work in a fresh process that was forked, not started, to be many.

Time runs `SPEED` times as fast for them, so that a lease passes in seconds; not so fast that a busy machine
finds every round over before it has begun.
"""

import asyncio
import importlib
import multiprocessing
import os
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import configure_mappers

from notifications.dispatch import dispatch
from notifications.sweep import sweep
from rti.core import i18n
from rti.core.db import Database
from rti.core.settings import Settings
from tests.conftest import NOW
from tests.waiting import until

i18n.translations("en")
configure_mappers()
"""Read and made once, for all that are forked."""
SPEED = 100
HOST = "rti.test"

Point = tuple[str, str, str, int]
"""A module, a function in it, before or after its n-th call."""


def fast_clock(began: float) -> Callable[[], datetime]:
    """Time since `began` (CLOCK_MONOTONIC, the same in all processes), stretched."""
    return lambda: NOW + timedelta(seconds=(time.monotonic() - began) * SPEED)


def _sweep(ready: Event, point: Point | None, url: str, day: date, size: int) -> None:
    async def again_and_again() -> None:
        database = await _connected(url, ready)
        while True:
            await sweep(database, day, NOW, host=HOST, size=size)
            await asyncio.sleep(0.05)

    _doomed(point, again_and_again)


def _dispatch(ready: Event, point: Point | None, settings: Settings, began: float) -> None:
    async def again_and_again() -> None:
        database = await _connected(settings.database_url, ready)
        while True:
            await dispatch(database, settings, clock=fast_clock(began), size=20)
            await asyncio.sleep(0.05)

    _doomed(point, again_and_again)


async def _connected(url: str, ready: Event) -> Database:
    database = Database(url, pool_size=3)
    async with database.transaction() as session:
        await session.execute(text("SELECT 1"))
    ready.set()
    return database


def _doomed(point: Point | None, work: Callable[[], Awaitable[None]]) -> None:
    if point:
        _crash_at(*point)
    asyncio.run(work())  # type: ignore[arg-type]


def _crash_at(module: str, name: str, when: str, nth: int) -> None:
    """Kill this process before or after the n-th call of a function; the code itself knows nothing of it."""
    owner: Any = importlib.import_module(module)
    *path, last = name.split(".")
    for step in path:
        owner = getattr(owner, step)
    real, calls = getattr(owner, last), 0

    async def marked(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        mine = calls
        if when == "before" and mine == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        result = await real(*given, **named)
        if when == "after" and mine == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, last, marked)


_forks = multiprocessing.get_context("forkserver")


@dataclass
class Victim:
    """A process at work; `ready` is set when it has reached the database."""

    process: BaseProcess
    ready: Event

    async def killed(self, after: float) -> int | None:
        """Kill it so many seconds after it began to work; how it ended."""
        await until(self.ready.is_set)
        await asyncio.sleep(after)  # the moment of the crash is the chance that is tested
        self.process.kill()
        return await self.ended()

    async def ended(self) -> int | None:
        """How it ended, by itself or by somebody."""
        await until(lambda: not self.process.is_alive())
        return self.process.exitcode


def _started(target: Callable[..., None], point: Point | None, *values: Any) -> Victim:
    # The server from which they are forked imports everything once; it finds the modules by this variable.
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[2])
    _forks.set_forkserver_preload(["tests.notifications.victims"])
    ready = _forks.Event()
    process = _forks.Process(target=target, args=(ready, point, *values), daemon=True)
    process.start()
    return Victim(process, ready)


def sweeper(url: str, day: date, *, size: int, point: Point | None = None) -> Victim:
    return _started(_sweep, point, url, day, size)


def dispatcher(settings: Settings, began: float, *, point: Point | None = None) -> Victim:
    return _started(_dispatch, point, settings, began)

"""Processes that are killed: they do the real work in a fresh process that was forked, not started, to be many.

Time runs `SPEED` times as fast for them, so that a lease passes in seconds.
"""

import asyncio
import importlib
import multiprocessing
import os
import signal
import time
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from notifications.dispatch import dispatch
from notifications.sweep import sweep
from rti.db import Database
from rti.settings import Settings
from tests.conftest import NOW

SPEED = 300
HOST = "rti.test"

Point = tuple[str, str, str, int]
"""A module, a function in it, before or after its n-th call."""


def fast_clock(began: float) -> Callable[[], datetime]:
    """Time since `began` (CLOCK_MONOTONIC, the same in all processes), stretched."""
    return lambda: NOW + timedelta(seconds=(time.monotonic() - began) * SPEED)


def _sweep(url: str, day: date, size: int, point: Point | None) -> None:
    async def again_and_again() -> None:
        database = Database(url, pool_size=1)
        while True:
            await sweep(database, day, NOW, host=HOST, size=size)
            await asyncio.sleep(0.01)

    _doomed(point, again_and_again)


def _dispatch(settings: Settings, began: float, point: Point | None) -> None:
    async def again_and_again() -> None:
        database = Database(settings.database_url, pool_size=3)
        while True:
            await dispatch(database, settings, clock=fast_clock(began))
            await asyncio.sleep(0.01)

    _doomed(point, again_and_again)


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


def _started(target: Callable[..., None], *values: Any) -> BaseProcess:
    # The server from which they are forked imports everything once; it finds the modules by this variable.
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[2])
    _forks.set_forkserver_preload(["tests.notifications.victims"])
    process = _forks.Process(target=target, args=values, daemon=True)
    process.start()
    return process


def sweeper(url: str, day: date, *, size: int, point: Point | None = None) -> BaseProcess:
    return _started(_sweep, url, day, size, point)


def dispatcher(settings: Settings, began: float, *, point: Point | None = None) -> BaseProcess:
    return _started(_dispatch, settings, began, point)

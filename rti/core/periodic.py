"""Periodic jobs: each feature declares its own, and the scheduler runs what it is given."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rti.core.db import Database
from rti.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one run, in words that name nobody; the System page and /health show them."""

    words: str = ""
    well: bool = True
    rests_until: float = 0.0
    """Until when the job does not retry what failed, by the monotonic clock of the event loop."""


@dataclass(frozen=True, slots=True)
class Tick:
    """What one run gets: the database as the worker login, the moment, and how its last run here ended."""

    database: Database
    settings: Settings
    now: datetime
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    last: Result = field(default_factory=Result)


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """A job with its title (a message id), and whether an installation with such settings has it."""

    name: str
    title: str
    every: timedelta
    run: Callable[[Tick], Awaitable[Result]]
    wanted: Callable[[Settings], bool] = lambda _: True
    silence: timedelta = timedelta(minutes=5)
    """How long ago it may last have started before that is reported."""
    at_once: int = 1
    """How many runs there may be at the same time."""

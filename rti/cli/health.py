"""`rti health`: what /health says, as an exit status for containers and watchdogs."""

import asyncio
import http.client
from enum import StrEnum
from typing import Annotated, Any

import msgspec
import typer
from litestar.datastructures import State

from rti.cli.running import opened
from rti.core import wallclock
from rti.core.db import Database
from rti.core.settings import Settings
from rti.web.health import Health, examine


class Part(StrEnum):
    WEB = "web"
    SCHEDULER = "scheduler"
    EVERYTHING = "everything"


def health(
    part: Annotated[
        Part, typer.Option(help="Part that must be healthy for exit status 0.")
    ] = Part.EVERYTHING,
) -> None:
    """Print the health of the system. Exits with 1 if a part of it is not healthy.

    Example: rti health --part scheduler
    """
    with opened() as settings:
        found = asyncio.run(_found(settings))
        serving = part is not Part.WEB or _serves(settings)
    typer.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    well = {
        Part.WEB: found.database.well and serving,
        Part.SCHEDULER: all(job.well for job in found.scheduler.values()),
        Part.EVERYTHING: found.well,
    }
    if not well[part]:
        raise typer.Exit(1)


async def _found(settings: Settings) -> Health:
    database = Database.of(settings, pool_size=1)
    try:
        return await examine(State({"settings": settings, "database": database}), wallclock.now())
    finally:
        await database.close()


def _serves(settings: Settings) -> bool:
    """Whether the web server of this machine answers at all."""
    connection = http.client.HTTPConnection("127.0.0.1", settings.port, timeout=5)
    try:
        connection.request("GET", "/health")
        answer: Any = connection.getresponse()
    except OSError:
        return False
    finally:
        connection.close()
    return answer.status in {200, 503}

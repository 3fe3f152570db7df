"""`rti health`: what /health says, as an exit status for containers and watchdogs.

Of the web server its own answer tells, and of everything else where `--at` says whom to ask: a container asks every 30
seconds, and nothing else is imported for it.
"""

import asyncio
import http.client
import os
from enum import StrEnum
from importlib import import_module
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
import typer

from rti.core.settings import Settings


class Part(StrEnum):
    WEB = "web"
    SCHEDULER = "scheduler"
    EVERYTHING = "everything"


def health(
    part: Annotated[
        Part, typer.Option(help="Part that must be healthy for exit status 0.")
    ] = Part.EVERYTHING,
    at: Annotated[
        str, typer.Option(help="Ask the web server at this address instead, such as http://web:8000.")
    ] = "",
) -> None:
    """Print the health of the system. Exits with 1 if a part of it is not healthy.

    Example: rti health --part scheduler
    """
    if part is Part.WEB and not at:
        at = f"http://127.0.0.1:{Settings.from_env(os.environ).port}"
    found = _answered(at) if at else _examined()
    typer.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    well = {
        Part.WEB: found["database"]["well"],
        Part.SCHEDULER: all(job["well"] for job in found["scheduler"].values()),
        Part.EVERYTHING: found["well"],
    }
    if not well[part]:
        raise typer.Exit(1)


def _answered(at: str) -> Any:
    """The response of the web server at an address; if there is none, everything counts as unhealthy."""
    server = urlsplit(at)
    connection = http.client.HTTPConnection(server.hostname or "", server.port or 80, timeout=10)
    try:
        connection.request("GET", "/health")
        return msgspec.json.decode(connection.getresponse().read())
    except (OSError, http.client.HTTPException, msgspec.DecodeError) as fault:
        typer.echo(f"The web server does not answer: {fault}", err=True)
        return {"well": False, "database": {"well": False}, "scheduler": {"any": {"well": False}}}
    finally:
        connection.close()


def _examined() -> Any:
    """The health as this process finds it."""
    with import_module("rti.cli.connecting").opened() as settings:
        return msgspec.to_builtins(asyncio.run(_found(settings)))


async def _found(settings: Settings) -> Any:
    wallclock, db = import_module("rti.core.wallclock"), import_module("rti.core.db")
    database = db.Database.of(settings, pool_size=1)
    try:
        return await import_module("rti.health").examine(settings, database, wallclock.now())
    finally:
        await database.close()

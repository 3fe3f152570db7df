"""`rti serve`: the web pages and the JSON API."""

import asyncio
import signal
import socket
from dataclasses import replace
from datetime import date
from typing import Annotated

import anyio.lowlevel
import typer
import uvicorn

from rti.cli.connecting import keep_address, settings_of_environment
from rti.cli.workers import STOP_SECONDS, end_with, interrupt, kept_socket, supervise
from rti.core import embedded_postgres, i18n
from rti.core.settings import Settings
from rti.readiness import require_ready
from rti.web.app import create_app, database_of
from rti.web.templating import templates_in

GRACE = 0.5
"""Seconds for a connection accepted just before shutdown to send its request."""


class Worker(uvicorn.Server):
    """A server that at shutdown first accepts no more connections, and a moment later closes the idle ones."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        await asyncio.sleep(GRACE)
        await super().shutdown(sockets)


def serve(
    *,
    workers: Annotated[
        int, typer.Option(min=0, max=64, help="Worker processes. Default: RTI_WORKERS, or as many as cores.")
    ] = 0,
    check: bool = typer.Option(False, hidden=True),
    stop_with_parent: bool = typer.Option(False, hidden=True),
) -> None:
    """Serve the web pages and the JSON API. SIGHUP starts anew without refusing anybody.

    Example: RTI_PORT=8080 rti serve --workers 2
    """
    if stop_with_parent and not check:
        end_with(0)
    for stopping in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stopping, interrupt)
    given = settings_of_environment()
    with embedded_postgres.completed(replace(given, workers=workers or given.workers)) as settings:
        asyncio.run(_ready(settings))
        if check:
            return
        keep_address(settings)
        config = uvicorn.Config(
            create_app(settings),
            host=settings.host,
            port=settings.port,
            loop="uvloop",
            http="httptools",
            log_level="warning",
            access_log=False,
            server_header=False,
            # Nothing that a proxy says of a visitor is looked at.
            proxy_headers=False,
            timeout_graceful_shutdown=STOP_SECONDS // 2,
        )
        _load(config, settings.timezone)
        listening = kept_socket() or config.bind_socket()
        supervise(lambda: Worker(config).run(sockets=[listening]), settings.workers, listening)


def _load(config: uvicorn.Config, zone: str) -> None:
    """Load once what each worker would load for itself, in memory of its own."""
    config.load()
    config.get_loop_factory()
    for language in i18n.LANGUAGES:
        templates_in(language, zone)
        i18n.show_date(date.min, language)
    # What the framework uses of anyio is imported when it is first used.
    asyncio.run(anyio.lowlevel.checkpoint())


async def _ready(settings: Settings) -> None:
    """Say in words why the web server cannot start, where uvicorn would print a traceback."""
    database = database_of(settings)
    try:
        await require_ready(database)
    finally:
        await database.close()

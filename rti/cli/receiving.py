"""`rti receive`, which takes mail from the mail server."""

import asyncio
import signal

import typer

from rti.cli.connecting import opened
from rti.core import logs, wallclock
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.settings import Settings, SettingsFault
from rti.inbox.lmtp import CONNECTIONS, receiving
from rti.readiness import require_ready


def receive() -> None:
    """Take incoming mail by LMTP or SMTP where RTI_RECEIVE_ON says, until Ctrl-C.

    Example: RTI_RECEIVE_ON=lmtp://127.0.0.1:2424 RTI_REPLY_ADDRESS=replies@rti.example.org rti receive
    """
    with opened() as settings:
        missing = [name for name in ("reply_address", "receive_on") if not getattr(settings, name)]
        if missing:
            raise SettingsFault([f"RTI_{name.upper()} is needed to take mail" for name in missing])
        asyncio.run(_receive(settings))


async def _receive(settings: Settings) -> None:
    logs.configure()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    database = Database.of(settings, min(settings.connections, CONNECTIONS), {Login.AUTH, Login.RECEIVER})
    try:
        await require_ready(database)
        async with receiving(database.under(Login.RECEIVER), settings, wallclock.now) as (host, port):
            typer.echo(f"Taking mail on {host}:{port}")
            await stopping.wait()
    finally:
        await database.close()

"""`rti keys`: the keys that wrap the data keys, and renewing either."""

import asyncio
from typing import Annotated

import typer
from sqlalchemy import select

from rti.cli.running import opened, settings_of_environment
from rti.core import keyring, wallclock
from rti.core.db import Database
from rti.core.settings import Settings
from rti.encryption.rotation import renew, rewrap, with_data_keys
from rti.models.cbos import CboRow

app = typer.Typer(name="keys", help="Keys of what is encrypted.", no_args_is_help=True)


@app.callback()
def of_what_is_encrypted() -> None:
    """Keys of what is encrypted."""


@app.command()
def add() -> None:
    """Put a new key in front of the key file, and make the file if there is none.

    Running servers take it up when they are started again; then run rti keys rotate.

    Example: RTI_KEY_FILE=/etc/rti/keys rti keys add
    """
    ring = keyring.add(keyring.path_of(settings_of_environment()))
    typer.echo(f"{ring.current.number:08x} wraps from now on; {len(ring.keys) - 1} older ones still unwrap")


@app.command()
def rotate(
    data: Annotated[
        bool, typer.Option("--data", help="Renew the data keys too, and encrypt everything again.")
    ] = False,
    cbo: Annotated[
        str | None, typer.Option(help="With --data: only of the organisation with this code.")
    ] = None,
) -> None:
    """Wrap every data key with the first key of the key file; the others can then be taken out.

    Example: rti keys rotate --data
    """
    with opened() as settings:
        rewrapped, cells = asyncio.run(_rotated(settings, data=data or cbo is not None, code=cbo))
    typer.echo(f"{rewrapped} data keys wrapped anew, {cells} cells encrypted anew")


async def _rotated(settings: Settings, *, data: bool, code: str | None) -> tuple[int, int]:
    database = Database.of(settings)
    try:
        rewrapped = await rewrap(database)
        async with database.transaction() as session:
            chosen = await with_data_keys(session) if data else []
            if code is not None:
                only = await session.scalar(select(CboRow.id).where(CboRow.code == code))
                chosen = [each for each in chosen if each == only]
        cells = sum([await renew(database, cbo_id, wallclock.now()) for cbo_id in chosen])
        return rewrapped, cells
    finally:
        await database.close()

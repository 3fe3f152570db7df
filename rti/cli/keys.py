"""`rti keys`: wrapping keys and data keys, and their rotation."""

import asyncio
from typing import Annotated

import typer
from sqlalchemy import select

from rti.cli.connecting import connected_as_superuser, opened, settings_of_environment
from rti.core import keyring, wallclock
from rti.core.settings import Settings
from rti.encryption.rotation import renew, reseal_held, rewrap, with_data_keys
from rti.models.cbos import CboRow

app = typer.Typer(name="keys", help="Manage encryption keys.", no_args_is_help=True)


@app.callback()
def of_what_is_encrypted() -> None:
    """Manage encryption keys."""


@app.command()
def add() -> None:
    """Add a new key at the start of the key file. Creates the file if there is none.

    Restart running servers to use the key, then run rti keys rotate.

    Example: RTI_KEY_FILE=/etc/rti/keys rti keys add
    """
    ring = keyring.add(keyring.path_of(settings_of_environment()))
    typer.echo(
        f"{ring.current.number:08x} is now the current key; {len(ring.keys) - 1} older keys can still decrypt"
    )


@app.command()
def rotate(
    data: Annotated[
        bool, typer.Option("--data", help="Also renew the data keys and encrypt all data again.")
    ] = False,
    cbo: Annotated[str | None, typer.Option(help="With --data: only this organisation, by its code.")] = None,
) -> None:
    """Wrap every data key with the first key of the key file. You can then remove the other keys.

    Example: rti keys rotate --data
    """
    with opened() as settings:
        rewrapped, cells = asyncio.run(_rotated(settings, data=data or cbo is not None, code=cbo))
    typer.echo(f"{rewrapped} data keys rewrapped, {cells} fields encrypted again")


async def _rotated(settings: Settings, *, data: bool, code: str | None) -> tuple[int, int]:
    async with connected_as_superuser(settings) as database:
        rewrapped = await rewrap(database)
        held = await reseal_held(database)
        async with database.transaction() as session:
            chosen = await with_data_keys(session) if data else []
            if code is not None:
                only = await session.scalar(select(CboRow.id).where(CboRow.code == code))
                chosen = [each for each in chosen if each == only]
        cells = sum([await renew(database, cbo_id, wallclock.now()) for cbo_id in chosen])
        return rewrapped, held + cells

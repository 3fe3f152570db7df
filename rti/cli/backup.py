"""`rti backup` and `rti restore`: encrypted backups, their drill, and the way back."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from rti.audit.record import record
from rti.backups import folder as folders
from rti.backups.backup import Made, make
from rti.backups.drill import Drilled, drill
from rti.backups.encryption import new_identity
from rti.backups.restore import Restored
from rti.backups.restore import restore as restore_into
from rti.cli.running import connected, opened, settings_of_environment
from rti.core import keyring, wallclock
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.errors import Problem
from rti.core.settings import Settings, SettingsFault
from rti.models.audit import AuditAction
from rti.models.backups import BackupRunRow, RunKind

app = typer.Typer(name="backup")
Folder = Annotated[Path | None, typer.Option(help="Folder of the backups; RTI_BACKUP_FOLDER if not given.")]
IdentityOfDrill = Annotated[
    Path | None, typer.Option(help="File that opens backups; RTI_BACKUP_DRILL_IDENTITY if not given.")
]
Work = Callable[[], Awaitable[Made | Drilled]]


@app.callback(invoke_without_command=True)
def backup(context: typer.Context, folder: Folder = None) -> None:
    """Back up all rows and documents into one encrypted file, and the wrapped keys into one beside it.

    Example: RTI_BACKUP_RECIPIENT=age1… rti backup --folder /backups
    """
    if context.invoked_subcommand:
        return
    with opened() as settings:
        if not settings.backup_recipient:
            raise SettingsFault(["RTI_BACKUP_RECIPIENT is not set; rti backup identity makes a public key"])
        asyncio.run(_backed_up(settings, _folder(settings, folder)))


@app.command("drill")
def drill_newest(folder: Folder = None, identity: IdentityOfDrill = None) -> None:
    """Restore the newest backup into a server that is gone afterwards, and examine it.

    Needs no database. Where RTI_BACKUP_RECIPIENT is set, which is on the server, the result is written down.

    Example: rti backup drill --folder /backups --identity /media/key/identity
    """
    settings = settings_of_environment()
    there, opening = _folder(settings, folder), identity or settings.backup_drill_identity
    if opening is None:
        raise SettingsFault(["RTI_BACKUP_DRILL_IDENTITY is not set, and no --identity given"])
    place = folders.newest(there)
    path = keyring.path_of(settings)
    ring = keyring.read(path) if path.exists() else keyring.NO_KEYS

    async def work() -> Drilled:
        return await drill(place, opening, ring, wallclock.now())

    if settings.backup_recipient:
        with opened() as completed:
            asyncio.run(_noted(completed, RunKind.DRILL, place.rows.name, work))
    else:
        typer.echo(f"{place.rows.name}: {asyncio.run(work())}")
        typer.echo(f"Enter it down on the server: rti backup drilled {place.rows.name}", err=True)


@app.command()
def drilled(file: Annotated[str, typer.Argument(help="Name of the backup that was restored.")]) -> None:
    """Write down that a drill on another machine went well.

    Example: rti backup drilled rti-20261124T190000Z.age
    """
    now = wallclock.now()
    with opened() as settings:
        asyncio.run(_note(settings, RunKind.DRILL, Path(file).name, now, "on another machine", well=True))
    typer.echo("Written down")


@app.command()
def identity(file: Annotated[Path, typer.Argument(help="Where to write it; must not be there.")]) -> None:
    """Make an identity, which opens backups, and print its public key; never on the server itself.

    Example: rti backup identity /media/key/identity
    """
    typer.echo(new_identity(file))


def restore(
    file: Annotated[Path, typer.Argument(help="The backup: rti-….age.")],
    identity: Annotated[Path, typer.Option(help="File that opens it.")],
    key_files: Annotated[
        list[Path] | None,
        typer.Option("--keys", help="Its keys: rti-….keys.age; what lies beside the backup if not given."),
    ] = None,
) -> None:
    """Fill an empty database with a backup: everything is verified and there, or nothing is.

    Example: rti restore /backups/rti-20261124T190000Z.age --identity /media/key/identity
    """
    chosen = key_files or folders.keys_for(file)
    with opened() as settings:
        done = asyncio.run(_restored(settings, file, chosen, identity))
    typer.echo(f"{done.manifest.rows:,} rows of {done.manifest.made_at}, all as they were")
    if done.shredded:
        typer.echo(f"{done.shredded} organisations that were shredded since are shredded again")
    if not chosen:
        typer.echo("There were no keys: nothing that is encrypted can be opened", err=True)
    elif done.opening < done.keys:
        typer.echo(
            f"RTI_KEY_FILE opens {done.opening} of {done.keys} data keys: put the key file of then in its place",
            err=True,
        )


async def _restored(settings: Settings, file: Path, key_files: list[Path], identity: Path) -> Restored:
    database = Database.of(settings, pool_size=2)
    try:
        return await restore_into(database, file, key_files, identity, wallclock.now())
    finally:
        await database.close()


async def _backed_up(settings: Settings, folder: Path) -> None:
    now = wallclock.now()
    database = Database.of(settings, pool_size=1)

    async def work() -> Made:
        try:
            return await make(database, folder, settings.backup_recipient, now)
        finally:
            await database.close()

    await _noted(settings, RunKind.BACKUP, folders.place(folder, now).rows.name, work)


async def _noted(settings: Settings, kind: RunKind, file: str, work: Work) -> None:
    """Do it, and write down what came of it; a failure is written down and raised."""
    began = wallclock.now()
    try:
        result = str(await work())
    except Problem as problem:
        await _note(settings, kind, file, began, str(problem), well=False)
        raise
    await _note(settings, kind, file, began, result, well=True)
    typer.echo(f"{file}: {result}")


_TOLD = {
    (RunKind.BACKUP, True): AuditAction.BACKUP_MADE,
    (RunKind.BACKUP, False): AuditAction.BACKUP_FAILED,
    (RunKind.DRILL, True): AuditAction.DRILL_PASSED,
    (RunKind.DRILL, False): AuditAction.DRILL_FAILED,
}


async def _note(
    settings: Settings, kind: RunKind, file: str, began: datetime, result: str, *, well: bool
) -> None:
    now = wallclock.now()
    async with connected(settings, Login.OPERATOR) as database, database.transaction() as session:
        session.add(
            BackupRunRow(kind=kind, began_at=began, ended_at=now, well=well, file=file, result=result)
        )
        record(session, _TOLD[kind, well], now, about=file)


def _folder(settings: Settings, given: Path | None) -> Path:
    found = given or settings.backup_folder
    if found is None:
        raise SettingsFault(["RTI_BACKUP_FOLDER is not set, and no --folder given"])
    return found

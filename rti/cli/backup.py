"""`rti backup` and `rti restore`: encrypted backups, drills, and restoring."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
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
from rti.cli.connecting import connected, connected_as_superuser, opened, settings_of_environment
from rti.core import keyring, wallclock
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.errors import Problem
from rti.core.settings import Settings, SettingsFault
from rti.models.audit import AuditAction
from rti.models.backups import BackupRunRow, RunKind

app = typer.Typer(name="backup")
Folder = Annotated[Path | None, typer.Option(help="Backup folder. Default: RTI_BACKUP_FOLDER.")]
IdentityOfDrill = Annotated[
    Path | None, typer.Option(help="File that decrypts backups. Default: RTI_BACKUP_DRILL_IDENTITY.")
]
Work = Callable[[], Awaitable[Made | Drilled]]


@app.callback(invoke_without_command=True)
def backup(context: typer.Context, folder: Folder = None) -> None:
    """Back up all rows and documents to one encrypted file, and the wrapped data keys to a second file.

    Example: RTI_BACKUP_RECIPIENT=age1… rti backup --folder /backups
    """
    if context.invoked_subcommand:
        return
    with opened() as settings:
        if not settings.backup_recipient:
            raise SettingsFault(
                ["RTI_BACKUP_RECIPIENT is not set. Run rti backup identity to create a public key"]
            )
        asyncio.run(_backed_up(settings, _folder(settings, folder)))


@app.command("drill")
def drill_newest(folder: Folder = None, identity: IdentityOfDrill = None) -> None:
    """Restore the latest backup to a temporary server and verify it.

    Needs no database. Where RTI_BACKUP_RECIPIENT is set, that is on the server, the result is recorded.

    Example: rti backup drill --folder /backups --identity /media/key/identity
    """
    settings = settings_of_environment()
    there, opening = _folder(settings, folder), identity or settings.backup_drill_identity
    if opening is None:
        raise SettingsFault(["RTI_BACKUP_DRILL_IDENTITY is not set, and no --identity given"])
    place = folders.newest(there)

    async def work(key_file: Path | None) -> Drilled:
        return await drill(place, opening, keyring.read(key_file), wallclock.now())

    if settings.backup_recipient:
        with opened() as completed:
            work_here = partial(work, completed.key_file)
            asyncio.run(_noted(completed, RunKind.DRILL, place.rows.name, work_here))
    else:
        typer.echo(f"{place.rows.name}: {asyncio.run(work(settings.key_file))}")
        typer.echo(f"Record this on the server: rti backup drilled {place.rows.name}", err=True)


@app.command()
def drilled(file: Annotated[str, typer.Argument(help="Name of the restored backup.")]) -> None:
    """Record a successful drill on another machine.

    Example: rti backup drilled rti-20261124T190000Z.age
    """
    now = wallclock.now()
    with opened() as settings:
        asyncio.run(_note(settings, RunKind.DRILL, Path(file).name, now, "on another machine", well=True))
    typer.echo("Recorded")


@app.command()
def identity(file: Annotated[Path, typer.Argument(help="File to create. It must not exist.")]) -> None:
    """Create an identity that decrypts backups, and print its public key. Never run this on the server.

    Example: rti backup identity /media/key/identity
    """
    typer.echo(new_identity(file))


def restore(
    file: Annotated[Path, typer.Argument(help="Backup file: rti-….age.")],
    identity: Annotated[Path, typer.Option(help="File that decrypts the backup.")],
    key_files: Annotated[
        list[Path] | None,
        typer.Option(
            "--keys", help="Key file of the backup: rti-….keys.age. Default: the one beside the backup."
        ),
    ] = None,
) -> None:
    """Restore a backup into an empty database. Either everything is restored and verified, or nothing.

    Example: rti restore /backups/rti-20261124T190000Z.age --identity /media/key/identity
    """
    chosen = key_files or folders.keys_for(file)
    with opened() as settings:
        done = asyncio.run(_restored(settings, file, chosen, identity))
    typer.echo(f"{done.manifest.rows:,} rows of {done.manifest.made_at} restored and verified")
    if done.shredded:
        typer.echo(
            f"{done.shredded} organisations that were shredded since the backup have been shredded again"
        )
    if not chosen:
        typer.echo("No keys were restored, so encrypted data cannot be read", err=True)
    elif done.opening < done.keys:
        typer.echo(
            f"RTI_KEY_FILE decrypts {done.opening} of {done.keys} data keys. Use the key file from the time of the backup",
            err=True,
        )


async def _restored(settings: Settings, file: Path, key_files: list[Path], identity: Path) -> Restored:
    async with connected_as_superuser(settings) as database:
        return await restore_into(database, file, key_files, identity, wallclock.now())


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
    """Do it and record the result; a failure is recorded and raised."""
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

"""`rti cbo`: lock, unlock and shred an organisation from the server's console, which counts as an administrator."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from rti.cbos.commands import LockCbo, ShredCbo, UnlockCbo
from rti.cbos.queries import cbo_of
from rti.cli.connecting import opened
from rti.cli.working import in_transaction
from rti.core import wallclock
from rti.core.db import Database
from rti.core.settings import Settings
from rti.core.validation import decode
from rti.models.cbos import CboRow
from rti.safety import lock_and_shred, scrubbing

app = typer.Typer(name="cbo", help="Lock, unlock and shred organisations.", no_args_is_help=True)
Code = Annotated[str, typer.Argument(help="Code of the organisation.")]


@app.command()
def lock(code: Code) -> None:
    """Lock an organisation: end its sessions and hide it from everyone.

    Example: rti cbo lock DEMO1
    """
    _done(code, lambda session, cbo, now: lock_and_shred.lock(session, cbo, LockCbo(sure=True), None, now))
    typer.echo("Locked. To undo this, run rti cbo unlock")


@app.command()
def unlock(code: Code, reason: Annotated[str, typer.Option(help="Reason why it is safe again.")]) -> None:
    """Unlock an organisation, so that it is visible again and its people can sign in.

    Example: rti cbo unlock DEMO1 --reason "The phones have been returned"
    """
    command = decode(UnlockCbo, {"reason": reason})
    cbo = _done(
        code, lambda session, cbo, now: lock_and_shred.unlock(session, cbo, command, None, now), locked=True
    )
    typer.echo(
        "Unlocked" if cbo.code == code else f"Unlocked. Its code was given again; now it is {cbo.code}"
    )


@app.command()
def shred(
    code: Code,
    again: Annotated[
        str,
        typer.Option(
            "--again",
            prompt="This cannot be undone. Enter the code again",
            help="The code again, to confirm.",
        ),
    ],
) -> None:
    """Destroy the keys of an organisation. Its lead or campaign staff must also request this.

    Example: rti cbo shred DEMO1
    """
    command = decode(ShredCbo, {"code": again})
    cbo = _done(
        code, lambda session, cbo, now: lock_and_shred.shred(session, cbo, command, None, now), locked=True
    )
    if cbo.shredded_at:
        typer.echo("Shredded. Within minutes it is gone from the disk, too; the page System tells if not")
    else:
        typer.echo(
            "Requested, and locked. Its lead or campaign staff must also request this within seven days"
        )


@app.command()
def scrub() -> None:
    """Remove from the disk what was shredded, with the login that owns the database.

    Example: RTI_DATABASE_URL=postgresql://rti:secret@db/rti rti cbo scrub
    """

    async def work(settings: Settings) -> int:
        owner = Database.of(settings, pool_size=1)
        try:
            return await scrubbing.scrub(owner, wallclock.now())
        finally:
            await owner.close()

    with opened() as settings:
        count = asyncio.run(work(settings))
    typer.echo(f"Organisations removed from the disk: {count}")


def _done(
    code: str, step: Callable[[AsyncSession, UUID, datetime], Awaitable[CboRow]], *, locked: bool = False
) -> CboRow:
    async def work(session: AsyncSession, now: datetime, _today: date) -> CboRow:
        return await step(session, (await cbo_of(session, code, "code", locked=locked)).id, now)

    return in_transaction(work)

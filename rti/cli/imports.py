"""`rti imports`: list imports, and undo them."""

import asyncio
from typing import Annotated
from uuid import UUID

import typer

from rti.cli.connecting import connected, opened
from rti.cli.working import in_transaction
from rti.core.db_roles import Login
from rti.core.settings import Settings
from rti.imports import history, undo

app = typer.Typer(name="imports", help="List what was imported, and undo it.", no_args_is_help=True)


@app.command("list")
def list_imports(
    size: Annotated[int, typer.Option(min=1, max=100_000, help="How many, the newest first.")] = 50,
) -> None:
    """Print imports, the newest first: identifier, kind, when, whose, kept or undone, lines, file; tabs between.

    Example: rti imports list --size 10
    """

    async def printed(settings: Settings) -> None:
        async with connected(settings, Login.OPERATOR) as database, database.transaction() as session:
            found = await history.imports(session, history.ImportFilter(), settings.secret, size)
            for past in found.items:
                row = past.row
                columns = (
                    row.id,
                    row.kind,
                    row.created_at.isoformat(),
                    row.person_id or "-",
                    "undone" if row.undone_at else "kept",
                    sum(row.counts.values()),
                    past.file_name,
                )
                typer.echo("\t".join(map(str, columns)))

    with opened() as settings:
        asyncio.run(printed(settings))


@app.command("undo")
def undo_import(
    import_id: Annotated[
        UUID, typer.Argument(metavar="IMPORT", help="Identifier, as `rti imports list` prints it.")
    ],
) -> None:
    """Undo an import: remove what it added and restore what it changed, all or nothing.

    Prints what stands in the way, and exits with 1, if work continued on what it brought.

    Example: rti imports undo 019ac5a0-7d2e-7c11-8f9e-0d9d3f6a1b2c
    """
    in_transaction(lambda session, now, _: undo.undo(session, import_id, None, now))
    typer.echo("Undone")

"""`rti documents`: decrypt, hash and scan every stored document again, and read scans."""

import asyncio
from collections import Counter
from typing import Annotated

import typer
from sqlalchemy import select

from rti.cli.connecting import connected, opened
from rti.core import wallclock
from rti.core.db_roles import Login
from rti.core.settings import Settings
from rti.files.sandbox import languages
from rti.models.requests import DocumentRow
from rti.requests.fixity import Found, check, words
from rti.requests.scans import read_some

app = typer.Typer(name="documents", help="Check stored documents, and read scans.", no_args_is_help=True)


@app.callback()
def that_are_kept() -> None:
    """Check stored documents, and read scans."""


@app.command("read")
def read_all() -> None:
    """Read the text of every scan that has none yet, with Tesseract. The scheduler does so where RTI_READ_SCANS is set.

    Example: rti documents read
    """

    async def read(settings: Settings) -> int:
        total = 0
        async with connected(settings, Login.DOCUMENTS) as database:
            while some := await read_some(database, wallclock.now()):
                total += some
        return total

    if not languages():
        typer.echo("Tesseract is not installed, or has neither khm nor eng", err=True)
        raise typer.Exit(1)
    with opened() as settings:
        typer.echo(f"{asyncio.run(read(settings))} read", err=True)


@app.command("check")
def check_all(
    *,
    altered: Annotated[
        bool, typer.Option("--altered", help="Only documents known to be missing or altered.")
    ] = False,
) -> None:
    """Check every document now: decrypt, hash and scan it. The scheduler checks each one once a week.

    Prints the document and request of each one that is missing or altered. Exits with 1 if there is any, or if
    the virus scanner is not responding.

    Example: rti documents check --altered
    """

    async def checked(settings: Settings) -> Counter[Found]:
        found: Counter[Found] = Counter()
        wanted = select(DocumentRow.id, DocumentRow.request_id).order_by(DocumentRow.id)
        if altered:
            wanted = wanted.where(DocumentRow.altered_at.is_not(None))
        async with connected(settings, Login.DOCUMENTS) as database:
            async with database.transaction() as session:
                documents = (await session.execute(wanted)).all()
            for document_id, request_id in documents:
                async with database.transaction() as session:
                    how = await check(session, document_id, settings.clamd, wallclock.now())
                found[how] += 1
                if how is Found.ALTERED:
                    typer.echo(f"{document_id}\t{request_id}")
        return found

    with opened() as settings:
        found = asyncio.run(checked(settings))
    typer.echo(words(found), err=True)
    if found[Found.ALTERED] or found[Found.UNSCANNED]:
        raise typer.Exit(1)

"""`rti search`: find requests, public bodies and organisations by words."""

from datetime import date, datetime
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from rti.cli.working import in_transaction
from rti.core.validation import decode
from rti.requests.finding import Everything, everything
from rti.search.queries import Search


def search(
    words: Annotated[list[str], typer.Argument(help="Words or parts of words, in Khmer or English.")],
) -> None:
    """Find requests, public bodies and organisations; one a line: kind, reference or code, name.

    Example: rti search Samraong Takeo
    """
    wanted = decode(Search, {"q": " ".join(words)})

    async def work(session: AsyncSession, _now: datetime, _today: date) -> Everything:
        return await everything(session, None, wanted.q)

    found = in_transaction(work)
    for request, body in found.requests:
        typer.echo(f"request\t{request.reference}\t{request.title}\t{body.name_en}")
    for body in found.bodies:
        typer.echo(f"body\t{body.code}\t{body.name_en}\t{body.place_en or ''}")
    for cbo in found.cbos:
        typer.echo(f"cbo\t{cbo.code}\t{cbo.name_en}")
    if not (found.requests or found.bodies or found.cbos):
        typer.echo("Nothing was found", err=True)
        raise typer.Exit(1)

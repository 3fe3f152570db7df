"""`rti body`: rename, close and merge public bodies, each named by its code."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from rti.bodies import merging
from rti.bodies.commands import CloseBody, MergeBody, RenameBody
from rti.bodies.queries import by_code
from rti.cli.working import in_transaction
from rti.core.validation import decode
from rti.models.bodies import PublicBodyRow

app = typer.Typer(name="body", help="Rename, close and merge public bodies.", no_args_is_help=True)
Code = Annotated[str, typer.Argument(help="Code of the public body.")]


@app.command()
def rename(
    code: Code,
    name_km: Annotated[str, typer.Option(help="New name in Khmer.")],
    name_en: Annotated[str, typer.Option(help="New name in English.")],
    on: Annotated[str, typer.Option(help="First day of the new name, such as 2026-04-20.")],
    new_code: Annotated[str, typer.Option(help="New code; without it the code stays.")] = "",
) -> None:
    """Rename a public body; its old name and code are still found.

    Example: rti body rename MOI --name-km "ក្រសួងមហាផ្ទៃ" --name-en "Ministry of Interior" --on 2026-04-20
    """
    given = {"code": new_code or code, "name_km": name_km, "name_en": name_en, "renamed_on": on}
    command = decode(RenameBody, given)
    _done(code, lambda session, body, now, today: merging.rename(session, body, command, now, today))


@app.command()
def close(
    code: Code,
    on: Annotated[
        str, typer.Option(help="Last day on which it can be asked; without it, it is open again.")
    ] = "",
) -> None:
    """Close a public body, so that no later request can be filed to it.

    Example: rti body close HC-0102-1 --on 2026-03-31
    """
    command = decode(CloseBody, {"closed_on": on} if on else {})
    _done(code, lambda session, body, now, _: merging.close(session, body, command, now))


@app.command()
def merge(
    code: Code, into: Annotated[str, typer.Option(help="Code of the public body that is kept.")]
) -> None:
    """Merge a public body into another one: its requests move there. This cannot be undone.

    Example: rti body merge CA-HEALTH-CANADA --into CA-HC
    """
    command = decode(MergeBody, {"into": into})
    _done(code, lambda session, body, now, today: merging.merge(session, body, command, now, today))


def _done(code: str, step: Callable[[AsyncSession, UUID, datetime, date], Awaitable[PublicBodyRow]]) -> None:
    async def work(session: AsyncSession, now: datetime, today: date) -> PublicBodyRow:
        return await step(session, (await by_code(session, code, "code")).id, now, today)

    body = in_transaction(work)
    typer.echo(f"{body.code}\t{body.name_en}")

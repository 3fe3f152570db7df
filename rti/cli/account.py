"""`rti account add`: the first administrator of a new installation, and anybody after."""

from datetime import date, datetime
from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.commands import AddPerson
from rti.accounts.people import add as add_person
from rti.accounts.policy import Role
from rti.cbos.tables import CboRow
from rti.cli.working import in_transaction
from rti.errors import invalid, say
from rti.i18n import Language
from rti.intake import decode

app = typer.Typer(name="account", help="Accounts of people.", no_args_is_help=True)


@app.command()
def add(
    email: Annotated[str, typer.Argument(help="The address by which the person signs in.")],
    role: Annotated[Role, typer.Option(help="What the person may do.")],
    name: Annotated[str, typer.Option(help="How the person is shown on timelines.")] = "",
    cbo: Annotated[str | None, typer.Option(help="Code of the organisation, for members and leads.")] = None,
    language: Annotated[Language, typer.Option(help="Language of pages and messages.")] = Language.KM,
) -> None:
    """Add an account and print its start password, which is shown this once only.

    Example: rti account add you@example.org --role administrator
    """

    async def work(session: AsyncSession, now: datetime, _today: date) -> str:
        found = await session.scalar(select(CboRow.id).where(CboRow.code == cbo)) if cbo else None
        if cbo and found is None:
            raise invalid("cbo", say("There is no organisation with the code {code}", code=cbo))
        given = {"email": email, "name": name or email.partition("@")[0], "role": role, "language": language}
        command = decode(AddPerson, {**given, "cbo_id": str(found) if found else None})
        _, password = await add_person(session, command, now)
        return password

    typer.echo(in_transaction(work))


@app.callback()
def accounts() -> None:
    """Accounts of people."""

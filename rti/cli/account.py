"""`rti account add`: the first administrator of a new installation, and anybody after."""

from datetime import date, datetime
from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts import assignments
from rti.accounts.commands import AddPerson, Assign
from rti.accounts.people import add as add_person
from rti.accounts.policy import Role
from rti.accounts.tables import PersonRow
from rti.campaigns.tables import CampaignRow
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


@app.command()
def assign(
    email: Annotated[str, typer.Argument(help="The address by which the member of the staff signs in.")],
    campaign: Annotated[str | None, typer.Option(help="Code of a campaign whose requests to show.")] = None,
    province: Annotated[str | None, typer.Option(help="Code of a province, such as 01.")] = None,
    *,
    everything: Annotated[bool, typer.Option(help="Show the requests of all campaigns and areas.")] = False,
) -> None:
    """Let a member of the staff see the requests of a campaign or province.

    Example: rti account assign staff@example.org --campaign A2I
    """

    async def work(session: AsyncSession, now: datetime, _today: date) -> None:
        person_id = await session.scalar(select(PersonRow.id).where(PersonRow.email == email.lower()))
        if person_id is None:
            raise invalid("email", say("There is no account with this e-mail address"))
        found = await session.scalar(select(CampaignRow.id).where(CampaignRow.code == campaign))
        if campaign and found is None:
            raise invalid("campaign", say("There is no campaign with the code {code}", code=campaign))
        command = Assign(campaign_id=found, province_code=province, everything=everything)
        await assignments.assign(session, person_id, command, now)

    in_transaction(work)


@app.callback()
def accounts() -> None:
    """Accounts of people."""

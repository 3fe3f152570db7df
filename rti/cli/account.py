"""`rti account`: the first administrator of a new installation, and account recovery."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts import assignments, invitations, people
from rti.accounts.commands import Assign, Invite, Reset
from rti.campaigns.queries import campaign_of
from rti.cbos.queries import cbo_of
from rti.cli.connecting import address_of, settings_of_environment
from rti.cli.working import Work, in_transaction
from rti.core.errors import invalid, say
from rti.core.i18n import Language
from rti.core.roles import Role
from rti.core.validation import decode
from rti.models.accounts import PersonRow

app = typer.Typer(name="account", help="Accounts of people.", no_args_is_help=True)


@app.command()
def invite(
    email: Annotated[str, typer.Argument(help="Email address of the account.")],
    role: Annotated[Role, typer.Option(help="Role of the person.")],
    cbo: Annotated[str | None, typer.Option(help="Code of the organisation, for members and leads.")] = None,
    language: Annotated[Language, typer.Option(help="Language of pages and messages.")] = Language.KM,
) -> None:
    """Create an account and print a link to set its password. The link is shown only once.

    Example: rti account invite you@example.org --role administrator
    """

    async def work(session: AsyncSession, now: datetime, _today: date) -> str:
        cbo_id = (await cbo_of(session, cbo)).id if cbo else None
        given = {"email": email, "role": role, "language": language, "cbo_id": cbo_id}
        command = decode(Invite, given)
        _, token = await invitations.invite(session, command, None, now)
        return token

    _print_link(work)


@app.command()
def reset(
    email: Annotated[str, typer.Argument(help="Email address of the account.")],
    *,
    factors: Annotated[bool, typer.Option(help="Also remove the second factors.")] = False,
) -> None:
    """Reset a password: end all sessions and print a link to set a new password.

    Example: rti account reset you@example.org --factors
    """

    async def work(session: AsyncSession, now: datetime, _today: date) -> str:
        person_id = await _person_id(session, email)
        _, token = await invitations.reset(session, person_id, Reset(factors=factors), None, now)
        return token

    _print_link(work)


@app.command()
def disable(
    email: Annotated[str, typer.Argument(help="Email address of the account.")],
) -> None:
    """Disable an account and end its sessions at once.

    Example: rti account disable somebody@example.org
    """

    async def work(session: AsyncSession, now: datetime, _today: date) -> None:
        await people.disable(session, await _person_id(session, email), None, now)

    in_transaction(work)


def _print_link(work: Work[str]) -> None:
    """Do the work, and print the link with the token that it made."""
    settings = settings_of_environment()
    token = in_transaction(work)
    typer.echo(invitations.link_of(address_of(settings), token))
    if settings.database_url and not settings.base_url:
        typer.echo(
            f"RTI_BASE_URL is not set, so this opens on this machine only: {settings.address}", err=True
        )


async def _person_id(session: AsyncSession, email: str) -> UUID:
    found = await session.scalar(select(PersonRow.id).where(PersonRow.email == email.lower()))
    if found is None:
        raise invalid("email", say("There is no account with this email address"))
    return found


@app.command()
def assign(
    email: Annotated[str, typer.Argument(help="Email address of the member of campaign staff.")],
    campaign: Annotated[str | None, typer.Option(help="Give access to this campaign, by its code.")] = None,
    province: Annotated[
        str | None, typer.Option(help="Give access to this province, by its code, such as 01.")
    ] = None,
    *,
    everything: Annotated[bool, typer.Option(help="Give access to all campaigns and areas.")] = False,
) -> None:
    """Assign a campaign or province to a member of campaign staff.

    Example: rti account assign staff@example.org --campaign A2I
    """

    async def work(session: AsyncSession, now: datetime, _today: date) -> None:
        person_id = await _person_id(session, email)
        campaign_id = (await campaign_of(session, campaign)).id if campaign else None
        command = Assign(campaign_id=campaign_id, province_code=province, everything=everything)
        await assignments.assign(session, person_id, command, now)

    in_transaction(work)


@app.callback()
def accounts() -> None:
    """Accounts of people."""

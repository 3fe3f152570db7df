"""`rti report`: saved reports of figures, and sending them each month."""

from datetime import date, datetime
from typing import Annotated
from urllib.parse import parse_qsl
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.sessions import person_of
from rti.cli.releases import author_of
from rti.cli.working import in_transaction
from rti.core.validation import decode
from rti.models.saved_reports import ReportFile, ReportTo
from rti.statistics import reports
from rti.statistics.commands import SAVED
from rti.statistics.reports import SaveReport

app = typer.Typer(name="report", help="Saved reports of figures, sent each month.", no_args_is_help=True)


@app.command("list")
def list_reports() -> None:
    """List all saved reports: identifier, to whom each is sent, the next day, address, name.

    Example: rti report list
    """

    async def work(session: AsyncSession, _: datetime, __: date) -> list[str]:
        return [
            "\t".join((str(row.id), row.mails_to or "-", str(row.next_on or "-"), row.address, row.name))
            for row in await reports.saved_reports(session, None)
        ]

    for line in in_transaction(work):
        typer.echo(line)


@app.command()
def save(
    name: Annotated[str, typer.Argument(help="Name of the report.")],
    owner: Annotated[
        str, typer.Option(help="E-mail address of the owner: campaign staff or the working group.")
    ],
    asks: Annotated[
        str, typer.Option(help="What follows the question mark in the address of the figures.")
    ] = "method=own",
    file: Annotated[ReportFile, typer.Option(help="As what it is opened.")] = ReportFile.PAGE,
    mails_to: Annotated[ReportTo | None, typer.Option(help="To whom it is sent each month.")] = None,
) -> None:
    """Save a report, in place of one of the same name and owner, and print its identifier.

    Example: rti report save "By province" --owner lead@example.org --asks "by=province&basis=due" --mails-to group
    """
    asked = {each: value for each, value in parse_qsl(asks) if each in SAVED}

    async def work(session: AsyncSession, now: datetime, today: date) -> UUID:
        command = decode(SaveReport, {**asked, "name": name, "file": file, "mails_to": mails_to or ""})
        person = person_of(await author_of(session, owner))
        return (await reports.save_report(session, command, person, now, today)).id

    typer.echo(in_transaction(work))


@app.command()
def delete(
    report: Annotated[UUID, typer.Argument(help="Identifier, as `rti report list` prints it.")],
) -> None:
    """Delete a saved report; nothing more is sent of it.

    Example: rti report delete 0199c1f0-0000-7000-8000-000000000000
    """

    async def work(session: AsyncSession, _: datetime, __: date) -> None:
        await reports.delete_report(session, report, None)

    in_transaction(work)

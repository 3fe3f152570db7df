"""`rti calendar`: the days off of a country, and the dates that a change moves."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from rti.calendars import queries
from rti.calendars.commands import CalendarFilter, Command, ConfirmYear, DeclareDay, WithdrawDay
from rti.cli.working import in_transaction
from rti.core.validation import decode
from rti.requests import date_changes
from rti.requests.recalculation import Moves

app = typer.Typer(name="calendar", help="Days off: list, declare, withdraw, confirm.", no_args_is_help=True)

Country = Annotated[str, typer.Option(help="Country, such as KH or GB-SCT.")]
Preview = Annotated[
    bool, typer.Option("--preview", help="Show which dates would change, without changing them.")
]


@app.command("list")
def list_days(
    year: Annotated[str, typer.Option(help="Year. Default: this year.")] = "", country: Country = "KH"
) -> None:
    """List the days off in a year, with their sources.

    Example: rti calendar list --year 2026
    """

    async def found(session: AsyncSession, _: datetime, today: date) -> list[str]:
        wanted = decode(CalendarFilter, {"year": year, "country": country})
        shown = wanted.year or today.year
        known = await queries.year_of(session, wanted.country, shown)
        status = "no list" if known is None else "confirmed" if known.confirmed else "provisional"
        rows = await queries.days_off(session, wanted.country, shown)
        return [
            f"{wanted.country} {shown}: {status}{f', {known.source}' if known else ''}",
            *(f"{row.day}  {row.name_en}  ({row.source})" for row in rows),
        ]

    typer.echo("\n".join(in_transaction(found)))


@app.command()
def declare(
    day: Annotated[str, typer.Argument(help="Date, such as 2022-06-06.")],
    source: Annotated[str, typer.Option(help="Source, such as the number of a sub-decree.")],
    name_en: Annotated[str, typer.Option(help="Name in English.")],
    name_km: Annotated[str, typer.Option(help="Name in Khmer.")],
    country: Country = "KH",
    preview: Preview = False,
) -> None:
    """Declare a day off and recalculate the dates of open requests.

    Example: rti calendar declare 2022-06-06 --source "Sub-decree 106" --name-en "Added day" --name-km "ថ្ងៃឈប់បន្ថែម"
    """
    named = {"name_en": name_en, "name_km": name_km}
    _change(DeclareDay, {"day": day, "source": source, "country": country, **named}, preview=preview)


@app.command()
def withdraw(
    day: Annotated[str, typer.Argument(help="Date, such as 2022-06-06.")],
    country: Country = "KH",
    preview: Preview = False,
) -> None:
    """Withdraw a day off and recalculate the dates of open requests.

    Example: rti calendar withdraw 2020-04-14 --preview
    """
    _change(WithdrawDay, {"day": day, "country": country}, preview=preview)


@app.command()
def confirm(
    year: Annotated[str, typer.Argument(help="Year.")],
    source: Annotated[str, typer.Option(help="Source, such as the number of a sub-decree.")],
    country: Country = "KH",
    preview: Preview = False,
) -> None:
    """Confirm that the list for a year matches the official list.

    Example: rti calendar confirm 2026 --source "Sub-decree 199"
    """
    _change(ConfirmYear, {"year": year, "source": source, "country": country}, preview=preview)


@app.command()
def check() -> None:
    """From October, fail if the list for next year is missing or provisional.

    Example: rti calendar check
    """

    async def found(session: AsyncSession, _: datetime, today: date) -> str:
        warning = await queries.warning(session, today)
        return warning.render() if warning else ""

    if warning := in_transaction(found):
        typer.echo(warning, err=True)
        raise typer.Exit(1)
    typer.echo("The calendar is complete")


def _change(kind: type[Command], values: Mapping[str, object], *, preview: bool) -> None:
    async def done(session: AsyncSession, now: datetime, _: date) -> Moves:
        command = decode(kind, values)
        if preview:
            return await date_changes.preview(session, command, now)
        return await date_changes.change(session, command, None, now)

    moves = in_transaction(done)
    typer.echo(
        f"{'Dates would change in' if preview else 'Dates changed in'}: {moves.requests} of {moves.looked_at} requests; "
        f"answers that become in time: {moves.become_in_time}, late: {moves.become_late}"
    )
    for (old, new), count in sorted(moves.tally.items(), key=str):
        typer.echo(f"  {old} -> {new}: {count}")

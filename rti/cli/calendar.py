"""`rti calendar`: the days off of a country, and what a change of them moves."""

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

Country = Annotated[str, typer.Option(help="The country, such as KH or GB-SCT.")]
Preview = Annotated[bool, typer.Option("--preview", help="Say what would move, and change nothing.")]


@app.command("list")
def list_days(
    year: Annotated[str, typer.Option(help="The year; this one if not given.")] = "", country: Country = "KH"
) -> None:
    """List the days off of a year, with the source of each.

    Example: rti calendar list --year 2026
    """

    async def found(session: AsyncSession, _: datetime, today: date) -> list[str]:
        wanted = decode(CalendarFilter, {"year": year, "country": country})
        shown = wanted.year or today.year
        known = await queries.year_of(session, wanted.country, shown)
        status = "no list is loaded" if known is None else "confirmed" if known.confirmed else "provisional"
        rows = await queries.days_off(session, wanted.country, shown)
        return [
            f"{wanted.country} {shown}: {status}{f', {known.source}' if known else ''}",
            *(f"{row.day}  {row.name_en}  ({row.source})" for row in rows),
        ]

    typer.echo("\n".join(in_transaction(found)))


@app.command()
def declare(
    day: Annotated[str, typer.Argument(help="The day, such as 2022-06-06.")],
    source: Annotated[str, typer.Option(help="What says so, such as the number of a sub-decree.")],
    name_en: Annotated[str, typer.Option(help="Its name in English.")],
    name_km: Annotated[str, typer.Option(help="Its name in Khmer.")],
    country: Country = "KH",
    preview: Preview = False,
) -> None:
    """Declare a day off, and move the open dates that it touches.

    Example: rti calendar declare 2022-06-06 --source "Sub-decree 106" --name-en "Added day" --name-km "ថ្ងៃឈប់បន្ថែម"
    """
    named = {"name_en": name_en, "name_km": name_km}
    _change(DeclareDay, {"day": day, "source": source, "country": country, **named}, preview=preview)


@app.command()
def withdraw(
    day: Annotated[str, typer.Argument(help="The day, such as 2022-06-06.")],
    country: Country = "KH",
    preview: Preview = False,
) -> None:
    """Withdraw a day off, and move the open dates that it touches.

    Example: rti calendar withdraw 2020-04-14 --preview
    """
    _change(WithdrawDay, {"day": day, "country": country}, preview=preview)


@app.command()
def confirm(
    year: Annotated[str, typer.Argument(help="The year.")],
    source: Annotated[str, typer.Option(help="What fixes it, such as the number of a sub-decree.")],
    country: Country = "KH",
    preview: Preview = False,
) -> None:
    """Confirm that the list of a year is the official one.

    Example: rti calendar confirm 2026 --source "Sub-decree 199"
    """
    _change(ConfirmYear, {"year": year, "source": source, "country": country}, preview=preview)


@app.command()
def check() -> None:
    """Fail when the list of the next year is missing or only expected, from October on.

    Example: rti calendar check
    """

    async def found(session: AsyncSession, _: datetime, today: date) -> str:
        warning = await queries.warning(session, today)
        return warning.render() if warning else ""

    if warning := in_transaction(found):
        typer.echo(warning, err=True)
        raise typer.Exit(1)
    typer.echo("The calendar is well")


def _change(kind: type[Command], values: Mapping[str, object], *, preview: bool) -> None:
    async def done(session: AsyncSession, now: datetime, _: date) -> Moves:
        command = decode(kind, values)
        if preview:
            return await date_changes.preview(session, command, now)
        return await date_changes.change(session, command, None, now)

    moves = in_transaction(done)
    typer.echo(f"{'Would move' if preview else 'Moved'}: {moves.requests} of {moves.looked_at} open requests")
    for (old, new), count in sorted(moves.tally.items(), key=str):
        typer.echo(f"  {old} -> {new}: {count}")

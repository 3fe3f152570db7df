"""Commands that print tables of counts: `participation`, `refusals`, `publication`, `answers`."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table as Grid
from sqlalchemy.ext.asyncio import AsyncSession

from rti.campaigns.queries import campaign_of
from rti.cli.connecting import settings_of_environment
from rti.cli.figures import Format, share, write
from rti.cli.working import in_transaction
from rti.core.validation import decode
from rti.labels import label
from rti.models.bodies import BodyKind
from rti.statistics import answers as answering
from rti.statistics import participation as taking_part
from rti.statistics import publication as publishing
from rti.statistics import refusals as refusing
from rti.statistics.commands import Dimension
from rti.statistics.tables import CountTable
from rti.web.api.coding import answers_view
from rti.web.api.participation import participation_view
from rti.web.api.statistics import words
from rti.web.api.visits import publication_view
from rti.web.count_tables import as_book, as_text, count_view

_Campaign = Annotated[str, typer.Option(help="Only requests of this campaign, by its code.")]
_VisitsOf = Annotated[str, typer.Option(help="Only visits of this campaign, by its code.")]
_AsOf = Annotated[str, typer.Option(help="Cut-off date. Default: today.")]
_Form = Annotated[Format | None, typer.Option("--format", help="Default: a table, and CSV when piped.")]
_Counted = tuple[CountTable, Callable[[str], object]]
"""A table, and its JSON in a language."""
_Count = Callable[[AsyncSession, date, dict[str, object]], Awaitable[_Counted]]


def participation(
    group: Annotated[
        taking_part.CboGroup, typer.Option(help="Which organisations to count.")
    ] = taking_part.CboGroup.TARGET,
    by: Annotated[
        list[taking_part.CboDimension] | None, typer.Option(help="Group by this, once or twice.")
    ] = None,
    campaign: _Campaign = "",
    as_of: _AsOf = "",
    form: _Form = None,
) -> None:
    """Count organisations that filed, got an answer and complained.

    Example: rti participation --group target --by province --format csv
    """

    async def count(session: AsyncSession, today: date, values: dict[str, object]) -> _Counted:
        wanted = decode(taking_part.ParticipationQuery, {**values, "group": group})
        seen = await taking_part.participation(session, None, wanted, today)
        return seen.table, lambda language: participation_view(seen, language)

    _print(count, by or [taking_part.CboDimension.PROVINCE], campaign, as_of, form)


def refusals(
    by: Annotated[list[Dimension] | None, typer.Option(help="Group by this, once or twice.")] = None,
    since: Annotated[str, typer.Option("--from", "--since", help="First day of an answer.")] = "",
    until: Annotated[str, typer.Option("--to", "--until", help="Last day of an answer.")] = "",
    campaign: _Campaign = "",
    as_of: _AsOf = "",
    form: _Form = None,
) -> None:
    """Count the sections that public bodies cite when they refuse, and whether the law has them.

    Example: rti refusals --by section --by statute
    """

    async def count(session: AsyncSession, today: date, values: dict[str, object]) -> _Counted:
        wanted = decode(refusing.RefusalQuery, {**values, "since": since, "until": until})
        table = await refusing.refusals(session, None, wanted, today)
        return table, lambda language: count_view(table, language)

    _print(count, by or [Dimension.SECTION], campaign, as_of, form)


def publication(
    by: Annotated[
        list[publishing.VisitDimension] | None, typer.Option(help="Group by this, once or twice.")
    ] = None,
    kind: Annotated[BodyKind | None, typer.Option(help="Only bodies of this type.")] = None,
    province: Annotated[str, typer.Option(help="Only bodies of this province, by its code.")] = "",
    since: Annotated[str, typer.Option("--from", "--since", help="First day of a visit.")] = "",
    until: Annotated[str, typer.Option("--to", "--until", help="Last day of a visit.")] = "",
    campaign: _VisitsOf = "",
    as_of: _AsOf = "",
    form: _Form = None,
) -> None:
    """Count what public bodies publish without being asked, as monitors found it.

    Example: rti publication --by province --by subject --as-of 2026-09-30
    """

    async def count(session: AsyncSession, today: date, values: dict[str, object]) -> _Counted:
        more = {"kind": kind or "", "province": province, "since": since, "until": until}
        wanted = decode(publishing.PublicationQuery, {**values, **more})
        seen = await publishing.publication(session, None, wanted, today)
        return seen.table, lambda language: publication_view(seen, language)

    _print(count, by or [publishing.VisitDimension.SUBJECT], campaign, as_of, form)


def answers(
    campaign: Annotated[str, typer.Option(help="The campaign whose answers were read, by its code.")],
    by: Annotated[
        list[answering.AnswerDimension] | None, typer.Option(help="Group by this, once or twice.")
    ] = None,
    as_of: _AsOf = "",
    form: _Form = None,
) -> None:
    """Count what was answered to each question of a campaign, and how far readers agree.

    Example: rti answers --campaign A2I-DEMO --by body --by question
    """

    async def count(session: AsyncSession, today: date, values: dict[str, object]) -> _Counted:
        seen = await answering.answers(session, None, decode(answering.AnswersQuery, values), today)
        return seen.table, lambda language: answers_view(seen, language)

    _print(count, by or [answering.AnswerDimension.QUESTION], campaign, as_of, form)


def _print(count: _Count, by: Sequence[StrEnum], campaign: str, as_of: str, form: Format | None) -> None:
    """Count, and print the table in the form that is wanted."""
    if len(by) > 2:
        raise typer.BadParameter("give --by once or twice")

    async def work(session: AsyncSession, _: datetime, today: date) -> _Counted:
        campaign_id = (await campaign_of(session, campaign)).id if campaign else ""
        values: dict[str, object] = {
            "by": by[0],
            "then_by": by[1] if by[1:] else "",
            "campaign_id": campaign_id,
            "as_of": as_of,
        }
        return await count(session, today, values)

    language = settings_of_environment().language
    table, view = in_transaction(work)
    form = form or (Format.TABLE if sys.stdout.isatty() else Format.CSV)
    if form is Format.JSON:
        write(msgspec.json.format(msgspec.json.encode(view(language))).decode() + "\n")
    elif form is Format.CSV:
        write(as_text(table, language))
    elif form is Format.XLSX:
        sys.stdout.buffer.write(as_book(table, language))
    else:
        _show(table, language)


def _show(table: CountTable, language: str) -> None:
    scheme = table.scheme
    caption = f"{scheme.name}, version {scheme.version}; cut-off date {table.as_of}"
    grid = Grid(caption=caption, caption_justify="left")
    for by in table.dimensions:
        grid.add_column(label(by), overflow="fold")
    for name in [*(each.name for each in scheme.columns), *(each.name for each in scheme.measures)]:
        grid.add_column(words(name, language), justify="right", overflow="fold")
    for line in (*table.lines, table.total):
        names = [words(name, language) or "unknown" for name in line.names] or ["Total"]
        folded = ["all"] * (len(table.dimensions) - len(names))
        rates = (share(rate) for _, rate in line.rates)
        grid.add_row(*names, *folded, *map(str, line.counts.values()), *rates, end_section=bool(folded))
    Console().print(grid)

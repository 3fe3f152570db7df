"""Commands that read: `statistics` and `export`."""

import asyncio
import sys
from collections.abc import Mapping
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table as Grid
from sqlalchemy import select

from rti.audit.record import record
from rti.campaigns.queries import campaign_of
from rti.cli.connecting import connected, opened
from rti.cli.working import wrong_use
from rti.core import wallclock
from rti.core.csv_export import as_csv
from rti.core.db_roles import Login
from rti.core.settings import Settings
from rti.core.validation import decode
from rti.models.audit import AuditAction
from rti.models.cbos import not_locked
from rti.models.requests import RequestRow
from rti.statistics.commands import Basis, Dimension, StatisticsQuery, check
from rti.statistics.disclosure import CoarseFigures
from rti.statistics.export import write_requests
from rti.statistics.figures import Figures, Percentage
from rti.statistics.measures import EXCLUDED, JUDGED, MEASURES, PENDING, VERSION
from rti.statistics.queries import Table, table
from rti.web.api.statistics import csv_header, csv_rows, table_view, words
from rti.web.labels import label

SHOWN_PLACES = 1


def statistics(
    by: Annotated[
        list[Dimension] | None, typer.Option(help="Group by this. Give it twice to group by two.")
    ] = None,
    basis: Annotated[Basis, typer.Option(help="Date that the period is based on.")] = Basis.RECEIVED,
    since: Annotated[str, typer.Option(help="First day of the period, such as 2026-01-01.")] = "",
    until: Annotated[str, typer.Option(help="Last day of the period.")] = "",
    as_of: Annotated[str, typer.Option(help="Cut-off date. Default: today.")] = "",
    campaign: Annotated[str, typer.Option(help="Only requests of this campaign, by its code.")] = "",
    target_of: Annotated[str, typer.Option(help="Only the target areas of this campaign, by its code.")] = "",
    statute: Annotated[str, typer.Option(help="Only requests under this law, draft or standard.")] = "",
    province: Annotated[str, typer.Option(help="Only bodies of this province, by its code.")] = "",
    early: Annotated[bool, typer.Option("--early", help="Count early answers as in time.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV, the default when piped.")] = False,
) -> None:
    """Count requests answered in time, late or not at all, with all denominators.

    Example: rti statistics --by body --by year --basis answered --as-of 2016-12-31
    """
    groups = by or [Dimension.BODY_KIND]
    if len(groups) > 2:
        raise typer.BadParameter("give --by once or twice")
    values = {
        "by": groups[0],
        "then_by": groups[1] if len(groups) > 1 else "",
        "basis": basis,
        "since": since,
        "until": until,
        "as_of": as_of,
        "statute_id": statute,
        "province": province,
        "early": early,
    }
    campaigns = {"campaign_id": campaign, "target_of": target_of}
    with opened() as settings:
        found = asyncio.run(_counted(settings, values, campaigns))
        if as_json:
            sys.stdout.buffer.write(
                msgspec.json.format(msgspec.json.encode(table_view(found, settings.language))) + b"\n"
            )
        elif csv or not sys.stdout.isatty():
            _write(as_csv(csv_header(found), csv_rows(found, settings.language)))
        else:
            _show(found, settings.language)


def export() -> None:
    """Print all requests as CSV, without titles, questions or personal data.

    Example: rti export > requests.csv
    """
    with opened() as settings:
        asyncio.run(_export(settings))


async def _counted(settings: Settings, values: Mapping[str, object], campaigns: dict[str, str]) -> Table:
    today = wallclock.day_of(wallclock.now(), settings.timezone)
    async with connected(settings, Login.OPERATOR) as database, database.transaction() as session:
        with wrong_use():
            chosen = {
                name: (await campaign_of(session, code, name)).id for name, code in campaigns.items() if code
            }
            wanted = decode(StatisticsQuery, {**values, **chosen})
            check(wanted, today)
        return await table(session, None, wanted, today)


async def _export(settings: Settings) -> None:
    async with connected(settings, Login.OPERATOR) as database:
        async with database.transaction() as session:
            record(session, AuditAction.EXPORTED, wallclock.now(), about="requests")
        async with database.transaction() as session:
            every = select(RequestRow).where(not_locked(RequestRow.cbo_id))
            await write_requests(session, every, sys.stdout.buffer.write)
    sys.stdout.buffer.flush()


def _write(text: str) -> None:
    """Write UTF-8 with the line ends of CSV, regardless of the terminal."""
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def _show(found: Table, language: str) -> None:
    grid = Grid(caption=_caption(found), caption_justify="left")
    for by in found.wanted.dimensions:
        grid.add_column(label(by), overflow="fold")
    for heading in (*(label(state) for state in sorted(JUDGED)), "Not yet due", "Excluded"):
        grid.add_column(heading, justify="right")
    for measure in MEASURES:
        grid.add_column(measure.name, justify="right")
    grid.add_column("Days: median, longest", justify="right")
    for line in (*found.lines, found.total):
        names = [words(name, language) or "unknown" for name in line.names] or ["Total"]
        folded = ["all"] * (len(found.wanted.dimensions) - len(names))
        grid.add_row(*names, *folded, *_cells(line.figures), end_section=bool(folded))
    Console().print(grid)


def _caption(found: Table) -> str:
    judged = [
        f"{ground.statute.id} version {ground.statute.version} ({'deadlines' if ground.binding else 'benchmarks'})"
        for ground in found.grounds
    ]
    basis = label(found.wanted.basis).lower()
    by = f"; assessed under {', '.join(judged)}" if judged else ""
    return f"Cut-off date {found.as_of}; period based on {basis}; definitions version {VERSION}{by}"


def _cells(figures: Figures | CoarseFigures) -> list[str]:
    days = "–" if figures.median_days is None else f"{figures.median_days:g}, {figures.longest_days}"
    return [
        *(str(figures.counts[state]) for state in sorted(JUDGED)),
        str(figures.total(PENDING)),
        str(figures.total(EXCLUDED)),
        *(_share(rate) for _, rate in figures.rates),
        days,
    ]


def _share(rate: Percentage) -> str:
    percent = rate.percent(SHOWN_PLACES)
    return "–" if percent is None else f"{percent} % of {rate.denominator}"

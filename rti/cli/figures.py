"""Commands that read: `statistics` and `export`."""

import asyncio
import sys
from collections.abc import Mapping
from enum import StrEnum
from functools import partial
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
from rti.core.replica import for_reading
from rti.core.settings import Settings
from rti.core.validation import decode
from rti.labels import label
from rti.models.audit import AuditAction
from rti.models.cbos import not_locked
from rti.models.requests import RequestRow
from rti.statistics.commands import Basis, Dimension, StatisticsQuery, Unit, check
from rti.statistics.export import ExportFile, ExportForm, rows_of, write_csv, write_workbook
from rti.statistics.figures import Percentage
from rti.statistics.method import Column, Method
from rti.statistics.methods import METHODS
from rti.statistics.methods.own import OUTCOMES
from rti.statistics.queries import Table, Told, table
from rti.web.api.flat_figures import flat_header, flat_rows
from rti.web.api.statistics import csv_header, csv_rows, table_view, words
from rti.web.briefing import briefing, of_table
from rti.web.workbook import workbook

SHOWN_PLACES = 1


class Format(StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    XLSX = "xlsx"
    PDF = "pdf"
    FLAT = "flat"


_Method = Annotated[str, typer.Option(help=f"Method of counting: {', '.join(METHODS)}.")]
_Groups = Annotated[list[Dimension] | None, typer.Option(help="Group by this. Give it up to three times.")]
_Unit = Annotated[Unit, typer.Option(help="Count each submission, or each question once.")]
_From = Annotated[str, typer.Option("--from", "--since", help="First day of the period, such as 2026-01-01.")]
_KnownOn = Annotated[
    str, typer.Option(help="Count what was recorded until this day. Default: the cut-off date.")
]
_Form = Annotated[Format | None, typer.Option("--format", help="Default: a table, and CSV when piped.")]


def statistics(
    method: _Method = "own",
    by: _Groups = None,
    unit: _Unit = Unit.SUBMISSION,
    basis: Annotated[Basis, typer.Option(help="Date that the period is based on.")] = Basis.RECEIVED,
    since: _From = "",
    until: Annotated[str, typer.Option("--to", "--until", help="Last day of the period.")] = "",
    as_of: Annotated[str, typer.Option(help="Cut-off date. Default: today.")] = "",
    known_on: _KnownOn = "",
    campaign: Annotated[str, typer.Option(help="Only requests of this campaign, by its code.")] = "",
    target_of: Annotated[str, typer.Option(help="Only the target areas of this campaign, by its code.")] = "",
    statute: Annotated[str, typer.Option(help="Only requests under this law, draft or standard.")] = "",
    province: Annotated[str, typer.Option(help="Only bodies of this province, by its code.")] = "",
    early: Annotated[bool, typer.Option("--early", help="Count early answers as in time.")] = False,
    form: _Form = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="The same as --format csv.")] = False,
) -> None:
    """Count requests answered in time, late or not at all, with all denominators.

    Example: rti statistics --method uk --by body --from 2016-01-01 --to 2016-12-31 --as-of 2017-01-31
    """
    groups = by or [Dimension.BODY_KIND]
    if len(groups) > 3:
        raise typer.BadParameter("give --by once, twice or three times")
    values = {
        "method": method,
        "by": groups[0],
        "then_by": groups[1] if len(groups) > 1 else "",
        "and_by": groups[2] if len(groups) > 2 else "",
        "unit": unit,
        "basis": basis,
        "since": since,
        "until": until,
        "as_of": as_of,
        "known_on": known_on,
        "statute_id": statute,
        "province": province,
        "early": early,
    }
    campaigns = {"campaign_id": campaign, "target_of": target_of}
    with opened() as settings:
        found = asyncio.run(_counted(settings, values, campaigns))
        plain = Format.CSV if csv or not sys.stdout.isatty() else Format.TABLE
        _print(found, form or (Format.JSON if as_json else plain), settings.language)


def _print(found: Table, form: Format, language: str) -> None:
    if form is Format.JSON:
        write(msgspec.json.format(msgspec.json.encode(table_view(found, language))).decode() + "\n")
    elif form is Format.CSV:
        write(as_csv(csv_header(found), csv_rows(found, language)))
    elif form is Format.FLAT:
        write(as_csv(flat_header(found), flat_rows(found, language)))
    elif form is Format.PDF:
        sys.stdout.buffer.write(briefing(of_table(found, language), [found], language))
    elif form is Format.XLSX:
        sys.stdout.buffer.write(workbook(found, language, partial(words, language=language)))
    else:
        _show(found, language)


def export(
    form: Annotated[
        ExportForm,
        typer.Option(help="Requests, flat with all names, or a log in the Standard FOIA Log Format 1.5."),
    ] = ExportForm.REQUESTS,
    file: Annotated[ExportFile, typer.Option(help="Kind of file.")] = ExportFile.CSV,
) -> None:
    """Print all requests as a file, without titles, questions or personal data.

    Example: rti export --form log > requests.csv
    """
    with opened() as settings:
        asyncio.run(_export(settings, form, file))


async def _counted(settings: Settings, values: Mapping[str, object], campaigns: dict[str, str]) -> Table:
    today = wallclock.day_of(wallclock.now(), settings.timezone)
    async with (
        connected(settings, Login.OPERATOR) as database,
        (await for_reading(database)).transaction() as session,
    ):
        with wrong_use():
            chosen = {
                name: (await campaign_of(session, code, name)).id for name, code in campaigns.items() if code
            }
            wanted = decode(StatisticsQuery, {**values, **chosen})
            check(wanted, today)
        return await table(session, None, wanted, today)


async def _export(settings: Settings, form: ExportForm, kind: ExportFile) -> None:
    today = wallclock.day_of(wallclock.now(), settings.timezone)
    async with connected(settings, Login.OPERATOR) as database:
        async with database.transaction() as session:
            record(session, AuditAction.EXPORTED, wallclock.now(), about="requests")
        async with (await for_reading(database)).transaction() as session:
            every = select(RequestRow).where(not_locked(RequestRow.cbo_id))
            rows = rows_of(every, form, today)
            if kind is ExportFile.CSV:
                await write_csv(session, rows, sys.stdout.buffer.write)
            else:
                async for _ in write_workbook(session, rows, sys.stdout.buffer):
                    pass
    sys.stdout.buffer.flush()


def write(text: str) -> None:
    """Write UTF-8 with the line ends of CSV, regardless of the terminal."""
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def _show(found: Table, language: str) -> None:
    grid = Grid(caption=_caption(found), caption_justify="left")
    for by in found.wanted.dimensions:
        grid.add_column(label(by), overflow="fold")
    method = found.wanted.of_method
    for column in _columns(method):
        grid.add_column(words(column.name, language), justify="right", overflow="fold")
    for measure in method.measures:
        grid.add_column(measure.name, justify="right", overflow="fold")
    for duration in method.durations:
        grid.add_column(f"{duration.name}: median, longest", justify="right", overflow="fold")
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
    method = found.wanted.of_method
    return (
        f"{method.name}, version {method.version}; cut-off date {found.as_of}; entries recorded until {found.known_on}; "
        f"period based on {basis}{by}"
    )


def _columns(method: Method) -> list[Column]:
    """The columns of a terminal table that are not empty: states, and those of other methods."""
    left_out = {OUTCOMES.id, *("grounds", "checks")}
    return [column for section in method.sections if section.id not in left_out for column in section.columns]


def _cells(figures: Told) -> list[str]:
    return [
        *(str(figures.counts[column.id]) for column in _columns(figures.method)),
        *(share(rate) for _, rate in figures.rates),
        *(
            "–" if days.median is None else f"{days.median:g}, {days.highest}"
            for _, days in figures.durations
        ),
    ]


def share(rate: Percentage) -> str:
    percent = rate.percent(SHOWN_PLACES)
    return "–" if percent is None else f"{percent} % of {rate.denominator}"

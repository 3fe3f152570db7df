"""`rti import`: CSV files of bodies, organisations and requests."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.ext.asyncio import AsyncSession

from notifications.forecast import forecast
from rti.cli.connecting import connected, opened
from rti.core import wallclock
from rti.core.db_roles import Login
from rti.core.errors import Invalid, TooLarge, say
from rti.core.settings import Settings
from rti.imports.actions import meanings
from rti.imports.csv_reader import LARGEST_FILE, Columns, CsvFile
from rti.imports.guessing import guess, read_sheet
from rti.imports.history import named_run
from rti.imports.mapping import FIXED, read_mapping
from rti.imports.report import LineResult, Report, Run
from rti.imports.requests import import_requests
from rti.imports.spreadsheets import as_csv
from rti.imports.upsert import BODY_COLUMNS, CBO_COLUMNS, import_bodies, import_cbos

app = typer.Typer(
    name="import",
    help="Import CSV and XLSX files. Exit status 1 means that some lines were rejected; the others were imported.",
    no_args_is_help=True,
)

Import = Callable[[AsyncSession, CsvFile, datetime, date, Run], Awaitable[Report]]
File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV or XLSX file of up to 50 MB.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check the file without importing anything.")]
AllOrNothing = Annotated[
    bool, typer.Option("--all-or-nothing", help="Import nothing if any line is rejected.")
]
ReportFile = Annotated[
    Path | None,
    typer.Option("--report", dir_okay=False, help="Write the result of each line to this CSV file."),
]
Mapping = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        readable=True,
        help="TOML file that maps the columns to requests. See docs/importing.md.",
    ),
]


@app.command("bodies")
def bodies(
    file: File, *, dry_run: DryRun = False, all_or_nothing: AllOrNothing = False, report: ReportFile = None
) -> None:
    """Import public bodies. Bodies with a known code are updated.

    Columns: code, kind, name_km, name_en, area_code, address, phone, email.

    Example: rti import bodies health-centres.csv --dry-run
    """

    async def take(session: AsyncSession, lines: CsvFile, now: datetime, _: date, run: Run) -> Report:
        return await import_bodies(session, lines, now, run)

    _run(file, BODY_COLUMNS, take, dry_run=dry_run, all_or_nothing=all_or_nothing, report_file=report)


@app.command("cbos")
def cbos(
    file: File, *, dry_run: DryRun = False, all_or_nothing: AllOrNothing = False, report: ReportFile = None
) -> None:
    """Import organisations. Organisations with a known code are updated. The file contains no personal data.

    Columns: code, name_km, name_en, area_code.

    Example: rti import cbos organisations.csv --dry-run
    """

    async def take(session: AsyncSession, lines: CsvFile, now: datetime, _: date, run: Run) -> Report:
        return await import_cbos(session, lines, now, run)

    _run(file, CBO_COLUMNS, take, dry_run=dry_run, all_or_nothing=all_or_nothing, report_file=report)


@app.command("requests")
def requests(
    file: File,
    *,
    mapping: Mapping = None,
    dry_run: DryRun = False,
    all_or_nothing: AllOrNothing = False,
    report: ReportFile = None,
    only_guess: Annotated[
        bool,
        typer.Option("--guess", help="Print a guess at the mapping of the file as TOML, and import nothing."),
    ] = False,
) -> None:
    """Import requests. Lines that were imported before are not changed, so you can import a file again.

    Without a mapping, the columns are those in docs/importing.md.

    For somebody else's log: rti import requests log.csv --guess > map.toml, and correct what it says.

    Example: rti import requests log.csv --mapping docs/examples/canadian-cities.toml --report report.csv
    """
    if only_guess:
        typer.echo(_guessed(file), nl=False)
        return
    chosen = FIXED
    if mapping:
        try:
            chosen = read_mapping(mapping.read_bytes())
        except Invalid as invalid:
            _print_faults(str(mapping), invalid)
            raise typer.Exit(1) from None

    async def take(session: AsyncSession, lines: CsvFile, now: datetime, today: date, run: Run) -> Report:
        return await import_requests(session, lines, chosen, now=now, today=today, run=run)

    _run(file, chosen.expected, take, dry_run=dry_run, all_or_nothing=all_or_nothing, report_file=report)


def _run(
    file: Path,
    columns: Columns,
    take: Import,
    *,
    dry_run: bool,
    all_or_nothing: bool,
    report_file: Path | None,
) -> None:
    size = _check_size(file)
    if report_file:
        _check_writable(report_file)
    try:
        with opened() as settings, _progress(size) as tell:
            run = named_run(
                settings.secret,
                file.name,
                dry_run=dry_run,
                all_or_nothing=all_or_nothing,
                on_progress=tell,
                foresee=forecast,
            )
            report = asyncio.run(_imported(settings, file, columns, take, run))
    except Invalid as invalid:
        _print_faults(str(file), invalid)
        raise typer.Exit(1) from None
    if report_file:
        report_file.write_text(report.as_csv(), encoding="utf-8", newline="")
    _print_report(report)
    raise typer.Exit(1 if report.rejected else 0)


def _guessed(file: Path) -> str:
    """The likely mapping of a file, topics by their names in this installation."""
    _check_size(file)
    content = file.read_bytes()

    async def found(settings: Settings) -> str:
        sheet = read_sheet(await as_csv(content))
        async with connected(settings, Login.OPERATOR) as database, database.transaction() as session:
            return guess(sheet, await meanings(session)).as_toml(sheet)

    try:
        with opened() as settings:
            return asyncio.run(found(settings))
    except Invalid as invalid:
        _print_faults(str(file), invalid)
        raise typer.Exit(1) from None


def _check_size(file: Path) -> int:
    size = file.stat().st_size
    if size > LARGEST_FILE:
        raise TooLarge(say("The file must be {count} MB or smaller", count=LARGEST_FILE // 1_000_000))
    return size


def _check_writable(path: Path) -> None:
    """Check before the import that the report can be written."""
    try:
        path.touch()
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be written: {error.strerror}") from None


async def _imported(settings: Settings, file: Path, columns: Columns, take: Import, run: Run) -> Report:
    now = wallclock.now()
    with file.open("rb") as stream:
        packed = stream.peek(2).startswith(b"PK")
        lines = CsvFile(BytesIO(await as_csv(stream.read())) if packed else stream, columns)
        async with connected(settings, Login.OPERATOR) as database, database.transaction() as session:
            return await take(session, lines, now, wallclock.day_of(now, settings.timezone), run)


@contextmanager
def _progress(size: int) -> Iterator[Callable[[CsvFile], None]]:
    """A progress bar at a terminal, nothing otherwise."""
    columns = (TextColumn("Reading"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True)
    with bar:
        task = bar.add_task("Reading", total=size)
        yield lambda lines: bar.update(task, completed=lines.position)


def _print_report(report: Report) -> None:
    """Print the counts to standard output, and each reason with its lines to standard error."""
    for remark in report.remarks():
        if remark.reason:
            typer.echo(f"line {remark.numbers}: {remark.result.value}: {remark.reason}", err=True)
    for warning in report.warnings:
        typer.echo(f"warning: {warning.render()}", err=True)
    for result, count in report.counts.items():
        if count or result in {LineResult.IMPORTED, LineResult.REJECTED}:
            typer.echo(f"{result.value.replace('_', ' '):<14}{count:>8}")
    typer.echo(f"{'lines':<14}{len(report.lines):>8}")
    if forecast := report.forecast:
        typer.echo(
            f"{'to remind of':<14}{forecast.requests:>8}  (today, in one message each to at most {forecast.people} people)"
        )
        typer.echo(f"{'letters held':<14}{forecast.letters:>8}")
    if report.undone:
        typer.echo("Nothing was imported.")


def _print_faults(name: str, invalid: Invalid) -> None:
    for fault in invalid.faults:
        typer.echo(f"{name}: {fault.field}: {fault.message.render()}", err=True)

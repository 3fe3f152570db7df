"""Importing what has a code: a new code is added, a known one updated, and an equal one left alone."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.bodies.actions import row_values
from rti.bodies.commands import SaveBody
from rti.cbos.commands import SaveCbo
from rti.core.attributes import assign
from rti.core.errors import Fault, Invalid, say
from rti.core.validation import decode
from rti.imports.areas import Areas
from rti.imports.csv_reader import Columns, CsvFile, filled
from rti.imports.report import LineResult, Report, Run, dry_run_transaction, fresh_lines
from rti.models.bodies import AreaRow, PublicBodyRow
from rti.models.cbos import CboRow

AT_ONCE = 100
"""Lines that are written together."""
FOLLOWS = {"province_code": "area_code"}
"""Columns of a table that follow from a column of the file."""

S = TypeVar("S", SaveBody, SaveCbo)


def columns_of(kind: type[msgspec.Struct]) -> Columns:
    """The columns of a file of such lines: a field without a default is needed."""
    fields = msgspec.structs.fields(kind)
    return Columns([f.name for f in fields if f.required], [f.name for f in fields if not f.required])


async def import_by_code(
    session: AsyncSession,
    file: CsvFile,
    run: Run,
    *,
    kind: type[S],
    table: type[Any],
    values: Callable[[S], dict[str, Any]],
    now: datetime,
) -> Report:
    """Add and update rows of `table`, one for each line of `kind`; `values` are the columns of a row.

    A column that the file lacks is left as it is in known rows.
    """
    report = Report()
    async with dry_run_transaction(session, report, run, table.__tablename__, now):
        areas = Areas(await session.scalars(select(AreaRow)))
        known = {row.code: row for row in await session.scalars(select(table))}
        if run.dry_run:
            for row in known.values():
                session.expunge(row)
        seen: dict[str, int] = {}
        count = 0
        async for line in fresh_lines(file, report):
            count += 1
            try:
                given = decode(kind, {name: filled(cell) for name, cell in line.cells.items()})
                _check(given, areas, seen)
            except Invalid as wrong:
                report.add(line.number, LineResult.REJECTED, *wrong.faults)
                continue
            seen[given.code] = line.number
            columns = values(given)
            fate = LineResult.IMPORTED
            if row := known.get(given.code):
                named = {name: columns[name] for name in columns if FOLLOWS.get(name, name) in line.cells}
                fate = LineResult.UPDATED if assign(row, named) else LineResult.ALREADY_THERE
            elif not run.dry_run:
                session.add(table(**columns, created_at=now))
            doubt = (
                areas.doubt(given)
                if isinstance(given, SaveBody) and fate is not LineResult.ALREADY_THERE
                else None
            )
            report.add(line.number, LineResult.DOUBTFUL if doubt else fate, note=doubt)
            if count % AT_ONCE == 0:
                await run.keep(session)
                await run.report_progress(file)
        await run.keep(session)
        await run.report_progress(file)
    return report


def _check(given: SaveBody | SaveCbo, areas: Areas, seen: dict[str, int]) -> None:
    faults = []
    if given.area_code and given.area_code not in areas.rows:
        message = say(
            "There is no area with this code. Enter the 2, 4 or 6 digits of a province, district or commune"
        )
        faults.append(Fault("area_code", message))
    if given.code in seen:
        message = say("Line {line} already has this code, with different content", line=seen[given.code])
        faults.append(Fault("code", message))
    if faults:
        raise Invalid(*faults)


BODY_COLUMNS = columns_of(SaveBody)


async def import_bodies(session: AsyncSession, file: CsvFile, now: datetime, run: Run) -> Report:
    """Add bodies, and update those whose code is known."""
    return await import_by_code(
        session, file, run, kind=SaveBody, table=PublicBodyRow, values=row_values, now=now
    )


CBO_COLUMNS = columns_of(SaveCbo)


async def import_cbos(session: AsyncSession, file: CsvFile, now: datetime, run: Run) -> Report:
    """Add organisations, and update those whose code is known."""
    return await import_by_code(
        session,
        file,
        run,
        kind=SaveCbo,
        table=CboRow,
        values=msgspec.structs.asdict,
        now=now,
    )

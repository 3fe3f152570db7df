"""Importing records with codes: new ones are added, known ones updated, equal ones left alone."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.bodies.actions import row_values
from rti.bodies.commands import SaveBody
from rti.cbos.commands import SaveCbo
from rti.core.attributes import assign
from rti.core.db import new_id
from rti.core.errors import Fault, Invalid, Message, say
from rti.core.validation import decode
from rti.imports.areas import Areas
from rti.imports.csv_reader import Columns, CsvFile, filled
from rti.imports.history import Trace, recorded
from rti.imports.names import Names
from rti.imports.report import LineResult, Report, Run, fresh_lines
from rti.law.explanations import N_
from rti.models.bodies import AreaRow, FormerNameRow, PublicBodyRow
from rti.models.cbos import CboRow
from rti.models.imports import FileKind

AT_ONCE = 100
"""Lines that are written together."""
FOLLOWS = {"province_code": "area_code"}
"""Columns of a table that follow from a column of the file."""

FORMER_CODE = N_("This body has the code {code} now. Nothing was changed; use that code")

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
    of: FileKind,
    table: type[Any],
    values: Callable[[S], dict[str, Any]],
    now: datetime,
    known_ones: ColumnElement[bool] | None = None,
) -> Report:
    """Add and update rows of `table`, one for each line of `kind`; `values` are the columns of a row.

    Of the rows that are there only the `known_ones` are looked at. A column that the file lacks is left as it is in known rows.
    """
    report = Report()
    query = select(table) if known_ones is None else select(table).where(known_ones)
    async with recorded(session, report, run, of, now) as trace:
        areas = Areas(await session.scalars(select(AreaRow)))
        known = await _known(session, query, run)
        former = await _former_codes(session) if table is PublicBodyRow else {}
        names = Names(known.values())
        count, seen = 0, dict[str, int]()
        async for line in fresh_lines(file, report):
            count += 1
            try:
                given = decode(kind, {name: filled(cell) for name, cell in line.cells.items()})
                _check(given, areas, seen)
            except Invalid as wrong:
                report.add(line.number, LineResult.REJECTED, *wrong.faults)
                continue
            seen[given.code] = line.number
            if now_called := former.get(given.code):
                report.add(line.number, LineResult.ALREADY_THERE, note=say(FORMER_CODE, code=now_called))
                continue
            columns = values(given)
            if row := known.get(given.code):
                named = {name: columns[name] for name in columns if FOLLOWS.get(name, name) in line.cells}
                result = _update(row, named, trace)
            else:
                result = _add(table(id=new_id(), **columns, created_at=now), columns, trace)
            doubt = _doubt(given, result, areas, names)
            report.add(line.number, LineResult.DOUBTFUL if doubt else result, note=doubt)
            if count % AT_ONCE == 0:
                await trace.write()
                await run.report_progress(file)
        await trace.write()
        await run.report_progress(file)
    return report


async def _known(session: AsyncSession, query: Select[Any], run: Run) -> dict[str, Any]:
    """The rows that are there by their codes; a dry run changes only what the session does not know."""
    known = {row.code: row for row in await session.scalars(query)}
    if run.dry_run:
        for row in known.values():
            session.expunge(row)
    return known


async def _former_codes(session: AsyncSession) -> dict[str, str]:
    """The codes that bodies had, with the code that each has now."""
    of_body = FormerNameRow.body_id == PublicBodyRow.id
    query = select(FormerNameRow.code, PublicBodyRow.code).join(PublicBodyRow, of_body)
    return {old: new for old, new in await session.execute(query.order_by(FormerNameRow.until)) if old != new}


def _add(row: Any, columns: dict[str, Any], trace: Trace) -> LineResult:
    if not trace.run.dry_run:
        trace.session.add(row)
    trace.note(row, after=columns)
    return LineResult.IMPORTED


def _update(row: Any, columns: dict[str, Any], trace: Trace) -> LineResult:
    before = {name: getattr(row, name) for name in columns}
    changed = assign(row, columns)
    if not changed:
        return LineResult.ALREADY_THERE
    trace.note(row, *({name: which[name] for name in changed} for which in (columns, before)))
    return LineResult.UPDATED


def _doubt(given: SaveBody | SaveCbo, result: LineResult, areas: Areas, names: Names) -> Message | None:
    if result is LineResult.IMPORTED and (twin := names.doubt(given)):
        return twin
    changed = result is not LineResult.ALREADY_THERE
    return areas.doubt(given) if changed and isinstance(given, SaveBody) else None


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
        session,
        file,
        run,
        kind=SaveBody,
        of=FileKind.BODIES,
        table=PublicBodyRow,
        values=row_values,
        now=now,
    )


CBO_COLUMNS = columns_of(SaveCbo)


async def import_cbos(session: AsyncSession, file: CsvFile, now: datetime, run: Run) -> Report:
    """Add organisations, and update those whose code is known; to a locked one nothing is done, as if it were not there."""
    return await import_by_code(
        session,
        file,
        run,
        kind=SaveCbo,
        of=FileKind.CBOS,
        table=CboRow,
        values=msgspec.structs.asdict,
        now=now,
        known_ones=CboRow.locked_at.is_(None),
    )

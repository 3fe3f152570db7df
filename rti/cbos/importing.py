"""Organisations out of a CSV file. It holds nothing about persons: any other column is refused."""

from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from rti.cbos.commands import SaveCbo
from rti.cbos.tables import CboRow
from rti.imports.by_code import columns_of, import_by_code
from rti.imports.reading import CsvFile
from rti.imports.report import Report, Run

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

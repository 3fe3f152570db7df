"""Public bodies out of a CSV file: health centres, schools, police posts and whatever else is asked."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from rti.bodies.commands import SaveBody
from rti.bodies.tables import PublicBodyRow
from rti.imports.by_code import columns_of, import_by_code
from rti.imports.reading import CsvFile
from rti.imports.report import Report, Run

BODY_COLUMNS = columns_of(SaveBody)


async def import_bodies(session: AsyncSession, file: CsvFile, now: datetime, run: Run) -> Report:
    """Add bodies, and update those whose code is known."""
    return await import_by_code(
        session, file, run, kind=SaveBody, table=PublicBodyRow, values=_values, now=now
    )


def _values(given: SaveBody) -> dict[str, Any]:
    province = given.area_code[:2] if given.area_code else None
    return msgspec.structs.asdict(given) | {"email": given.email or "", "province_code": province}

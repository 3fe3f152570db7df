"""Importing a file for somebody who is signed in: by what their role allows, and no more than waits well."""

from collections.abc import Mapping
from datetime import date, datetime
from io import BytesIO

from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.errors import Forbidden
from rti.core.roles import ADMINISTRATION, REQUESTS, SUPPORT, Person, Role
from rti.imports.csv_reader import Columns, CsvFile
from rti.imports.mapping import FIXED
from rti.imports.report import FileKind, Report, Run
from rti.imports.requests import import_requests
from rti.imports.upsert import BODY_COLUMNS, CBO_COLUMNS, import_bodies, import_cbos

MOST_LINES = 5_000
"""Lines of a file that is sent over the web; a longer one belongs on the command line."""

WHO: Mapping[FileKind, frozenset[Role]] = {
    FileKind.REQUESTS: REQUESTS,
    FileKind.BODIES: SUPPORT,
    FileKind.CBOS: SUPPORT,
}
IMPORTERS = REQUESTS | ADMINISTRATION

COLUMNS: Mapping[FileKind, Columns] = {
    FileKind.REQUESTS: FIXED.expected,
    FileKind.BODIES: BODY_COLUMNS,
    FileKind.CBOS: CBO_COLUMNS,
}


def kinds_for(person: Person) -> list[FileKind]:
    """What this person may import."""
    return [kind for kind, roles in WHO.items() if person.role in roles]


async def import_file(
    session: AsyncSession,
    kind: FileKind,
    content: bytes,
    *,
    person: Person,
    now: datetime,
    today: date,
    run: Run,
) -> Report:
    """Import a file in the fixed layout; raises Invalid where it cannot be read at all."""
    if kind not in kinds_for(person):
        raise Forbidden
    file = CsvFile(BytesIO(content), COLUMNS[kind])
    if kind is FileKind.BODIES:
        return await import_bodies(session, file, now, run)
    if kind is FileKind.CBOS:
        return await import_cbos(session, file, now, run)
    return await import_requests(session, file, FIXED, person=person, now=now, today=today, run=run)

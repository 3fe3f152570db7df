"""Importing a file for somebody who is signed in: by what their role allows, and no more than waits well."""

from collections.abc import Mapping
from datetime import date, datetime
from io import BytesIO

from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.policy import ADMINISTRATION, REQUESTS, SUPPORT, Person, Role
from rti.bodies.importing import BODY_COLUMNS, import_bodies
from rti.cbos.importing import CBO_COLUMNS, import_cbos
from rti.errors import Forbidden
from rti.imports.kinds import FileKind
from rti.imports.mapping import FIXED
from rti.imports.reading import Columns, CsvFile
from rti.imports.report import Report, Run
from rti.requests.importing import import_requests

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

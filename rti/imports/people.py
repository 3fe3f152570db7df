"""Inviting many people from a file: all of its lines or none."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts import invitations
from rti.accounts.commands import Invite
from rti.core.errors import Fault, Invalid, Message, Problem, invalid, say
from rti.core.i18n import Language
from rti.core.roles import Person, Role
from rti.core.validation import Code, Email, decode
from rti.imports.csv_reader import Columns, CsvFile, FileLine, filled
from rti.imports.spreadsheets import as_csv
from rti.models.accounts import PersonRow
from rti.models.cbos import CboRow

MOST_INVITED = 1_000
"""People of one file."""
MOST_TOLD = 20
"""Faults reported at once."""
PEOPLE_COLUMNS = Columns(needed=("email", "role"), allowed=("cbo_code", "language"))


class PersonLine(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody to invite; members and leads name their organisation by its code."""

    email: Email
    role: Role
    cbo_code: Code | None = None
    language: Language = Language.KM


async def invite_people(
    session: AsyncSession, content: bytes, by: Person, now: datetime
) -> Sequence[tuple[PersonRow, str]]:
    """The new accounts, each with the token of its link; raises Invalid with what is wrong, by line."""
    file = CsvFile(BytesIO(await as_csv(content)), PEOPLE_COLUMNS)
    lines = list(file)
    if len(lines) > MOST_INVITED:
        raise invalid("file", say("At most {count} people can be invited at once", count=MOST_INVITED))
    cbos = dict(
        (await session.execute(select(CboRow.code, CboRow.id).where(CboRow.locked_at.is_(None)))).all()
    )
    invited, faults = [], []
    for line in lines:
        try:
            invited.append(await invitations.invite(session, _command(line, cbos), by, now))
        except Invalid as wrong:
            faults += [_of_line(line, each.field, each.message) for each in wrong.faults]
        except Problem as refused:
            faults.append(_of_line(line, "role", refused.detail))
    if faults or not invited:
        raise Invalid(*(faults[:MOST_TOLD] or [Fault("file", say("This file lists no people"))]))
    return invited


def _of_line(line: FileLine, column: str, message: Message) -> Fault:
    message = say("Line {line}, {column}: {fault}", line=line.number, column=column, fault=message)
    return Fault(f"line-{line.number}-{column}", message)


def _command(line: FileLine, cbos: Mapping[str, UUID]) -> Invite:
    if line.fault:
        raise invalid("cells", line.fault)
    cells = {name: filled(cell) for name, cell in line.cells.items()}
    given = decode(PersonLine, {name: cell for name, cell in cells.items() if cell})
    if given.cbo_code and given.cbo_code not in cbos:
        raise invalid("cbo_code", say("There is no organisation with the code {code}", code=given.cbo_code))
    cbo_id = cbos[given.cbo_code] if given.cbo_code else None
    return Invite(email=given.email, role=given.role, cbo_id=cbo_id, language=given.language)

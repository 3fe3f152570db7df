"""References: numbered under the organisation's code, or neutral where it is not to be known.

A neutral one is unique in the whole installation and never taken from outside. If one could be given to
another organisation, whether it is taken there would tell whose it is.
"""

import secrets
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import apart
from rti.core.errors import invalid, say
from rti.models.cbos import CboRow
from rti.models.requests import Filing, RequestRow

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Those of `NEUTRAL`."""


def neutral_reference() -> str:
    """A random reference of 39 bits, which reveals neither the organisation nor a count."""
    return "R-" + "".join(secrets.choice(_LETTERS) for _ in range(8))


async def next_reference(session: AsyncSession, cbo_id: UUID, filing: Filing) -> str:
    """The next number of the organisation that nobody has given by hand, or a neutral reference."""
    while True:
        reference = neutral_reference()
        if filing is Filing.ITSELF:
            numbered = update(CboRow).where(CboRow.id == cbo_id).values(last_number=CboRow.last_number + 1)
            row = (await session.execute(numbered.returning(CboRow.code, CboRow.last_number))).one_or_none()
            if row is None:
                raise invalid("cbo_id", say("Choose the requesting organisation"))
            reference = f"{row.code}-{row.last_number:04d}"
        taken = select(RequestRow.id).where(RequestRow.cbo_id == cbo_id, RequestRow.reference == reference)
        if await session.scalar(taken) is None:
            return reference


async def reserve_numbers(session: AsyncSession, cbo_id: UUID, count: int) -> int | None:
    """Take the next numbers of an organisation, and commit that at once, so that nobody waits for what they are for.

    The last of them, or None for an organisation that only the transaction of `session` knows.
    """
    async with apart(session) as beside:
        numbered = update(CboRow).where(CboRow.id == cbo_id).values(last_number=CboRow.last_number + count)
        return await beside.scalar(numbered.returning(CboRow.last_number))


async def neutral_references(session: AsyncSession, cbo_id: UUID) -> None:
    """Take the organisation's code out of the references of all its requests, and what its files are known by."""
    ids = (await session.scalars(select(RequestRow.id).where(RequestRow.cbo_id == cbo_id))).all()
    if ids:
        await session.execute(
            update(RequestRow),
            [{"id": each, "reference": neutral_reference(), "import_key": None} for each in ids],
        )

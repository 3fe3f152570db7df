"""References: numbered under the organisation's code, or neutral if the organisation must stay unknown.

The last letter of each checks the others, and none of the random and checking letters is read as another on a bad
photocopy. References from before, and those of offices, have no such letter and stay as they are.

A neutral one is unique in the whole installation and never taken from outside. If one could be given to
another organisation, whether it is taken there would tell whose it is.
"""

import secrets
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import apart
from rti.core.errors import invalid, say
from rti.models.cbos import CboRow
from rti.models.requests import Filing, RequestRow

_LETTERS = "234679ACDEFHJKMNPRTVWXY"
"""Of `NEUTRAL` those that no smear turns into another: 0 and O, 1 and I, 5 and S, 8 and B are not among them.

Their number is a prime: two characters that changed places are found, and a wrong one, but for 23 or 46 letters further on."""
_RANDOM = 7


def check_letter(reference: str) -> str:
    """The letter that follows a reference: the sum of its characters by their places, from the end, modulo 23."""
    weighed = ((place % 22 + 1) * ord(each) for place, each in enumerate(reversed(reference.upper())))
    return _LETTERS[sum(weighed) % len(_LETTERS)]


def is_whole(reference: str) -> bool:
    """Whether the last letter of a reference fits the others; of one without such a letter it seldom does."""
    return reference[-1:].upper() == check_letter(reference[:-1])


def numbered(code: str, number: int) -> str:
    """The reference of an organisation with this number, such as KOH-0002N: for KOH its second."""
    plain = f"{code}-{number:04d}"
    return plain + check_letter(plain)


def neutral_reference() -> str:
    """A random reference of 31 bits with its letter, which reveals neither the organisation nor a count."""
    plain = "R-" + "".join(secrets.choice(_LETTERS) for _ in range(_RANDOM))
    return plain + check_letter(plain)


async def next_reference(session: AsyncSession, cbo_id: UUID, filing: Filing) -> str:
    """The organisation's next number that is not in use, or a neutral reference."""
    while True:
        reference = neutral_reference()
        if filing is Filing.ITSELF:
            next_number = update(CboRow).where(CboRow.id == cbo_id).values(last_number=CboRow.last_number + 1)
            taken_number = next_number.returning(CboRow.code, CboRow.last_number)
            row = (await session.execute(taken_number)).one_or_none()
            if row is None:
                raise invalid("cbo_id", say("Choose the requesting organisation"))
            reference = numbered(row.code, row.last_number)
        if not await _taken(session, cbo_id, [reference]):
            return reference


async def next_references(session: AsyncSession, cbo_id: UUID, filing: Filing, count: int) -> list[str]:
    """The same for many at once: numbers are taken as a block, for which nobody waits until these are stored."""
    found: list[str] = []
    while wanted := count - len(found):
        if filing is Filing.ITSELF:
            code = await session.scalar(select(CboRow.code).where(CboRow.id == cbo_id))
            last = await reserve_numbers(session, cbo_id, wanted)
            if code is None or last is None:
                raise invalid("cbo_id", say("Choose the requesting organisation"))
            more = [numbered(code, number) for number in range(last - wanted + 1, last + 1)]
        else:
            more = list({neutral_reference() for _ in range(wanted)} - {*found})
        taken = await _taken(session, cbo_id, more)
        found += (each for each in more if not {each, each[:-1]} & taken)
    return found


async def _taken(session: AsyncSession, cbo_id: UUID, references: Iterable[str]) -> set[str]:
    """Which of these an organisation has, be it without the letter, as they were given before there was one."""
    same = [each for reference in references for each in (reference, reference[:-1])]
    taken = select(RequestRow.reference).where(RequestRow.cbo_id == cbo_id, RequestRow.reference.in_(same))
    return set(await session.scalars(taken))


async def reserve_numbers(session: AsyncSession, cbo_id: UUID, count: int) -> int | None:
    """Take the next numbers of an organisation, and commit that at once, so that nobody waits for what they are for.

    The last of them, or None for an organisation that only the transaction of `session` knows.
    """
    async with apart(session) as beside:
        more = update(CboRow).where(CboRow.id == cbo_id).values(last_number=CboRow.last_number + count)
        return await beside.scalar(more.returning(CboRow.last_number))


async def neutral_references(session: AsyncSession, cbo_id: UUID) -> None:
    """Take the organisation's code out of the references of all its requests, and what its files are known by."""
    ids = (await session.scalars(select(RequestRow.id).where(RequestRow.cbo_id == cbo_id))).all()
    if ids:
        await session.execute(
            update(RequestRow),
            [{"id": each, "reference": neutral_reference(), "import_key": None} for each in ids],
        )

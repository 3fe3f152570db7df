"""Identifiers sort by the moment at which they were made, whoever makes them."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import new_id


async def test_ids_made_in_sql_are_like_those_made_in_python_and_sort_by_time(session: AsyncSession) -> None:
    first = new_id()
    made = list(await session.scalars(text("SELECT new_id() FROM generate_series(1, 2000)")))
    last = new_id()
    assert {each.version for each in made} == {first.version} == {7}
    assert {each.variant for each in made} == {first.variant}
    assert len({*made}) == 2000
    before, *moments, after = (each.int >> 80 for each in (first, *made, last))
    assert before <= moments[0] <= moments[-1] <= after, "milliseconds since 1970"
    parts = [each.int >> 64 for each in made]
    assert parts == sorted(parts), "by parts of a millisecond within one statement"
    assert len({*parts}) > len({*moments})

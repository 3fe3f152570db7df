"""Standards that a campaign or a log declares: stored once, never law."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.law.limits import parse_limit
from rti.law.rules import ClockKind
from rti.law.statutes import StatuteStatus, standard
from rti.models.statutes import StatuteRow
from rti.statutes.actions import declare_standard, standard_document
from rti.statutes.documents import parse_statute
from tests.conftest import NOW


async def test_a_standard_is_stored_once(session: AsyncSession) -> None:
    first = await declare_standard(session, parse_limit("30 calendar"), NOW)
    assert await declare_standard(session, parse_limit("30 calendar days"), NOW) == first
    assert (first.id, first.status) == ("STANDARD-30-CALENDAR", StatuteStatus.STANDARD)
    assert not first.binding_on(date(2026, 11, 23))
    stored = select(func.count()).select_from(StatuteRow).where(StatuteRow.id == first.id)
    assert await session.scalar(stored) == 1


@pytest.mark.parametrize("limit", ["30 calendar", "15 working", "1 month", "48 hours"])
def test_a_standard_counts_as_the_law_of_standards_says(limit: str) -> None:
    ours = parse_statute(standard_document(parse_limit(limit), ["KH"]))
    wanted = standard(limit, countries=("KH",))
    clock, other = ours.clock(ClockKind.REPLY), wanted.clock(ClockKind.REPLY)
    assert clock
    assert other
    assert (clock.starts, clock.met_by, clock.limit) == (other.starts, other.met_by, other.limit)
    assert len(clock.extensions) == len(other.extensions) == 1
    assert (ours.counting, ours.countries, ours.stops) == (wanted.counting, wanted.countries, wanted.stops)


def test_standards_of_other_countries_are_other_standards() -> None:
    limit = parse_limit("15 working")
    ids = {standard_document(limit, countries)["id"] for countries in ([], ["KH"], ["KH", "TH"])}
    assert ids == {"STANDARD-15-WORKING", "STANDARD-15-WORKING-KH", "STANDARD-15-WORKING-KH-TH"}

"""On which sections refusals rest: counted by hand, for page, files and API, and told without small numbers."""

import csv
import json
from datetime import date
from io import StringIO

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import Database
from rti.core.roles import Role
from rti.statistics.commands import Dimension
from rti.statistics.refusals import CITED, EXISTS, RESTS, RefusalQuery, refusals
from tests import make as house
from tests.commands import rti
from tests.conftest import SignIn
from tests.statistics import make

UK = {"statute_id": "UK-FOIA-2000", "answered_on": date(2026, 3, 2), "outcome": "refused"}


async def nine(session: AsyncSession) -> None:
    """Refusals under a law of 88 sections, and answers that are none."""
    cbo, body = await house.cbo(session, make.NOW), await house.body(session)
    for more in [
        {"section": "s. 40(2)"},
        {"section": "Section 40 (2)"},
        {"section": "s.43", "outcome": "partial"},
        {"section": "s. 10"},
        {"section": "s. 99"},
        {"section": "Official Secrets Act"},
        {"ground": "none", "outcome": "oral_refusal"},
        {"section": "s. 12", "outcome": "full"},
        {"section": "s. 12", "answered_on": date(2026, 11, 22)},
    ]:
        await make.request(session, cbo, body, **UK | more)


async def test_refusals_are_counted_by_the_section_that_was_cited(session: AsyncSession) -> None:
    await nine(session)
    table = await refusals(session, None, RefusalQuery(as_of=date(2026, 11, 21)), date(2026, 11, 23))
    assert [(line.keys[0], line.all) for line in table.lines] == [
        ("10", 1),
        ("40(2)", 2),
        ("43", 1),
        ("99", 1),
        ("Official Secrets Act", 1),
        (None, 1),
    ]
    assert table.total.counts == {"ground": 3, "no_ground": 1, "missing": 1, "unchecked": 1, "none": 1}
    shares = {m.id: (rate.numerator, rate.denominator) for m, rate in table.total.rates}
    assert shares == {CITED.id: (6, 7), EXISTS.id: (4, 5), RESTS.id: (3, 5)}
    later = await refusals(session, None, RefusalQuery(by=Dimension.OUTCOME), date(2026, 11, 23))
    assert {line.keys[0]: line.all for line in later.lines} == {"refused": 6, "oral_refusal": 1, "partial": 1}


async def test_page_files_and_api_tell_the_same_and_the_working_group_no_small_number(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, database_url: str
) -> None:
    async with database.transaction() as session:
        await nine(session)
    await sign_in(Role.STAFF)
    shown = (await client.get("/refusals?by=section&as_of=2026-11-26")).text
    assert "Official Secrets Act" in shown
    assert "Does not exist in that law" in shown
    view = (await client.get("/api/statistics/refusals?by=statute")).json()
    assert view["total"]["counts"]["missing"] == 1
    text = (await client.get("/refusals.csv?by=statute")).text
    *_, total = csv.DictReader(StringIO(text.removeprefix("\ufeff")))
    assert (total["exists_rate"], total["digest"]) == ("83.33", view["digest"])
    printed = rti(database_url, "refusals", "--by", "statute", "--format", "json")
    assert json.loads(printed.stdout)["digest"] == view["digest"]
    wrong = await client.get("/refusals?by=requester_profile")
    assert wrong.status_code == 422
    assert 'href="#by"' in wrong.text
    await sign_in(Role.WORKING_GROUP)
    hidden = (await client.get("/api/statistics/refusals")).json()
    assert set(hidden["total"]["counts"].values()) == {None}, "eight refusals, and one who asked"

"""The list of requests: found by words, narrowed, counted exactly, sorted, and walked both ways."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from rti.core import wallclock
from rti.core.alphabet import alphabetical
from rti.core.asking import read
from rti.core.db import Database
from rti.core.db_roles import login_of
from rti.core.pagination import PAGE_SIZE
from rti.core.roles import Person, Role
from rti.models.accounts import AssignmentRow
from rti.models.bodies import AreaRow, PublicBodyRow
from rti.models.cbos import CboRow
from rti.models.requests import Filing, RequestRow
from rti.requests.commands import RequestFilter, Sort
from rti.requests.listing import Counted, Listed
from rti.requests.queries import matching
from tests import make
from tests.conftest import NOW, TODAY, SignIn

BODIES = ("KH-010201", "KH-0102", "KH-01", "KH-210701", "KH-23")


async def _listed(database: Database, person: Person, language: str = "", **wanted: Any) -> Listed:
    async with database.under(login_of(person)).transaction(person.id) as session:
        found: Listed = await read(session, Counted(RequestFilter(**wanted), TODAY, language), person)
        return found


async def _titles(database: Database, person: Person, **wanted: Any) -> list[str]:
    return [line.request.title for line in (await _listed(database, person, **wanted)).page.items]


async def _many(database: Database, count: int) -> Person:
    """A member whose organisation filed so many requests, on different days to several bodies."""
    async with database.transaction() as session:
        person = (await make.member(session)).person
        for number in range(count):
            received_on = None if number % 5 == 4 else TODAY - timedelta(days=number * 7 % 40)
            body_code = BODIES[number % len(BODIES)]
            await make.request(
                session, person, NOW, title=f"{number}", received_on=received_on, body_code=body_code
            )
    return person


def _key(sort: Sort, language: str, row: RequestRow, body: PublicBodyRow) -> Sequence[Any]:
    name = alphabetical(body.name_km if language == "km" else body.name_en)
    return {
        "due": (row.next_due_on,),
        "received": (row.received_on or date.max,),
        "body": (name, body.code, row.next_due_on),
        "status": (row.status.value, row.next_due_on),
        "reference": (row.reference,),
        "title": (alphabetical(row.title),),
    }[sort.column] + (row.id,)


async def test_each_order_is_walked_to_its_end_and_back(database: Database) -> None:
    person = await _many(database, 2 * PAGE_SIZE + 3)
    async with database.transaction() as session:
        rows = (
            await session.execute(
                select(RequestRow, PublicBodyRow).join(PublicBodyRow, PublicBodyRow.id == RequestRow.body_id)
            )
        ).all()
    for sort, language in [*((sort, "") for sort in Sort), (Sort.BODY, "km"), (Sort.BODY_LAST, "km")]:
        expected = [
            row.title
            for row, _ in sorted(
                rows,
                key=lambda each: _key(sort, language, *each),
                reverse=sort.descends,
            )
        ]
        pages, mark = [], ""
        while True:
            found = await _listed(database, person, language, sort=sort, after=mark)
            pages.append([line.request.title for line in found.page.items])
            assert found.total == len(rows)
            if not found.page.next:
                break
            mark = found.page.next
        assert [title for titles in pages for title in titles] == expected, sort
        back = [pages[-1]]
        while found.page.previous:
            found = await _listed(database, person, language, sort=sort, before=found.page.previous)
            back.append([line.request.title for line in found.page.items])
            assert found.page.next
        assert back == pages[::-1], sort


@pytest.fixture
async def campaigning(database: Database) -> dict[str, Any]:
    """Staff of everything and of a province; an organisation with a plain and a sealed request, and another one."""
    async with database.transaction() as session:
        first, second = await make.cbo(session, NOW, "FIRST"), await make.cbo(session, NOW, "SECOND")
        member, other = await make.member(session, of=first), await make.member(session, of=second)
        await make.request(session, member.person, NOW, title="ថវិកាសង្កាត់", question="Which stalls?")
        await make.request(session, member.person, NOW, title="Quarry", filing=Filing.SEALED)
        await make.request(session, other.person, NOW, title="Fees", body_code="KH-210701")
        staff = await make.member(session, Role.STAFF)
        of_takeo = await make.member(session, Role.STAFF, everything=False)
        session.add(AssignmentRow(person_id=of_takeo.person.id, province_code="21", assigned_at=NOW))
    return {"member": member.person, "staff": staff.person, "takeo": of_takeo.person, "first": first}


async def test_words_narrow_a_list_in_every_spelling(database: Database, campaigning: dict[str, Any]) -> None:
    staff, takeo = campaigning["staff"], campaigning["takeo"]
    for words in ("ថវិកា\u200bសង្កាត់", "stalls", "សង្កាត់ Community", "stals"):
        assert await _titles(database, staff, q=words) == ["ថវិកាសង្កាត់"], words
        assert await _titles(database, takeo, q=words) == [], words
    assert await _titles(database, staff, q="fees takeo") == ["Fees"]
    assert await _titles(database, staff, q="fees takeo", topic="land") == []
    assert (await _listed(database, staff, q="quarry community")).total == 0
    assert await _titles(database, campaigning["member"], q="quarry") == ["Quarry"]
    async with database.under(login_of(staff)).transaction(staff.id) as session:
        found = await session.scalars(matching(staff, RequestFilter(q="stals", reference="F"), TODAY))
        assert [row.title for row in found] == ["ថវិកាសង្កាត់"]


async def test_an_organisation_is_named_and_narrowed_by_only_where_it_is_not_sealed(
    database: Database, campaigning: dict[str, Any]
) -> None:
    staff, member = campaigning["staff"], campaigning["member"]
    found = await _listed(database, staff)
    values = {line.request.title: line.request.cbo_code for line in found.page.items}
    assert values == {"ថវិកាសង្កាត់": "FIRST", "Quarry": None, "Fees": "SECOND"}
    own = await _listed(database, staff, cbo="FIRST")
    assert ([line.request.title for line in own.page.items], own.total) == (["ថវិកាសង្កាត់"], 1)
    assert (await _listed(database, member, cbo="FIRST")).total == 2
    async with database.transaction() as session:
        (await session.get_one(CboRow, campaigning["first"].id)).locked_at = NOW
    locked = await _listed(database, staff, topic="budget")
    assert ([line.request.title for line in locked.page.items], locked.total) == (["Fees"], 1)
    assert (await _listed(database, staff, q="stalls")).total == 0


async def test_a_request_goes_with_its_body_to_another_province(
    database: Database, campaigning: dict[str, Any]
) -> None:
    takeo = campaigning["takeo"]
    assert await _titles(database, takeo) == await _titles(database, campaigning["staff"], province="21")
    async with database.transaction() as session:
        moved = update(PublicBodyRow).where(PublicBodyRow.code == "KH-010201")
        await session.execute(moved.values(province_code="21"))
    assert set(await _titles(database, takeo)) == {"ថវិកាសង្កាត់", "Quarry", "Fees"}
    async with database.transaction() as session:
        await session.execute(update(RequestRow).values(body_id=(await make.body(session, "KH-23")).id))
    assert await _titles(database, takeo) == []


async def test_the_page_tells_how_many_and_where_each_body_is(
    client: httpx.AsyncClient, database: Database, campaigning: dict[str, Any], sign_in: SignIn
) -> None:
    await sign_in(Role.STAFF)
    page = (await client.get("/requests?sort=-received&cbo=SECOND")).text
    assert "1 request<" in page
    assert 'aria-sort="descending"' in page
    async with database.transaction() as session:
        body = await make.body(session, "KH-210701")
        district = (await session.get_one(AreaRow, (body.area_code or "")[:4])).name_en
    assert f"{district}, Takeo" in page
    view = (await client.get("/api/requests?cbo=SECOND")).json()
    (line,) = view["requests"]
    assert (view["total"], line["cbo_code"], line["body_place_en"]) == (1, "SECOND", f"{district}, Takeo")
    for wrong in ("sort=colour", "cbo=a b", "before=x"):
        assert (await client.get(f"/api/requests?{wrong}")).status_code == 422, wrong


async def test_the_first_page_counts_what_its_links_open(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn
) -> None:
    await sign_in(Role.STAFF)
    today = wallclock.day_of(wallclock.now(), wallclock.HOME_ZONE)
    async with database.transaction() as session:
        for next_due_on in (today - timedelta(1), today, today + timedelta(7), today + timedelta(8)):
            row = await make.request(session, (await make.member(session)).person, NOW)
            row.next_due_on = row.due_on = next_due_on
    first = (await client.get("/")).text
    for link, count in (("due_soon=1", 2), ("overdue=1", 1), ("stalled=1", 0)):
        assert f'href="/requests?{link}"' in first
        view = (await client.get(f"/api/requests?{link}")).json()
        assert (view["total"], len(view["requests"])) == (count, count)
        assert f'<span class="figure">{count}</span>' in first


async def test_a_list_calls_a_date_provisional_only_while_it_is_to_come(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn
) -> None:
    await sign_in(Role.STAFF)
    today = wallclock.day_of(wallclock.now(), wallclock.HOME_ZONE)
    async with database.transaction() as session:
        row = await make.request(session, (await make.member(session)).person, NOW)
    for days, told in ((-1, False), (1, True)):
        async with database.transaction() as session:
            row = await session.get_one(RequestRow, row.id)
            row.provisional, row.due_on, row.next_due_on = True, *(today + timedelta(days),) * 2
        shown = (await client.get("/requests")).text
        assert ("Provisional" in shown, "Past benchmark" in shown) == (told, not told)
        assert 'data-sign="…"' in shown, "its status has a sign"


async def test_who_says_how_a_reference_starts_gets_the_list_in_their_order(
    database: Database, client: httpx.AsyncClient
) -> None:
    async with database.transaction() as session:
        first = await make.member(session, of=await make.cbo(session, NOW, "FIRST"))
        other = await make.member(session, of=await make.cbo(session, NOW, "OTHER"))
        staff = await make.member(session, Role.STAFF)
        for reference, days in (("F-3", 9), ("F-1", 1), ("f-0", 3), ("F-2", 5), ("G-1", 7)):
            await make.request(
                session, first.person, NOW, reference=reference, received_on=TODAY - timedelta(days)
            )
        await make.request(session, other.person, NOW, reference="F-4", received_on=TODAY)

    async def references(person: Person, **wanted: Any) -> list[str]:
        page = (await _listed(database, person, reference="F-", **wanted)).page
        return [line.request.reference for line in page.items]

    assert await references(staff.person) == ["F-1", "F-2", "F-3", "F-4"]
    assert await references(first.person) == ["F-1", "F-2", "F-3"]
    assert await references(staff.person, sort=Sort.DUE) == ["F-3", "F-2", "F-1", "F-4"]
    client.headers.update(await make.session_of(client, staff.person, database))
    page = (await client.get("/requests", params={"reference": "F-", "sort": ""})).text
    assert page.index("F-1") < page.index("F-2") < page.index("F-3")
    assert 'aria-sort="ascending"' in page

"""PostgreSQL itself decides who puts which request into which campaign."""

from collections.abc import Mapping
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import Database
from rti.core.db_roles import Login, login_of
from rti.core.roles import Person, Role
from rti.models.accounts import AssignmentRow, PersonRow
from rti.models.requests import EventRow, Filing, RequestRow
from rti.requests import assigning
from rti.requests.actions import locked
from rti.requests.queries import visible
from tests import make
from tests.conftest import NOW, TODAY


async def moves(
    database: Database,
    person: Person,
    request: RequestRow,
    campaign_id: UUID | None,
    undoes: UUID | None = None,
) -> bool:
    """Whether the login of this person changes the campaign of a request; it is left as it was."""
    async with database.under(login_of(person)).transaction(person.id) as session:
        changed = await assigning.moved(session, request.id, campaign_id, NOW, undoes)
        await session.rollback()
    return changed


async def staff(session: AsyncSession, *assigned: Mapping[str, object]) -> Person:
    person = (await make.member(session, Role.STAFF, everything=False)).person
    session.add_all(AssignmentRow(person_id=person.id, assigned_at=NOW, **each) for each in assigned)
    return person


async def test_no_login_of_people_writes_the_campaign_of_a_request_itself(database: Database) -> None:
    async with database.transaction() as session:
        member = (await make.member(session)).person
        everywhere = (await make.member(session, Role.STAFF)).person
        request = await make.request(session, member, NOW, received_on=None)
    for person in (member, everywhere):
        async with database.under(login_of(person)).transaction(person.id) as session:
            for column in ("campaign_id", "filing", "cbo_id"):
                with pytest.raises(DBAPIError, match="permission denied"):
                    async with session.begin_nested():
                        await session.execute(
                            text(f"UPDATE request SET {column} = {column} WHERE id = :id"),  # noqa: S608 -- ours
                            {"id": request.id},
                        )


async def test_staff_move_what_they_see_into_campaigns_that_are_assigned_to_them(database: Database) -> None:
    async with database.transaction() as session:
        mine, other = await make.campaign(session, NOW), await make.campaign(session, NOW)
        member = (await make.member(session)).person
        of_campaign = await staff(session, {"campaign_id": mine.id})
        of_province = await staff(session, {"province_code": "01"})
        everywhere, nowhere = await staff(session, {}), await staff(session)
        inside = await make.request(session, member, NOW, campaign_id=mine.id)
        outside = await make.request(session, member, NOW, campaign_id=other.id)
    for person, request, into, allowed in (
        (of_campaign, inside, None, True),
        (of_campaign, inside, other.id, False),
        (of_campaign, outside, mine.id, False),
        (of_campaign, outside, None, False),
        (of_province, outside, None, True),
        (of_province, outside, mine.id, False),
        (everywhere, outside, mine.id, True),
        (everywhere, outside, None, True),
        (nowhere, inside, None, False),
        (member, inside, None, False),
    ):
        assert await moves(database, person, request, into) == allowed
    with pytest.raises(DBAPIError, match="foreign key"):
        await moves(database, everywhere, inside, uuid4())


async def test_nobody_moves_what_its_organisation_or_a_batch_holds_where_it_is(database: Database) -> None:
    async with database.transaction() as session:
        campaign = await make.campaign(session, NOW)
        member, locked = (await make.member(session)).person, (await make.member(session)).person
        everywhere = await staff(session, {})
        kept = [
            await make.request(session, member, NOW, filing=filing)
            for filing in (Filing.SEALED, Filing.PROXY)
        ]
        kept += [await make.request(session, person, NOW) for person in (member, locked)]
        await make.batch(session, kept[2], NOW)
        await session.execute(text("UPDATE cbo SET locked_at = now() WHERE id = :id"), {"id": locked.cbo_id})
    assert [await moves(database, everywhere, each, campaign.id) for each in kept] == [False] * 4


async def test_members_choose_the_campaign_of_their_own_drafts(database: Database) -> None:
    async with database.transaction() as session:
        campaign = await make.campaign(session, NOW)
        me, other = (await make.member(session)).person, (await make.member(session)).person
        draft, handed_over, sealed = [
            await make.request(session, me, NOW, **more)
            for more in ({"received_on": None}, {}, {"received_on": None, "filing": Filing.SEALED})
        ]
    assert await moves(database, me, draft, campaign.id)
    assert await moves(database, me, sealed, campaign.id)
    assert not await moves(database, me, handed_over, campaign.id)
    assert not await moves(database, other, draft, campaign.id)


async def test_only_ones_own_last_change_is_taken_back_without_seeing_the_request(database: Database) -> None:
    async with database.transaction() as session:
        mine, other = await make.campaign(session, NOW), await make.campaign(session, NOW)
        member = (await make.member(session)).person
        me, colleague = await staff(session, {"campaign_id": mine.id}), await staff(session, {})
        request = await make.request(session, member, NOW, campaign_id=mine.id)
    async with database.under(Login.STAFF).transaction(me.id) as session:
        taken_out = await assigning.put(
            session, await locked(session, request.id, me), None, "", me, NOW, TODAY
        )
    assert await moves(database, me, request, mine.id, taken_out.id)
    assert not await moves(database, me, request, other.id, taken_out.id)
    assert not await moves(database, me, request, mine.id)
    assert not await moves(database, me, request, mine.id, uuid4())
    assert not await moves(database, colleague, request, mine.id, taken_out.id)
    async with database.under(Login.STAFF).transaction(colleague.id) as session:
        await assigning.put(
            session, await locked(session, request.id, colleague), other.id, "", colleague, NOW, TODAY
        )
    assert not await moves(database, me, request, mine.id, taken_out.id)
    async with database.transaction() as session:
        assert len((await session.scalars(select(EventRow).where(EventRow.changes.is_not(None)))).all()) == 2


async def test_those_who_are_said_to_see_a_request_are_those_who_see_it(database: Database) -> None:
    async with database.transaction() as session:
        mine = await make.campaign(session, NOW)
        member = (await make.member(session)).person
        people = {
            "of the campaign": await staff(session, {"campaign_id": mine.id}),
            "of the province": await staff(session, {"province_code": "01"}),
            "of both": await staff(session, {"campaign_id": mine.id}, {"province_code": "23"}),
            "of everything": await staff(session, {}),
            "of nothing": await staff(session),
            "disabled": await staff(session, {"campaign_id": mine.id}),
        }
        (await session.get_one(PersonRow, people["disabled"].id)).disabled_at = NOW
        requests = [
            await make.request(session, member, NOW, **more)
            for more in ({"campaign_id": mine.id}, {}, {"body_code": "KH-23"})
        ]
    seeing = text("SELECT rti.staff_seeing(campaign_id, province_code) FROM request WHERE id = :id")
    for request in requests:
        async with database.under(Login.STAFF).transaction(people["of everything"].id) as session:
            said = set(await session.scalar(seeing, {"id": request.id}) or ())
        seen = set()
        for name, person in people.items():
            async with database.under(Login.STAFF).transaction(person.id) as session:
                if name != "disabled" and await session.scalar(
                    visible(person).where(RequestRow.id == request.id)
                ):
                    seen.add(person.id)
        assert said == seen
    async with database.under(Login.CBO).transaction(member.id) as session:
        assert await session.scalar(seeing, {"id": requests[0].id}) is None

"""Each login sees its own rows, even where a query forgets to ask for them."""

import asyncio
import random
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import Database, new_id
from rti.core.db_roles import Login
from rti.core.roles import Person, Role
from rti.models.accounts import AssignmentRow
from rti.models.requests import RequestRow
from rti.row_security.policies import RESTRICTED
from tests import make
from tests.conftest import NOW
from tests.sizes import size

MEMBERS = 20


async def _members(database: Database, number: int) -> list[Person]:
    """Members of as many organisations, each with a request."""
    async with database.transaction() as session:
        members = [(await make.member(session)).person for _ in range(number)]
        for member in members:
            await make.request(session, member, NOW)
    return members


async def _owners(session: AsyncSession, table: str = "request") -> set[UUID]:
    return set(await session.scalars(text(f"SELECT cbo_id FROM {table}")))  # noqa: S608 -- our own tables


async def test_a_query_without_any_condition_shows_a_member_the_own_rows_only(database: Database) -> None:
    first, second = await _members(database, 2)
    for member in (first, second):
        async with database.under(Login.CBO).transaction(member.id) as session:
            assert await _owners(session) == {member.cbo_id}
            assert await _owners(session, "event") == {member.cbo_id}
            assert await _owners(session, "deadline") == {member.cbo_id}


async def test_without_a_person_nothing_is_seen(database: Database) -> None:
    await _members(database, 1)
    for login in (Login.CBO, Login.STAFF):
        async with database.under(login).transaction() as session:
            assert await _owners(session) == set()


async def test_a_disabled_member_sees_nothing_from_the_next_statement_on(database: Database) -> None:
    (member,) = await _members(database, 1)
    async with database.transaction() as session:
        await session.execute(text("UPDATE person SET disabled_at = now() WHERE id = :id"), {"id": member.id})
    async with database.under(Login.CBO).transaction(member.id) as session:
        assert await _owners(session) == set()


async def test_nobody_writes_a_row_for_another_organisation(database: Database) -> None:
    mine, other = await _members(database, 2)
    with pytest.raises(DBAPIError, match="row-level security"):
        async with database.under(Login.CBO).transaction(mine.id) as session:
            await session.execute(
                text(
                    "INSERT INTO date_change (id, cbo_id, request_id, kind, cause, changed_at) "
                    "SELECT :id, CAST(:cbo AS uuid), id, 'reply', 'x', now() FROM request"
                ),
                {"id": new_id(), "cbo": other.cbo_id},
            )


_LETTER = text("""
    INSERT INTO message (id, letter_id, kind, channel, values, message_id, state, attempt, deferrals, ambiguous,
        next_attempt_at, created_at, last_reply)
    VALUES (gen_random_uuid(), :letter, 'letter', 'email', '{}', gen_random_uuid(), 'queued', 0, 0, 0, now(), now(), '')
""")


async def _letter(database: Database, member: Person) -> UUID:
    async with database.transaction() as session:
        return (await make.letter(session, await make.request(session, member, NOW), NOW)).id


@pytest.mark.parametrize(("login", "role"), [(Login.CBO, Role.CBO_MEMBER), (Login.STAFF, Role.STAFF)])
async def test_who_approves_letters_can_write_no_other_message_and_change_no_text(
    database: Database, login: Login, role: Role
) -> None:
    async with database.transaction() as session:
        person = (await make.member(session, role)).person
    columns = ("to_address", "subject", "body", "kind", "values", "message_id", "attempt", "person_id")
    for statement in (
        "INSERT INTO message (id, person_id) SELECT gen_random_uuid(), id FROM person",
        "INSERT INTO message (id, day) VALUES (gen_random_uuid(), now())",
        *(f"UPDATE message SET {column} = {column}" for column in columns),  # noqa: S608 -- names of this file
        "DELETE FROM message",
    ):
        with pytest.raises(DBAPIError, match="permission denied for table message"):
            async with database.under(login).transaction(person.id) as session:
                await session.execute(text(statement))


async def test_a_member_sends_letters_of_the_own_organisation_only(database: Database) -> None:
    mine, other = await _members(database, 2)
    letter, foreign = await _letter(database, mine), await _letter(database, other)
    async with database.under(Login.CBO).transaction(mine.id) as session:
        await session.execute(_LETTER, {"letter": letter})
        await session.execute(text("UPDATE message SET state = 'unknown', finished_at = now()"))
    with pytest.raises(DBAPIError, match="row-level security"):
        async with database.under(Login.CBO).transaction(mine.id) as session:
            await session.execute(_LETTER, {"letter": foreign})


async def test_a_setting_widens_no_login(database: Database) -> None:
    """Whoever gets to run SQL as a member may name another person, and still is no member of the staff."""
    (member,) = await _members(database, 1)
    async with database.transaction() as session:
        staff = (await make.member(session, Role.STAFF)).person
    async with database.under(Login.CBO).transaction(member.id) as session:
        await session.execute(text("SELECT set_config('rti.person', :id, true)"), {"id": str(staff.id)})
        assert await _owners(session) == set()
        for role in (Login.STAFF, Login.OPERATOR, "rti_owner", "postgres"):
            with pytest.raises(DBAPIError, match="permission denied"):
                async with session.begin_nested():
                    await session.execute(text(f"SET ROLE {role}"))


async def test_logins_that_need_no_request_see_none(database: Database) -> None:
    for login in (Login.AUTH, Login.GROUP, Login.ADMIN):
        for table in ("request", "event", "deadline", "document", "document_content"):
            with pytest.raises(DBAPIError, match="permission denied"):
                async with database.under(login).transaction() as session:
                    await _owners(session, table)


async def test_statistics_cannot_read_what_names_a_request(database: Database) -> None:
    for column in ("title", "question", "reference", "filed_by"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with database.under(Login.STATISTICS).transaction() as session:
                await session.execute(text(f"SELECT {column} FROM request"))  # noqa: S608 -- our own columns


async def test_staff_see_what_is_assigned_to_them_and_nothing_else(database: Database) -> None:
    async with database.transaction() as session:
        staff = (await make.member(session, Role.STAFF, everything=False)).person
        member = (await make.member(session)).person
        campaign = await make.campaign(session, NOW)
        of_campaign = await make.request(session, member, NOW, campaign_id=campaign.id)
        in_kep = await make.request(session, member, NOW, body_code="KH-23")
        elsewhere = await make.request(session, member, NOW)

    async def seen() -> set[UUID]:
        async with database.under(Login.STAFF).transaction(staff.id) as session:
            requests = set(await session.scalars(select(RequestRow.id)))
            assert set(await session.scalars(text("SELECT request_id FROM event"))) == requests
            return requests

    async def assigned(**what: object) -> None:
        async with database.transaction() as session:
            session.add(AssignmentRow(person_id=staff.id, assigned_at=NOW, **what))

    assert await seen() == set()
    await assigned(campaign_id=campaign.id)
    assert await seen() == {of_campaign.id}
    await assigned(province_code="23")
    assert await seen() == {of_campaign.id, in_kep.id}
    await assigned()
    assert await seen() == {of_campaign.id, in_kep.id, elsewhere.id}


async def test_every_restricted_table_is_closed_to_every_login_it_does_not_name(database: Database) -> None:
    open_to = {
        (table, login)
        for table, logins in RESTRICTED.items()
        for login in Login
        if login in logins or login is Login.BACKUP
    }
    query = text("SELECT has_any_column_privilege(:login, :table, 'SELECT, INSERT, UPDATE')")
    async with database.transaction() as session:
        reached = {
            (table, login)
            for table in RESTRICTED
            for login in Login
            if await session.scalar(query, {"login": login, "table": table})
        }
    assert reached == open_to


@pytest.mark.torture
async def test_thousands_of_sessions_over_few_connections_see_no_foreign_row(database: Database) -> None:
    """Random members in turn over one pool, of which some end by an error, a rollback or a cancellation."""
    members = await _members(database, MEMBERS)
    pool = database.under(Login.CBO)
    chance = random.Random(1)
    sessions = size(500, 100_000)
    foreign: list[UUID] = []
    ends: dict[str, int] = dict.fromkeys(("commit", "error", "cancel"), 0)

    async def one(member: Person | None, end: str) -> None:
        async with pool.transaction(member.id if member else None) as session:
            owners = await _owners(session)
            foreign.extend(owners - ({member.cbo_id} if member else set()))
            if end == "error":
                await session.execute(text("SELECT 1 / 0"))
            if end == "cancel":
                await session.execute(text("SELECT pg_sleep(10)"))

    async def visitor(number: int) -> None:
        for _ in range(number):
            end = chance.choices(list(ends), weights=[90, 7, 3])[0]
            member = chance.choice([*members, None])
            task = asyncio.create_task(one(member, end))
            if end == "cancel":
                await asyncio.wait([task], timeout=0.02)
                task.cancel()
            await asyncio.wait([task])
            if not task.cancelled():
                task.exception()
            ends[end] += 1

    await asyncio.gather(*(visitor(sessions // 10) for _ in range(10)))
    async with pool.transaction() as session:
        assert await _owners(session) == set()
    print(f"{sessions} sessions over a pool of 5 ({ends}): {len(foreign)} foreign rows")
    assert not foreign

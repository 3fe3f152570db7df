"""Which rows each login may have, asked of every table that the declaration restricts.

A policy holds for reading as for writing, and PostgreSQL asks it before any constraint. So a row with a single
value shows what a login may see, whatever else the table wants; here each login may try to add to every table.
"""

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import Base, Database
from rti.core.db_roles import Login
from rti.core.roles import Person, Role
from rti.models.accounts import AssignmentRow
from rti.row_security.policies import RESTRICTED
from tests import make
from tests.conftest import NOW
from tests.web.things import things


@pytest.fixture
async def database(database: Database) -> Database:
    async with database.transaction() as session:
        await session.execute(text(f"GRANT INSERT ON ALL TABLES IN SCHEMA public TO {', '.join(Login)}"))
    return database


def restricted(login: Login, column: str) -> Iterator[str]:
    """The tables with such a column of which the login may have rows."""
    for table, may in RESTRICTED.items():
        if login in may and column in Base.metadata.tables[table].columns:
            yield table


async def admits(session: AsyncSession, table: str, **values: object) -> bool:
    """Whether the login of the session may have a row with these values."""
    columns, named = ", ".join(values), ", ".join(f":{name}" for name in values)
    try:
        async with session.begin_nested():
            await session.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({named})"), values)  # noqa: S608 -- our own tables
    except IntegrityError:
        return True  # Whatever else a row needs is missing.
    except DBAPIError as refused:
        if "row-level security" not in str(refused):
            raise
        return False
    return True


async def members(database: Database, role: Role = Role.CBO_MEMBER) -> tuple[Person, Person]:
    """Two people of two organisations."""
    async with database.transaction() as session:
        return (await make.member(session, role)).person, (await make.member(session, role)).person


async def test_members_have_rows_of_their_own_organisation_only(database: Database) -> None:
    me, other = await members(database)
    async with database.under(Login.CBO).transaction(me.id) as session:
        for table in restricted(Login.CBO, "cbo_id"):
            assert await admits(session, table, cbo_id=me.cbo_id), table
            assert not await admits(session, table, cbo_id=other.cbo_id), table
        assert await admits(session, "cbo", id=me.cbo_id)
        assert not await admits(session, "cbo", id=other.cbo_id)
        assert await admits(session, "person", cbo_id=None), "staff have names too"
        assert await admits(session, "audit_entry", person_id=me.id)
        assert not await admits(session, "audit_entry", person_id=other.id)


async def test_staff_have_rows_of_requests_that_are_assigned_to_them_only(database: Database) -> None:
    async with database.transaction() as session:
        staff = (await make.member(session, Role.STAFF, everything=False)).person
        member = (await make.member(session)).person
        mine, other = await make.campaign(session, NOW), await make.campaign(session, NOW)
        session.add(AssignmentRow(person_id=staff.id, campaign_id=mine.id, assigned_at=NOW))
        inside = await things(session, member, member, campaign_id=mine.id)
        outside = await things(session, member, (await make.member(session)).person, campaign_id=other.id)
    async with database.under(Login.STAFF).transaction(staff.id) as session:
        assert await admits(session, "request", campaign_id=mine.id)
        assert not await admits(session, "request", campaign_id=other.id)
        of_a_request = {*restricted(Login.STAFF, "request_id")}
        of_a_document = {*restricted(Login.STAFF, "document_id")} - of_a_request
        for column, tables in (("request_id", of_a_request), ("document_id", of_a_document)):
            for table in tables:
                # Of what others read in an answer nothing is shown until two have.
                own = {"reader_id": staff.id} if table == "reading" else {}
                assert await admits(session, table, **{column: UUID(inside[column])}, **own), table
                assert not await admits(session, table, **{column: UUID(outside[column])}, **own), table


@pytest.mark.parametrize("login", [Login.CBO, Login.STAFF, Login.ADMIN])
async def test_nobody_has_a_message_that_is_only_for_its_reader(database: Database, login: Login) -> None:
    me, other = await members(database)
    async with database.under(login).transaction(me.id) as session:
        assert await admits(session, "message", kind="digest", person_id=me.id)
        for kind in ("invitation", "code"):
            assert not await admits(session, "message", kind=kind, person_id=me.id)
        assert await admits(session, "message", kind="digest", person_id=other.id) == (login is not Login.CBO)


async def test_locking_and_shredding_reach_the_own_organisation_or_one_that_is_named(
    database: Database,
) -> None:
    lead, other = await members(database, Role.CBO_LEAD)
    administrator, _ = await members(database, Role.ADMINISTRATOR)
    for person in (lead, administrator):
        async with database.under(Login.ERASURE).transaction(person.id) as session:
            everywhere = person is administrator
            of_a_cbo = {*restricted(Login.ERASURE, "cbo_id")}
            for table in of_a_cbo - {"audit_entry"}:
                assert await admits(session, table, cbo_id=lead.cbo_id), table
                assert await admits(session, table, cbo_id=other.cbo_id) == everywhere, table
            for table in {*restricted(Login.ERASURE, "person_id")} - of_a_cbo:
                assert await admits(session, table, person_id=lead.id), table
                assert await admits(session, table, person_id=other.id) == everywhere, table
            assert await admits(session, "cbo", id=lead.cbo_id)
            assert await admits(session, "cbo", id=other.cbo_id) == everywhere


def test_what_a_row_hangs_on_is_found_by_its_index() -> None:
    """IN with a query reads all rows that somebody may see, for each row that is asked for: 150 ms with 200,000 requests."""
    read_whole = [
        (table, login)
        for table, logins in RESTRICTED.items()
        for login, may in logins.items()
        if "IN (SELECT" in may.where
    ]
    assert read_whole == []

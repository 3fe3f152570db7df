"""Who asks is found in the same round trip as what they ask for, and nobody is told anything by it who should not be."""

from datetime import timedelta

import pytest

from rti.accounts.entering import Entrance
from rti.accounts.passwords import new_token, token_hash
from rti.accounts.sessions import IDLE
from rti.core.db import Database
from rti.core.db_roles import Login, login_of
from rti.core.roles import Person, Role
from rti.core.wallclock import now
from rti.models.accounts import PersonRow
from rti.requests.commands import RequestFilter
from rti.requests.listing import Worklist
from tests import make
from tests.conftest import TODAY

_ENTER = "SELECT who IS NOT NULL AS known, enters, rti.me() AS me FROM rti.enter($1, $2, $3)"


async def token_of(person: Person, database: Database) -> str:
    """The token of a session in which all was shown that the account asks for."""
    token = new_token()
    async with database.transaction() as session:
        row = make.session_row(person, token)
        row.second_factor_at = row.created_at
        session.add(row)
    return token


@pytest.mark.parametrize(
    ("role", "login"),
    [
        (Role.STAFF, Login.CBO),
        (Role.CBO_LEAD, Login.STAFF),
        (Role.ADMINISTRATOR, Login.STAFF),
        (Role.STAFF, Login.AUTH),
    ],
)
async def test_a_session_is_good_under_the_login_of_its_role_alone(
    database: Database, role: Role, login: Login
) -> None:
    async with database.transaction() as session:
        member = await make.member(session, role)
    token = await token_of(member.person, database)
    values = token_hash(token), now(), now() - IDLE
    assert tuple(await database.under(login).ask(_ENTER, *values)) == (True, False, None)
    own = await database.under(login_of(member.person)).ask(_ENTER, *values)
    assert tuple(own) == (True, True, member.person.id)
    assert (await database.under(login_of(member.person)).ask("SELECT rti.me()"))[0] is None


async def test_who_got_another_role_reads_under_its_login_from_the_next_call_on(database: Database) -> None:
    async with database.transaction() as session:
        member = await make.member(session, Role.STAFF)
        await make.request(session, (await make.member(session)).person, now())
    token = await token_of(member.person, database)
    entrance, reading = Entrance(demo=False), Worklist(RequestFilter(), TODAY)

    async def read() -> int:
        me, result = await entrance.enter(database, token, now(), reading)
        assert me
        return len(result().items) if result else 0

    assert [await read(), await read()] == [1, 1]
    async with database.transaction() as session:
        (await session.get_one(PersonRow, member.person.id)).role = Role.WORKING_GROUP
    assert [await read(), await read()] == [0, 0]


async def test_what_is_read_along_ends_with_the_session(database: Database) -> None:
    async with database.transaction() as session:
        member = await make.member(session, Role.CBO_LEAD)
    token = await token_of(member.person, database)
    entrance, reading = Entrance(demo=False), Worklist(RequestFilter(), TODAY)
    assert (await entrance.enter(database, token, now(), reading))[1]
    assert await entrance.enter(database, token, now() + IDLE + timedelta(minutes=2), reading) == (None, None)
    async with database.transaction() as session:
        (await session.get_one(PersonRow, member.person.id)).disabled_at = now()
    assert await entrance.enter(database, token, now(), reading) == (None, None)

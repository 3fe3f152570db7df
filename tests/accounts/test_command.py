"""`rti account add`, the way to the first administrator."""

import httpx
import pytest
from sqlalchemy import select

from rti.accounts.policy import Role
from rti.accounts.tables import PersonRow
from rti.db import Database
from tests.commands import rti


async def test_the_first_administrator_signs_in_with_the_printed_password(
    client: httpx.AsyncClient, database: Database, database_url: str
) -> None:
    added = rti(database_url, "account", "add", "First@Example.org", "--role", "administrator")
    assert added.returncode == 0, added.stderr
    opened = await client.post(
        "/api/sessions", json={"email": "first@example.org", "password": added.stdout.strip()}
    )
    assert opened.json()["role"] == Role.ADMINISTRATOR


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["no-address", "--role", "staff"], "email"),
        (["a@example.org", "--role", "king"], "role"),
        (["a@example.org", "--role", "cbo_member"], "cbo_id"),
        (["a@example.org", "--role", "cbo_member", "--cbo", "NONE"], "NONE"),
    ],
)
async def test_a_wrong_account_is_told_and_none_is_added(
    database: Database, database_url: str, arguments: list[str], told: str
) -> None:
    refused = rti(database_url, "account", "add", *arguments)
    assert refused.returncode == 2
    assert told in refused.stderr
    async with database.transaction() as session:
        assert await session.scalar(select(PersonRow.id)) is None

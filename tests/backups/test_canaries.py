"""What a stolen backup tells: nothing without the identity, and with it nothing that is sealed."""

import asyncio

import httpx

from rti.core.db import Database
from rti.core.roles import Role
from tests.backups.conftest import Vault, decrypted
from tests.commands import KEY_FILE
from tests.conftest import SignIn
from tests.test_canaries import _plant


async def test_no_canary_is_in_a_backup_not_even_for_who_can_open_it(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn, vault: Vault
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    planted = await _plant(client, database)
    made = await vault.make(database)
    for path in vault.folder.iterdir():
        sealed = path.read_bytes()
        assert planted.found_in(sealed) == set()
        assert not any(word in sealed for word in (b"Budget", member.email.encode()))
        opened = await asyncio.to_thread(decrypted, path, vault.identity)
        assert (b"\nBudget" in opened or b"\tBudget" in opened) == (path == made.path)
        assert (member.email.encode() in opened) == (path == made.path)
        assert planted.found_in(opened) == set()
        assert KEY_FILE.read_text().split()[1].encode() not in opened

"""A second database for reading, with two real servers; and a first one that goes away."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from rti.core import replica
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.health import ReplicaHealth
from rti.upgrade import migrate
from tests import make
from tests.commands import KEY_FILE, SECRET
from tests.conftest import NOW, visiting
from tests.replicas import Node, installed, two_servers
from tests.waiting import until

pytestmark = installed


@dataclass
class House:
    first: Node
    second: Node
    settings: Settings
    database: Database
    """As the superuser, on whichever server can be written."""
    asking: Database
    visitor: httpx.AsyncClient

    async def requests(self) -> int:
        """How many requests the page of statistics counts."""
        answer = await self.visitor.get("/api/statistics")
        assert answer.status_code == 200, answer.text
        return sum(answer.json()["total"]["counts"].values())

    async def file(self) -> None:
        async with self.database.transaction() as session:
            member = (await make.member(session)).person
            await make.request(session, member, NOW)

    async def at_replica(self) -> bool:
        return await replica.for_reading(self.asking) is self.asking.replica


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(replica, "LEFT_ALONE", 0)
    with two_servers() as (first, second):
        given = {
            "RTI_READ_DATABASE_URL": f"postgresql://{second.host}/rti",
            "RTI_SECRET": SECRET,
            "RTI_KEY_FILE": str(KEY_FILE),
        }
        hosts = f"{first.host},{second.host}/rti"
        settings = Settings.from_env({**given, "RTI_DATABASE_URL": f"postgresql://{hosts}"})
        owner = Settings.from_env({**given, "RTI_DATABASE_URL": f"postgresql://postgres@{hosts}"})
        database, asking = Database.of(owner), Database.of(settings)
        await migrate(database, NOW)
        async with visiting(settings) as visitor:
            async with database.transaction() as session:
                staff = await make.member(session, Role.STAFF)
            visitor.headers.update(await make.session_of(visitor, staff.person, database))
            yield House(first, second, settings, database, asking.under(Login.STATISTICS), visitor)
        await database.close()
        await asking.close()


async def test_figures_come_from_the_replica_which_never_hides_what_was_just_written(house: House) -> None:
    for number in (1, 2, 3):
        await house.file()
        assert await house.requests() == number
        assert await house.at_replica()
    assert (await house.visitor.get("/health")).json()["replica"]["well"]

    house.second.psql("SELECT pg_wal_replay_pause()")
    await until(lambda: house.second.psql("SELECT pg_get_wal_replay_pause_state()") == "paused")
    await house.file()
    assert await house.requests() == 4
    assert not await house.at_replica()
    behind = (await house.visitor.get("/health")).json()["replica"]
    assert behind["lag"] > 0
    assert "Seconds behind the main database" in (await house.visitor.get("/status")).text

    house.second.psql("SELECT pg_wal_replay_resume()")
    assert await house.at_replica()
    assert await house.requests() == 4

    house.second.control("--mode=immediate", "stop")
    await house.file()
    assert await house.requests() == 5
    assert (await house.visitor.get("/health")).json()["replica"] == {"well": False, "lag": None}
    assert "It is not available" in (await house.visitor.get("/status")).text

    house.second.start()
    house.second.control("promote")
    assert await house.requests() == 5
    assert ReplicaHealth(False) == ReplicaHealth(**(await house.visitor.get("/health")).json()["replica"])


async def test_where_the_first_server_is_gone_everything_goes_on_at_the_one_that_was_promoted(
    house: House,
) -> None:
    await house.file()
    assert await house.requests() == 1
    house.first.control("--mode=immediate", "stop")
    assert (await house.visitor.get("/api/statistics")).status_code == 503
    house.second.control("promote")
    await house.file()
    assert await house.requests() == 2

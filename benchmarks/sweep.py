"""Reminders: a sweep over many open requests, and sending beside a bare aiosmtplib loop.

`python -m benchmarks.sweep [REQUESTS]` prints the figures; the server, the database and the mail sink are
its own and are gone afterwards.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE, Popen

from aiosmtplib import SMTP
from sqlalchemy import text

from notifications.dispatch import CONNECTIONS, dispatch
from notifications.render import RenderedMessage, compose
from notifications.sweep import sweep
from rti.cli.workers import spare_collections
from rti.core import embedded_postgres, wallclock
from rti.core.db import Database
from rti.core.settings import Settings
from rti.upgrade import migrate

Figure = tuple[str, float, str]
REQUESTS = 100_000
IN_NEED = 10
"""Of this many requests one is due today; the others in half a year."""
MESSAGES = 5_000
"""Sent for the second figure, so that a run ends in seconds."""

_SINK = """
import asyncio
class Sink(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.rest, self.content = transport, b"", False
        transport.write(b"220 sink\\r\\n")
    def data_received(self, data):
        self.rest += data
        while True:
            end = b"\\r\\n.\\r\\n" if self.content else b"\\r\\n"
            line, found, rest = self.rest.partition(end)
            if not found:
                return
            self.rest = rest
            if self.content:
                self.content = False
                self.transport.write(b"250 OK\\r\\n")
            elif line.startswith(b"DATA"):
                self.content = True
                self.transport.write(b"354 go on\\r\\n")
            else:
                self.transport.write(b"250 OK\\r\\n")
async def main():
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
"""Accepts everything as fast as it can, in a process of its own, so that it is not what is measured."""

_FILL = """
    INSERT INTO cbo (id, code, name_km, name_en, sends_messages, last_number, created_at)
    SELECT gen_random_uuid(), 'B' || n, 'x', 'x', true, 0, now() FROM generate_series(1, {people}) n;
    INSERT INTO person (id, email, name, password_hash, role, cbo_id, language, wants_reminders, hours_from, hours_to, created_at, entrusted_at)
    SELECT gen_random_uuid(), 'b' || code || '@bench.example', 'x', 'x', 'cbo_member', id, 'km', true, 0, 24, now(), now() FROM cbo;
    CREATE TEMP TABLE org AS SELECT row_number() OVER () - 1 AS n, id FROM cbo;
    INSERT INTO request (
        id, cbo_id, first_body_id, body_id, reference, title, question, topic, channel, filing, statute_id, statute_version, created_at,
        status, binding, soft, provisional, confirmed, next_due_on
    )
    SELECT gen_random_uuid(), org.id, b.id, b.id, 'R' || i, 'x', 'x', 'budget', 'counter', 'itself',
        s.id, s.version, now(), 'open', false, false, false, false,
        CASE WHEN i % {in_need} = 0 THEN CAST('{day}' AS date) ELSE CAST('{day}' AS date) + 100 + i % 80 END
    FROM generate_series(1, {requests}) i JOIN org ON org.n = (i / {in_need}) % {people}, (SELECT id FROM public_body LIMIT 1) b,
        (SELECT id, version FROM statute WHERE id = 'KH-A2I-DRAFT' LIMIT 1) s;
    INSERT INTO deadline (request_id, kind, epoch, cbo_id, state, due_on, binding, soft, provisional, confirmed, steps)
    SELECT id, 'reply', 1, cbo_id, 'running', next_due_on, false, false, false, false, '[]' FROM request;
    ANALYZE
"""


@contextmanager
def sink() -> Iterator[int]:
    """The port of a mail server that takes everything."""
    with Popen([sys.executable, "-c", _SINK], stdout=PIPE, text=True) as process:
        assert process.stdout
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


async def _bare(port: int, count: int) -> float:
    """Messages per second of a loop that does nothing but send the same bytes over as many connections."""
    content = compose(
        RenderedMessage("1 request is due today", "1 request is due today.\n" * 6),
        sender="rti@localhost",
        to="b@bench.example",
        message_id="<bench@localhost>",
        language="en",
        written_at=wallclock.now(),
    )

    async def send(share: int) -> None:
        client = SMTP(hostname="127.0.0.1", port=port, start_tls=False, local_hostname="localhost")
        async with client:
            for _ in range(share):
                await client.mail("rti@localhost")
                await client.rcpt("b@bench.example")
                await client.data(content)

    began = time.perf_counter()
    await asyncio.gather(*(send(count // CONNECTIONS) for _ in range(CONNECTIONS)))
    return count / (time.perf_counter() - began)


async def _measured(settings: Settings, port: int, requests: int) -> list[Figure]:
    database = Database.of(settings)
    now = wallclock.now()
    day = wallclock.day_of(now, settings.timezone)
    try:
        await migrate(database, now)
        async with database.transaction() as session:
            for statement in _FILL.format(in_need=IN_NEED, day=day, requests=requests, people=MESSAGES).split(
                ";"
            ):
                await session.execute(text(statement))
        began = time.perf_counter()
        first = await sweep(database, day, now, host=settings.mail_host)
        first_seconds = time.perf_counter() - began
        assert (first.reminders, first.messages) == (requests // IN_NEED, min(MESSAGES, requests // IN_NEED))
        began = time.perf_counter()
        assert (await sweep(database, day, now, host=settings.mail_host)).reminders == 0
        again_seconds = time.perf_counter() - began
        bare = await _bare(port, MESSAGES)
        began = time.perf_counter()
        done = await dispatch(database, replace(settings, smtp_url=f"smtp://127.0.0.1:{port}"))
        rate = sum(done.states.values()) / (time.perf_counter() - began)
    finally:
        await database.close()
    return [
        (f"first sweep over {requests:,} requests, {first.reminders:,} reminders", first_seconds, "seconds"),
        ("second sweep on the same day", again_seconds, "seconds"),
        ("  against the first", again_seconds / first_seconds, "of its time"),
        (f"a bare aiosmtplib loop, {CONNECTIONS} connections", bare, "messages per second"),
        ("dispatch from the database, as many connections", rate, "messages per second"),
        ("  against the bare loop", rate / bare, "times as fast"),
    ]


def measure(requests: int = REQUESTS) -> list[Figure]:
    """How long two sweeps take, and how fast messages leave beside a loop that does nothing else."""
    # As the scheduler does.
    spare_collections()
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded_postgres.completed(Settings(data_dir=Path(folder))) as settings,
        sink() as port,
    ):
        return asyncio.run(_measured(settings, port, requests))


if __name__ == "__main__":
    for name, figure, unit in measure(int(sys.argv[1]) if len(sys.argv) > 1 else REQUESTS):
        print(f"{name:<56} {figure:>14,.2f} {unit}")

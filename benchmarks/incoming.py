"""Mail taken and stored, beside a handler of aiosmtpd that throws it away; and scans split and read."""

import asyncio
import io
import smtplib
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import segno
from aiosmtpd.lmtp import LMTP
from PIL import Image

from rti.core import embedded_postgres, keyring, wallclock
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.settings import Settings
from rti.inbox.lmtp import receiving
from rti.inbox.scans import split
from rti.upgrade import migrate

Figure = tuple[str, float, str]
MAILS, SENDERS, PAGES = 400, 4, 20
RAW = b"From: office@commune.example\r\nSubject: Answer\r\n\r\n" + b"An answer of some length.\r\n" * 400


class _Nothing:
    """Takes everything and keeps nothing."""

    async def handle_DATA(self, _server: object, _session: object, _envelope: object) -> str:  # noqa: N802 -- aiosmtpd's name
        return "250 OK"


@asynccontextmanager
async def _bare() -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: LMTP(_Nothing(), enable_SMTPUTF8=True), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def _send(port: int, count: int) -> None:
    with smtplib.LMTP("127.0.0.1", port) as line:
        for _ in range(count):
            line.sendmail("office@commune.example", ["replies@rti.example"], RAW)


async def _seconds(port: int) -> float:
    began = time.perf_counter()
    await asyncio.gather(*(asyncio.to_thread(_send, port, MAILS // SENDERS) for _ in range(SENDERS)))
    return time.perf_counter() - began


async def _taken(settings: Settings) -> tuple[float, float]:
    database = Database.of(settings, SENDERS)
    try:
        await migrate(database, wallclock.now())
        own = database.under(Login.RECEIVER)
        async with _bare() as bare, receiving(own, settings, wallclock.now) as (_, port):
            await asyncio.to_thread(_send, port, 1)
            return await _seconds(bare), await _seconds(port)
    finally:
        await database.close()


def _stack() -> bytes:
    pages = []
    for number in range(PAGES):
        code = io.BytesIO()
        segno.make_qr(f"R-{number}").save(code, kind="png", scale=8)
        page = Image.effect_noise((1240, 1754), 20).point(lambda shade: min(255, shade + 110))
        page.paste(Image.open(code).convert("L"), (100, 100))
        pages.append(page)
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    return out.getvalue()


async def _split_seconds(stack: bytes) -> float:
    began = time.perf_counter()
    found = await split("stack.pdf", stack)
    assert [page.code for page in found] == [f"R-{number}" for number in range(PAGES)]
    return time.perf_counter() - began


def measure() -> list[Figure]:
    """Mails a second of 10 kB over four connections, and pages a minute of A4 at 150 dots an inch."""
    with tempfile.TemporaryDirectory() as folder:
        given = Settings(
            data_dir=Path(folder), reply_address="replies@rti.example", receive_on="lmtp://127.0.0.1:0"
        )
        with embedded_postgres.completed(
            replace(given, key_file=keyring.kept(Path(folder) / "keys"))
        ) as settings:
            bare, ours = asyncio.run(_taken(settings))
    split_in = asyncio.run(_split_seconds(_stack()))
    return [
        ("mails taken, encrypted and committed", MAILS / ours, "a second"),
        ("  against a handler that keeps nothing", ours / bare, "of its time"),
        ("scanned pages split and their codes read", PAGES / split_in * 60, "a minute"),
    ]


if __name__ == "__main__":
    for name, figure, unit in measure():
        print(f"{name:<56} {figure:>14,.2f} {unit}")

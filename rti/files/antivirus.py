"""Asking clamd, the daemon of ClamAV, whether it knows something malicious in a file (clamd(8), INSTREAM)."""

import asyncio
import re
from urllib.parse import urlsplit

import structlog

PATIENCE = 20.0
"""Seconds for one file, of 25 MB at most."""
_FOUND = re.compile(r"stream: (.+) FOUND")
log = structlog.get_logger()


class ScannerAway(Exception):
    """The scanner did not respond, or its response does not say whether the file is malicious."""


async def threat_in(clamd: str, content: bytes) -> str | None:
    """The name by which clamd knows what is in the bytes, or None; raises ScannerAway.

    `clamd` is the path of its Unix socket, or tcp://host:port.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            answer = await _answer(clamd, content)
    except (OSError, EOFError) as fault:
        log.warning("scanner_away", fault=type(fault).__name__)
        raise ScannerAway from None
    if answer == "stream: OK":
        return None
    found = _FOUND.fullmatch(answer)
    if found is None:
        log.warning("scanner_failed", answer=answer[:200])
        raise ScannerAway
    return found[1]


async def _answer(clamd: str, content: bytes) -> str:
    if clamd.startswith("/"):
        reader, writer = await asyncio.open_unix_connection(clamd)
    else:
        parts = urlsplit(clamd)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.writelines([b"zINSTREAM\0", len(content).to_bytes(4, "big"), content])
        # A chunk of no bytes ends the file, and so does a file of none.
        writer.write(bytes(4) if content else b"")
        await writer.drain()
        return (await reader.readuntil(b"\0"))[:-1].decode(errors="replace")
    finally:
        writer.close()

"""A virus scanner: Debian's clamd that knows the test file of EICAR and nothing else, or a server that speaks like it."""

import asyncio
import hashlib
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner takes for malicious, and nobody has to fear (eicar.org); in two parts, for scanners of ours."""


@asynccontextmanager
async def spoken(folder: Path) -> AsyncIterator[str]:
    """A server on loopback that speaks as clamd does."""

    async def scan(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while size := int.from_bytes(await reader.readexactly(4), "big"):
            content += await reader.readexactly(size)
        writer.write(b"stream: Eicar FOUND\0" if EICAR in content else b"stream: OK\0")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(scan, "127.0.0.1", 0)
    async with server:
        yield f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@asynccontextmanager
async def real(folder: Path) -> AsyncIterator[str]:
    """clamd itself, at a Unix socket in the folder."""
    socket, signatures = folder / "clamd.ctl", folder / "signatures"
    signatures.mkdir()
    known = f"{hashlib.md5(EICAR, usedforsecurity=False).hexdigest()}:{len(EICAR)}:Eicar\n"
    (signatures / "test.hdb").write_text(known)
    settings = folder / "clamd.conf"
    settings.write_text(f"Foreground yes\nLocalSocket {socket}\nDatabaseDirectory {signatures}\n")
    process = await asyncio.create_subprocess_exec(
        "clamd", f"--config-file={settings}", stdout=subprocess.PIPE
    )
    assert process.stdout
    async with asyncio.timeout(60):
        while b"Self checking" not in await process.stdout.readline():
            pass
    yield str(socket)
    process.terminate()
    await process.wait()

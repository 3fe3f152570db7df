"""Running what reads the files of strangers beside the server, with an end to its patience."""

import asyncio
import hashlib
import os
import sys
from dataclasses import dataclass
from importlib.metadata import version

import structlog

from rti.files.answers import TOO_MANY_PIXELS, TooManyPixels

WALL_SECONDS = 10
AT_ONCE = 2
COPIED = {"application/pdf", "image/jpeg", "image/png", "image/webp", "image/tiff", "image/heic"}
"""Kinds of which a copy is made; of the others there is the original only."""
MADE_BY = (
    f"1 (pillow {version('pillow')}, pikepdf {version('pikepdf')}, pillow-heif {version('pillow-heif')})"
)
"""The version of our rules, and the libraries that did the work."""
_ENVIRONMENT = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
_places = asyncio.Semaphore(AT_ONCE)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Copy:
    """What others see of a document."""

    content: bytes
    media_type: str

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.content).digest()


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found in a document; without a copy where its kind has none, or it cannot be read within the limits.

    The copy of one that is `damaged` shows what is left of it.
    """

    copy: Copy | None = None
    had_location: bool = False
    damaged: bool = False


async def examine(content: bytes, media_type: str) -> Examined:
    """Look into a document; raises TooManyPixels for a picture that is too large."""
    if media_type not in COPIED:
        return Examined()
    status, answer = await run("rti.files.sanitizer", media_type, content=content)
    if status == TOO_MANY_PIXELS and media_type.startswith("image/"):
        raise TooManyPixels
    if status:
        log.warning("no_copy_of_document", media_type=media_type, status=status)
        return Examined()
    header, _, copy = answer.partition(b"\n")
    located, damaged, made = header.decode().split(" ")
    return Examined(Copy(copy, made) if made else None, located == "1", damaged == "1")


async def run(
    module: str, *words: str, content: bytes, wall_seconds: float | None = None
) -> tuple[int, bytes]:
    """What a module makes of some bytes in a process of its own: its exit status, not 0 if it failed, and its answer."""
    async with _places:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-m", module, *words),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_ENVIRONMENT,
        )
        try:
            async with asyncio.timeout(WALL_SECONDS if wall_seconds is None else wall_seconds):
                answer, _ = await child.communicate(content)
        except TimeoutError:
            answer = b""
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
    return child.returncode or 0, answer

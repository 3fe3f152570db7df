"""Running the programs that read strangers' files in separate processes, with time limits."""

import asyncio
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

import msgspec
import structlog

from rti.files.answers import TOO_MANY_PIXELS, Hits, Mark, Rule, Task, TooManyPixels

WALL_SECONDS, REDACTING_SECONDS, READING_SECONDS = 10, 60, 180
AT_ONCE = 2
COPIED = {"application/pdf", "image/jpeg", "image/png", "image/webp", "image/tiff", "image/heic"}
"""Kinds of which a copy is made; of the others there is the original only."""
RULES = "2"
"""The version of our rules; a copy of a PDF by earlier ones lacks what stood in its form."""
MADE_BY = f"{RULES} (pillow {version('pillow')}, pikepdf {version('pikepdf')}, pillow-heif {version('pillow-heif')})"
"""The version of our rules, and the libraries that did the work."""
_ENVIRONMENT = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
_ENVIRONMENT["OMP_THREAD_LIMIT"] = "1"
"""Tesseract takes all cores otherwise, and is no faster for it."""
_places = asyncio.Semaphore(AT_ONCE)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Copy:
    """What others see of a document; `preview` is a small picture of its first page, empty where none can be made."""

    content: bytes
    media_type: str
    preview: bytes = b""

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.content).digest()


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found in a document; without a copy where its kind has none, or it cannot be read within the limits.

    The copy of one that is `damaged` shows what is left of it; of a PDF it is, too, if its form or notes cannot be drawn.
    """

    copy: Copy | None = None
    had_location: bool = False
    damaged: bool = False


async def examine(content: bytes, media_type: str, *, flatten: bool = True) -> Examined:
    """Look into a document; raises TooManyPixels for a picture that is too large.

    Without `flatten` the copy of a PDF lacks its form and annotations.
    """
    if media_type not in COPIED:
        return Examined()
    status, answer = await run(
        "rti.files.sanitizer", media_type, *(["flatten"] if flatten else []), content=content
    )
    if status == TOO_MANY_PIXELS and media_type.startswith("image/"):
        raise TooManyPixels
    header, _, rest = answer.partition(b"\n")
    located, damaged, length, made = header.decode().split(" ") if header else ("0", "0", "0", "")
    size = int(length)
    # A picture of the first page may bring the process down when all else is done.
    if status and (not made or len(rest) < size):
        log.warning("no_copy_of_document", media_type=media_type, status=status)
        return Examined()
    copy = Copy(rest[:size], made, b"" if status else rest[size:]) if made else None
    return Examined(copy, located == "1", damaged == "1")


async def find(copy: Copy, rule: Rule) -> Hits | None:
    """The matches of a rule in a copy; None if it cannot be read or has more than `MOST_PAGES`."""
    status, answer = await _redactor(
        "find", Task(media_type=copy.media_type, content=copy.content, rule=rule)
    )
    return None if status else msgspec.msgpack.decode(answer, type=Hits)


async def page_of(copy: Copy, page: int, marks: Sequence[Mark]) -> bytes | None:
    """A page of a copy as a JPEG, as it looks with the marks; None where there is no such page."""
    task = Task(media_type=copy.media_type, content=copy.content, marks=tuple(marks), page=page)
    status, answer = await _redactor("page", task)
    return None if status else answer


async def hide(copy: Copy, marks: Sequence[Mark]) -> Copy | None:
    """The copy with the marked parts hidden for good; None if that cannot be done."""
    task = Task(media_type=copy.media_type, content=copy.content, marks=tuple(marks))
    status, answer = await _redactor("hide", task)
    if status:
        return None
    header, _, rest = answer.partition(b"\n")
    made, length = header.decode().split(" ")
    return Copy(rest[: int(length)], made, rest[int(length) :])


@cache
def languages() -> str:
    """Those of Khmer and English that Tesseract has been given, as it takes them; empty where it is not installed."""
    if not shutil.which("tesseract"):
        return ""
    listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=False)  # noqa: S607
    return "+".join(each for each in ("khm", "eng") if each in listed.stdout.split())


async def read_scan(copy: Copy) -> str | None:
    """The text of a copy as a machine reads it; None where it cannot be read within the limits."""
    words = copy.media_type, languages()
    status, answer = await run(
        "rti.files.scan_reader", *words, content=copy.content, wall_seconds=READING_SECONDS
    )
    return None if status else answer.decode()


async def _redactor(what: str, task: Task) -> tuple[int, bytes]:
    content = msgspec.msgpack.encode(task)
    return await run("rti.files.redactor", what, content=content, wall_seconds=REDACTING_SECONDS)


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

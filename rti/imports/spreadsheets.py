"""XLSX files, turned into CSV before they are read: in a process of its own, since strangers made them."""

import asyncio

from rti.core.errors import invalid, say
from rti.files import sandbox
from rti.files.answers import SEVERAL_SHEETS
from rti.files.media_types import is_xlsx
from rti.imports.csv_reader import AS_CSV

WALL_SECONDS = 30


async def as_csv(content: bytes) -> bytes:
    """The sheet of an XLSX file as CSV, and any other file as it is; raises Invalid for `file`."""
    if not await asyncio.to_thread(is_xlsx, content):
        return content
    status, answer = await sandbox.run("rti.files.xlsx", content=content, wall_seconds=WALL_SECONDS)
    if status == SEVERAL_SHEETS:
        names = ", ".join(answer.decode().splitlines())
        raise invalid(
            "file",
            say(
                "Several sheets of this XLSX file have content: {names}. Keep only the one to import",
                names=names,
            ),
        )
    if status:
        raise invalid(
            "file", say("This XLSX file is damaged or too large to be read here. {hint}", hint=AS_CSV)
        )
    return answer

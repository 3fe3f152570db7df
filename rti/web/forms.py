"""Forms: read what was sent, try the action, and show the same form again with what is wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from litestar.datastructures import UploadFile
from sqlalchemy.ext.asyncio import AsyncSession

from rti.errors import Fault, Invalid
from rti.web.templating import WebRequest

CSRF_FIELD = "_csrf_token"


@dataclass(slots=True)
class Sent:
    """What a form sent: its texts (the last of each name) and its files."""

    values: dict[str, str]
    files: dict[str, UploadFile]
    faults: tuple[Fault, ...] = field(default=())


async def read(request: WebRequest) -> Sent:
    """The fields of a form without the form token; an empty file field is no file."""
    form = await request.form()
    values: dict[str, str] = {}
    files: dict[str, UploadFile] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                files[name] = value
        elif name != CSRF_FIELD:
            values[name] = str(value)
    return Sent(values, files)


@asynccontextmanager
async def attempt(session: AsyncSession, sent: Sent) -> AsyncIterator[Any]:
    """Do the block in a savepoint; if it finds faults, undo it and keep them in `sent.faults`."""
    try:
        async with session.begin_nested():
            yield
    except Invalid as invalid:
        sent.faults = invalid.faults

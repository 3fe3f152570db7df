"""Forms: read what was sent, try the action, and show the same form again with what is wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from litestar.datastructures import UploadFile
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.errors import Fault, Invalid, say
from rti.web.templating import WebRequest

CSRF_FIELD = "_csrf_token"


@dataclass(slots=True)
class Form:
    """What a form sent: its texts (the last of each name) and its files."""

    values: dict[str, str]
    files: dict[str, UploadFile]
    faults: tuple[Fault, ...] = field(default=())

    def good(self) -> None:
        """Raise what was found wrong before the action."""
        if self.faults:
            raise Invalid(*self.faults)


async def read(request: WebRequest) -> Form:
    """The fields of a form that hold something, without the form token.

    A browser sends a file field in which no file was chosen as an empty text.
    """
    form = await request.form()
    values: dict[str, str] = {}
    files: dict[str, UploadFile] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                files[name] = value
        elif value and name != CSRF_FIELD:
            values[name] = str(value)
    return Form(values, files)


@asynccontextmanager
async def attempt(session: AsyncSession, sent: Form) -> AsyncIterator[Any]:
    """Do the block in a savepoint; if it finds faults, undo it and keep them in `sent.faults`.

    A browser fills in everything again but files, so those are asked for once more.
    """
    try:
        async with session.begin_nested():
            yield
    except Invalid as invalid:
        named = {fault.field for fault in invalid.faults}
        again = [Fault(name, say("Choose this file again")) for name in sent.files if name not in named]
        sent.faults = (*invalid.faults, *again)

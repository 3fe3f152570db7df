"""Files as a response: uploaded ones, and long ones that are read completely before they are sent."""

import tempfile
from collections.abc import AsyncIterator
from typing import IO

from litestar import Response

from rti.core.errors import Problem
from rti.files.media_types import PICTURES
from rti.requests.evidence import Download
from rti.web import problems
from rti.web.headers import DOWNLOAD_POLICY, attachment
from rti.web.templating import WebRequest
from rti.web.transfers import SMALL

CSV = "text/csv"
MOST_IN_MEMORY = 1_000_000
"""Bytes of such a file; what is longer goes to the disk."""


def download(request: WebRequest, found: Download | Problem, *, within: bool = False) -> Response[bytes]:
    """The bytes as a file that no browser runs, or the refusal; a picture may be shown `within` a page."""
    if isinstance(found, Problem):
        return problems.answer(request, found)
    shown = within and found.media_type in PICTURES
    return Response(
        found.content,
        media_type=found.media_type,
        headers={
            "Content-Disposition": "inline" if shown else attachment(found.file_name),
            "Content-Security-Policy": DOWNLOAD_POLICY,
        },
    )


def csv_file(name: str, text: str) -> Response[str]:
    """Lines of CSV as a file."""
    return text_file(name, text, CSV)


def text_file(name: str, text: str, media_type: str) -> Response[str]:
    return Response(text, media_type=media_type, headers={"Content-Disposition": attachment(name)})


def kept_file() -> IO[bytes]:
    """A file that nobody else sees, so that the database is done with what it holds however slowly that leaves."""
    return tempfile.SpooledTemporaryFile(MOST_IN_MEMORY)


async def in_pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while piece := file.read(SMALL):
            yield piece

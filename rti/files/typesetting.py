"""Pages on paper: a typst template and plain values become a PDF, the same bytes from the same values.

A template is typst markup that finds what it is given in `values`. Values come in as JSON and are never read as
markup, so that no text of a person runs as a program. The file tells no time and no author. Text taken back out of a
PDF repeats Khmer letters: whoever needs the words keeps them beside it.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from importlib.metadata import version
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import fontpkg_noto_sans_khmer
import msgspec

if TYPE_CHECKING:
    from typst import Fonts

FONTS: Final = Path(fontpkg_noto_sans_khmer.__file__).parent / "files"
"""Its licence, the SIL Open Font License, lies one folder above."""
MADE_BY: Final = f"typst {version('typst')}"
_PRELUDE: Final = """
#set document(date: none)
#set page(paper: "a4", margin: (x: 22mm, y: 18mm))
#set text(font: "Noto Sans Khmer", size: 11pt, lang: "km")
#set par(leading: 0.75em, spacing: 1em)
#let values = json(bytes(sys.inputs.values))
"""
_A4_INCHES: Final = (8.27, 11.69)
_AT_A_TIME: Final = 20
"""Documents that a process is given at once."""

Given = TypeVar("Given")
Document = tuple[str, Mapping[str, Any]]
"""A template with what stands in it."""


def typeset(template: str, values: Mapping[str, Any]) -> bytes:
    """The PDF of a template filled in; takes 20 to 40 ms of one core, so not on the event loop: see `pdf`."""
    import typst

    given = {"values": msgspec.json.encode(values).decode()}
    made: bytes = typst.compile((_PRELUDE + template).encode(), font_paths=_fonts(), sys_inputs=given)
    return made


async def pdf(template: str, values: Mapping[str, Any]) -> bytes:
    """The same off the event loop: typst lets go of the interpreter while it works."""
    return await asyncio.to_thread(typeset, template, values)


async def pdfs(make: Callable[[Given], Document], all_given: Sequence[Given]) -> AsyncIterator[list[bytes]]:
    """The PDFs of what `make` makes of each, some at a time in their order, by a process for each core.

    `make` is called there, too: it is a function of a module, and what it is given a plain value.
    """
    pool = ProcessPoolExecutor(len(os.sched_getaffinity(0)), get_context("spawn"))
    loop = asyncio.get_running_loop()
    parts = (all_given[at : at + _AT_A_TIME] for at in range(0, len(all_given), _AT_A_TIME))
    waiting = [loop.run_in_executor(pool, _typeset_all, make, part) for part in parts]
    try:
        for part in waiting:
            yield await part
    finally:
        await asyncio.to_thread(pool.shutdown, cancel_futures=True)


def merged(files: Iterable[bytes]) -> bytes:
    """One PDF of the pages of many, unchanged and in their order."""
    from pikepdf import Pdf

    whole = Pdf.new()
    for content in files:
        with Pdf.open(BytesIO(content)) as part:
            whole.pages.extend(part.pages)
    made = BytesIO()
    whole.save(made, deterministic_id=True)
    return made.getvalue()


def pages_of(content: bytes) -> Iterator[bytes]:
    """Each page of a PDF as one of its own."""
    from pikepdf import Pdf

    with Pdf.open(BytesIO(content)) as whole:
        for page in whole.pages:
            alone, made = Pdf.new(), BytesIO()
            alone.pages.append(page)
            alone.save(made, deterministic_id=True)
            yield made.getvalue()


def picture_page(content: bytes) -> bytes:
    """A picture as a PDF of one page, as large as fits on A4."""
    from PIL import Image

    with Image.open(BytesIO(content)) as picture:
        per_inch = max(min(picture.size) / _A4_INCHES[0], max(picture.size) / _A4_INCHES[1])
        made = BytesIO()
        flat = picture if picture.mode in {"L", "RGB"} else picture.convert("RGB")
        flat.save(made, "PDF", resolution=per_inch, creationDate=None, modDate=None)
    return made.getvalue()


def qr_code(text: str) -> str:
    """A QR code as SVG, for `image(bytes(...))`; it survives the loss of a quarter, as by a stamp or a bad copy.

    Raises ValueError for what is not ASCII, which some phones read as Chinese.
    """
    import segno

    if not text.isascii():
        raise ValueError(text)
    return segno.make(text, error="q", micro=False).svg_inline(scale=4, border=4)


def _typeset_all(make: Callable[[Given], Document], all_given: Sequence[Given]) -> list[bytes]:
    return [typeset(*make(each)) for each in all_given]


@lru_cache
def _fonts() -> "Fonts":
    from typst import Fonts

    return Fonts(include_system_fonts=False, font_paths=[str(FONTS)])

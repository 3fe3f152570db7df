"""Letters as PDF: pages a second beside a bare typst loop over the same template, and merged into one file."""

import asyncio
from collections.abc import Iterator
from datetime import date
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter, process_time

import msgspec
import typst

from rti.core.i18n import Language
from rti.files.typesetting import FONTS, merged, pdfs
from rti.letters.addressing import ADDRESSES
from rti.letters.paper import Paper, document_of
from rti.letters.texts import filled, shipped
from rti.models.bodies import BodyKind
from rti.models.letters import LetterKind

LETTERS, PAGES = 200, 2
_BARE = '#set text(font: "Noto Sans Khmer", size: 11pt, lang: "km")\n#let values = json(bytes(sys.inputs.values))\n'


def _paper(number: int) -> Paper:
    address = ADDRESSES[BodyKind.COMMUNE_ADMINISTRATION]
    names = {
        "title": "គម្រោងថវិកាឃុំ ឆ្នាំ២០២៦",
        "question": "១. គម្រោងថវិកាឃុំ និងការចំណាយជាក់ស្តែង\n២. បញ្ជីគម្រោងអភិវឌ្ឍន៍ និងតម្លៃនៃគម្រោងនីមួយៗ",
        "reference": f"BENCH-{number:04}",
        "body": f"រដ្ឋបាលឃុំទី {number}",
    }
    return Paper(
        kind=LetterKind.REQUEST,
        language=Language.KM,
        text=filled(shipped(LetterKind.REQUEST, Language.KM), names),
        reference=names["reference"],
        sender="សហគមន៍កសិករ",
        address=address,
        recipient=address.to(names["body"], Language.KM),
        day=date(2026, 11, 28),
    )


async def _all(papers: list[Paper]) -> list[bytes]:
    return [each async for part in pdfs(document_of, papers) for each in part]


def measure() -> Iterator[tuple[str, float, str]]:
    papers = [_paper(number) for number in range(LETTERS)]
    begun, before = perf_counter(), getrusage(RUSAGE_CHILDREN)
    made = asyncio.run(_all(papers))
    after = getrusage(RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    yield "letters as PDF, a process for each core", LETTERS * PAGES / (perf_counter() - begun), "pages/s"
    yield "the same, for each second of a core, starts included", LETTERS * PAGES / used, "pages/s"
    few, fonts = (
        [*map(document_of, papers[:20])],
        typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)]),
    )
    begun = process_time()
    for template, values in few:
        given = {"values": msgspec.json.encode(values).decode()}
        typst.compile((_BARE + template).encode(), font_paths=fonts, sys_inputs=given)
    yield "bare typst, the same letters, one process", len(few) * PAGES / (process_time() - begun), "pages/s"
    begun = process_time()
    whole = merged(made)
    yield "letters that are there merged into one PDF", LETTERS * PAGES / (process_time() - begun), "pages/s"
    yield "its size", len(whole) / 1e6, "MB"

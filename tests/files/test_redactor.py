"""What is hidden of a document is gone: no pixel, no letter and no object of it is left."""

import io

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageChops

from rti.files.answers import Mark, Rule
from rti.files.sandbox import Copy, examine, find, hide, page_of
from rti.files.typesetting import typeset
from tests.files.make import jpeg
from tests.files.test_copies import _everything_in

PDF = "application/pdf"


def _pdf(*pages: str) -> Copy:
    return Copy(typeset("#values.pages.map(text).join(pagebreak())", {"pages": list(pages)}), PDF)


def _drawn(content: bytes) -> list[Image.Image]:
    return [page.render(scale=1).to_pil().convert("L") for page in pypdfium2.PdfDocument(content)]


def _around(copy: Copy, rotate: int) -> Copy:
    """The same with its page turned, and cut where it is white."""
    with pikepdf.open(io.BytesIO(copy.content)) as pdf:
        page = pdf.pages[0]
        page.Rotate, page.CropBox = rotate, [30, 400, 560, 830]
        out = io.BytesIO()
        pdf.save(out)
    return Copy(out.getvalue(), PDF)


@pytest.mark.parametrize("rotate", [0, 90])
async def test_a_telephone_number_is_covered_to_the_last_pixel_however_its_page_lies(rotate: int) -> None:
    copy = _around(_pdf("+855 12-345 678"), rotate)
    hits = await find(copy, Rule(phones=True))
    assert hits
    assert (hits.pages, hits.readable, len(hits.marks)) == (1, (1,), 1)
    hidden = await hide(copy, hits.marks)
    assert hidden
    (before,), (after,) = _drawn(copy.content), _drawn(hidden.content)
    after = after.resize(before.size)
    black = after.point(lambda value: 255 if value < 40 else 0)
    ink = before.point(lambda value: 255 if value < 128 else 0)
    assert ink.getbbox(), "the page shows the number"
    assert not ImageChops.subtract(ink, black).getbbox(), "and what shows it is under the black"
    share = sum(black.histogram()[255:]) / (black.width * black.height)
    assert 0 < share < 0.02, "and hardly more is"


async def test_words_are_found_in_any_case_across_lines_and_a_whole_page_is_replaced() -> None:
    copy = _pdf("Dear Sok\nDara and SOK DARA", "012 345 678", "seen", "០១២ ៣៤៥ ៦៧៨")
    hits = await find(copy, Rule(words=("sok dara",), phones=True))
    assert hits
    assert {mark.page for mark in hits.marks} == {1, 2, 4}
    hidden = await hide(copy, [*hits.marks, Mark(3)])
    assert hidden
    held = _everything_in(hidden.content)
    with pikepdf.open(io.BytesIO(hidden.content)) as pdf:
        assert len(pdf.pages) == 4
        assert not any("/Font" in page.Resources for page in pdf.pages)
    assert b"Sok" not in held
    again = await find(hidden, Rule(words=("seen", "dear"), phones=True))
    assert again
    assert (again.readable, again.marks) == ((), ())
    third = _drawn(hidden.content)[2]
    assert third.getpixel((0, 0)) < 128, "a frame says that there was a page"
    assert hidden.preview != copy.preview


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("Letter of Sok-Pisey-Chanthavy", "Sok-Pisey-Chanthavy"),
        ('#set text(lang: "en", hyphenate: true)\nSee internationalization', "internationalization"),
        ("telephone 012 345 678", None),
        ("telephone 012-345-\\ 678", None),
    ],
    ids=["hyphen of a name", "hyphen of a line", "blank", "hyphen of a number"],
)
async def test_what_is_broken_at_a_line_s_end_is_found(written: str, word: str | None) -> None:
    copy = Copy(typeset(f"#block(width: 90pt)[{written}]", {}), PDF)
    hits = await find(copy, Rule(words=(word,) if word else (), phones=not word))
    assert hits
    lines = [mark.box for mark in hits.marks]
    assert len(lines) == 2, "one box on each line"


async def test_of_a_picture_the_box_is_painted_over_and_it_stays_a_picture() -> None:
    copy = (await examine(jpeg((400, 300)), "image/jpeg")).copy
    assert copy
    marks = [Mark(1, (25, 50, 75, 100))]
    hidden = await hide(copy, marks)
    shown = await page_of(copy, 1, marks)
    assert hidden
    assert shown
    assert hidden.media_type == "image/jpeg"
    for content in (hidden.content, shown):
        with Image.open(io.BytesIO(content)) as picture:
            assert picture.size == (400, 300)
            dark = picture.convert("L").crop((104, 154, 296, 296)).getextrema()
            light = picture.convert("L").crop((0, 0, 400, 140)).getextrema()
        assert dark[1] < 30
        assert light[1] > 100
    assert await page_of(copy, 2, []) is None

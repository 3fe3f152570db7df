"""What was filled in, stamped or written onto a PDF is seen in its copy; what was hidden in it is not."""

import io
from collections.abc import Callable
from typing import Any

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name

from rti.files.answers import Rule
from rti.files.sandbox import Copy, examine, find, hide
from rti.inbox.scans import split
from tests.files.make import field, form
from tests.files.test_copies import _everything_in

PDF = "application/pdf"
WIDE = {"Rect": [20, 100, 220, 160]}


async def _copied(content: bytes) -> tuple[Copy, bool]:
    found = await examine(content, PDF)
    assert found.copy
    return found.copy, found.damaged


def _text(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as pdf:
        return "\n".join(page.get_textpage().get_text_range() for page in pdf)


def _ink(content: bytes, low: int, high: int) -> int:
    """Dark points of the first page between two heights."""
    with pypdfium2.PdfDocument(content) as pdf:
        page = pdf[0].render().to_pil().convert("L")
    return sum(page.crop((0, 400 - high, 300, 400 - low)).histogram()[:128])


def _changed(change: Callable[[pikepdf.Pdf], object], content: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        change(pdf)
        pdf.save(out)
    return out.getvalue()


def _with(**more: Any) -> bytes:
    """The form with one more annotation that shows nothing by itself."""
    kind = "" if "Subtype" in more else str(more.pop("kind", "Tx"))
    with pikepdf.new() as empty:
        return form(field(empty, 100, "", kind, **{**WIDE, **more}))


async def test_a_copy_shows_what_was_filled_in_checked_and_stamped_and_its_preview_does_too() -> None:
    copy, damaged = await _copied(form())
    assert _text(copy.content).split() == ["Refused", "X", "Stamped", "Appealed"]
    assert all(_ink(copy.content, low, low + 20) for low in (360, 330, 240))
    assert not any(_ink(copy.content, low, low + 20) for low in (300, 270, 210))
    assert not damaged
    blank = await _copied(_changed(lambda pdf: pdf.pages[0].__delitem__("/Annots"), form()))
    assert copy.preview != blank[0].preview


async def test_nothing_that_was_hidden_acts_or_leads_elsewhere_is_left_of_a_form() -> None:
    original = form()
    words = (b"Secret", b"Unviewed", b"Opened", b"SCRIPT", b"elsewhere.example", b"AcroForm", b"/Annots")
    assert all(word in _everything_in(original) for word in words)
    copy, _ = await _copied(original)
    held = _everything_in(copy.content)
    assert [word for word in words if word in held] == []


async def test_what_was_filled_in_is_found_by_its_words_and_hidden() -> None:
    copy, _ = await _copied(form())
    hits = await find(copy, Rule(words=("refused", "secret")))
    assert hits
    assert len(hits.marks) == 1
    hidden = await hide(copy, hits.marks)
    assert hidden
    assert b"Refused" not in _everything_in(hidden.content)
    assert _ink(hidden.content, 240, 260), "the stamp is seen"
    box = hits.marks[0].box
    assert box
    with pypdfium2.PdfDocument(hidden.content) as pdf:
        page = pdf[0].render().to_pil().convert("L")
    middle = int((box[0] + box[2]) / 200 * page.width), int((box[1] + box[3]) / 200 * page.height)
    assert page.getpixel(middle) == 0


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ({"V": "Paid on 3 May"}, "Paid on 3 May"),
        ({"V": "ឃុំ"}, "ឃុំ"),
        ({"kind": "Ch", "V": "n", "Opt": Array([Array(["y", "Granted"]), Array(["n", "Denied"])])}, "Denied"),
        ({"Subtype": Name.FreeText, "Contents": "See page 2"}, "See page 2"),
        ({"V": "Refusing " * 60}, "Refusing " * 60),
    ],
    ids=["text", "Khmer", "choice", "free text", "long"],
)
async def test_what_has_no_picture_of_its_own_is_typeset(more: dict[str, Any], shown: str) -> None:
    copy, damaged = await _copied(_with(**more))
    assert " ".join(shown.split()) in " ".join(_text(copy.content).split())
    assert _ink(copy.content, 100, 160)
    assert not damaged


async def test_values_that_readers_draw_anew_replace_older_pictures_of_them() -> None:
    def renew(pdf: pikepdf.Pdf) -> None:
        pdf.Root.AcroForm.NeedAppearances = True
        pdf.pages[0].Annots[0].V = "Granted"

    whole = _changed(renew, form())
    for content in (whole, (await split("stack.pdf", whole))[0].content):
        copy, damaged = await _copied(content)
        assert {"Granted", "X", "Stamped"} <= set(_text(copy.content).split())
        assert "Refused" not in _text(copy.content)
        assert not damaged


@pytest.mark.parametrize(
    "more",
    [
        {"Subtype": Name.Ink, "InkList": Array([Array([20, 100, 220, 160])])},
        {"kind": "Btn", "V": Name.Yes, "AS": Name.Yes},
        {"V": "Granted " * 500},
    ],
    ids=["drawn by hand", "checked", "far too long"],
)
async def test_a_copy_that_cannot_show_all_says_so(more: dict[str, Any]) -> None:
    copy, damaged = await _copied(_with(**more))
    assert damaged
    assert "Refused" in _text(copy.content)


@pytest.mark.parametrize(
    "more",
    [
        {"V": "Password", "Ff": 1 << 13},
        {"kind": "Sig"},
        {"kind": "Btn"},
        {"V": ""},
        {"V": "x", "Rect": [0, 0, 0, 0]},
    ],
    ids=["password", "signature nobody sees", "not checked", "empty", "without size"],
)
async def test_what_readers_do_not_show_is_not_missed(more: dict[str, Any]) -> None:
    copy, damaged = await _copied(_with(**more))
    assert not damaged
    assert "Password" not in _text(copy.content)
    assert not _ink(copy.content, 100, 160)


async def test_a_form_that_breaks_the_rules_still_has_a_copy_which_says_what_it_lacks() -> None:
    def broken(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].Annots[0].Rect = Array(["a"])
        pdf.pages[0].Annots[0].AP = Dictionary()

    copy, damaged = await _copied(_changed(broken, form()))
    assert damaged
    assert _text(copy.content).split() == ["X", "Stamped", "Appealed"]


async def test_a_form_that_only_some_readers_build_is_said_to_be_incomplete() -> None:
    def dynamic(pdf: pikepdf.Pdf) -> None:
        pdf.Root.NeedsRendering = True

    assert (await _copied(_changed(dynamic, form())))[1]


async def test_what_stands_on_a_layer_that_is_off_is_not_seen() -> None:
    def layered(pdf: pikepdf.Pdf) -> None:
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="layer"))
        pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
        pdf.pages[0].Annots[0].OC = layer

    copy, _ = await _copied(_changed(layered, form()))
    assert not _ink(copy.content, 360, 380)
    assert _ink(copy.content, 240, 260)


async def test_each_page_of_a_stack_keeps_what_was_filled_in_on_it() -> None:
    first, second = await split("stack.pdf", form())
    assert _text((await _copied(first.content))[0].content).split() == ["Refused", "X", "Stamped"]
    assert _text((await _copied(second.content))[0].content).split() == ["Appealed"]
    with pypdfium2.PdfDocument(second.content) as pdf:
        pdf.init_forms()
        assert sum(pdf[0].render().to_pil().convert("L").histogram()[:128]), "also before it is copied"

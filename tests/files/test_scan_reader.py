"""Scans are read by Debian's Tesseract where it is installed, in a process of its own with limits."""

import io
import os

import pypdfium2
import pytest

from rti.core.folding import same
from rti.files.sandbox import Copy, languages, read_scan
from rti.files.typesetting import typeset

LETTER = "សាលាឃុំបានទទួលលិខិតរបស់លោក\nThe commune has received your letter"


def letter(text: str = LETTER) -> bytes:
    """A page as a PDF, whose letters somebody typed."""
    template = '#set text(font: "Noto Sans Khmer", size: 14pt)\n#values.text.split("\\n").join(linebreak())'
    return typeset(template, {"text": text})


def scanned(text: str = LETTER) -> bytes:
    """The same as a picture."""
    out = io.BytesIO()
    pypdfium2.PdfDocument(letter(text))[0].render(scale=3).to_pil().save(out, "PNG")
    return out.getvalue()


def needs_tesseract() -> None:
    """Skip the test where Tesseract is missing; where continuous integration runs, that is a failure."""
    if languages() != "khm+eng":
        assert "TESSERACT_REQUIRED" not in os.environ, "tesseract-ocr and tesseract-ocr-khm are missing"
        pytest.skip("Debian's tesseract-ocr and tesseract-ocr-khm are not installed")


async def test_a_scan_is_read_in_khmer_and_english() -> None:
    needs_tesseract()
    text = await read_scan(Copy(scanned(), "image/png"))
    assert text
    assert same("សាលាឃុំបានទទួលលិខិត") in same(text)
    assert "The commune has received your letter" in text


async def test_what_is_no_picture_is_not_read() -> None:
    needs_tesseract()
    assert await read_scan(Copy(b"%PDF-1.7 nothing", "application/pdf")) is None

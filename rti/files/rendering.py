"""Pages as pictures, for the processes that read strangers' files."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from PIL import Image, ImageSequence

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

MOST_PIXELS = 8_000_000
"""For one page, whatever size it claims to have."""
PREVIEW, PREVIEW_QUALITY = 320, 70
"""Pixels of the longer side of the small picture of a document."""


def page_of_pdf(page: "PdfPage", per_inch: float, *, grey: bool = False) -> Image.Image:
    width, height = page.get_size()
    most = (MOST_PIXELS / max(width * height, 1.0)) ** 0.5
    picture: Image.Image = page.render(scale=min(per_inch / 72, most), grayscale=grey).to_pil()
    return picture


def pages_of(content: bytes, media_type: str, per_inch: float) -> Iterator[Image.Image]:
    """Every page of a PDF, or every frame of a picture."""
    if media_type == "application/pdf":
        from pypdfium2 import PdfDocument

        for page in PdfDocument(content):
            yield page_of_pdf(page, per_inch)
        return
    with Image.open(io.BytesIO(content)) as image:
        for frame in ImageSequence.Iterator(image):
            yield frame.convert("RGB")


def preview_of(content: bytes, media_type: str) -> bytes:
    """The first page as a small JPEG; raises what the libraries raise."""
    if media_type == "application/pdf":
        from pypdfium2 import PdfDocument

        with PdfDocument(content) as pdf:
            first = pdf[0]
            return encoded(page_of_pdf(first, 72 * PREVIEW / max(*first.get_size(), 1.0)), PREVIEW_QUALITY)
    with Image.open(io.BytesIO(content)) as image:
        image.draft("RGB", (PREVIEW, PREVIEW))
        image.thumbnail((PREVIEW, PREVIEW))
        return encoded(_on_white(image), PREVIEW_QUALITY)


def _on_white(image: Image.Image) -> Image.Image:
    if "A" not in image.getbands():
        return image
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def encoded(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    (picture if picture.mode in {"L", "RGB"} else picture.convert("RGB")).save(out, "JPEG", quality=quality)
    return out.getvalue()

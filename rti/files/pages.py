"""The pages of a stack of scans with the QR code that each shows, in a process of its own: `python -m rti.files.pages TYPE < in > out`.

Each page comes out as a file of its own kind, unchanged but for being alone.
"""

import io
import sys
from collections.abc import Iterator

import msgspec
import pikepdf
import pillow_heif
import pypdfium2
import zxingcpp
from PIL import Image, ImageOps

from rti.files import own_process
from rti.files.answers import MOST_PAGES, TOO_MANY_PAGES, Page
from rti.files.rendering import page_of_pdf

CPU_SECONDS = 45
_PER_INCH = (110, 220)
"""Pixels per inch: a code of two centimetres is read at the first, a smaller or crooked one at the second."""
_CODES = zxingcpp.barcode_formats_from_str("QRCode")


def code_in(picture: Image.Image) -> str:
    """The text of the QR code of a picture, whichever way it lies; of several the first."""
    found = zxingcpp.read_barcodes(picture.convert("L"), formats=_CODES)
    return next((each.text.strip() for each in found if each.text.strip()), "")


def pages_of_pdf(content: bytes) -> Iterator[Page]:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        if len(pdf.pages) > MOST_PAGES:
            sys.exit(TOO_MANY_PAGES)
        shown = pypdfium2.PdfDocument(content)
        for number in range(len(pdf.pages)):
            out = io.BytesIO()
            with pikepdf.new() as alone:
                # A page that is merely appended loses the form, without which readers leave its fields empty.
                alone.add_pages_from(pdf, [number], outlines="ignore")
                alone.save(out, deterministic_id=True)
            yield Page(_code_of(shown[number]), out.getvalue())


def _code_of(page: pypdfium2.PdfPage) -> str:
    for per_inch in _PER_INCH:
        if code := code_in(page_of_pdf(page, per_inch, grey=True)):
            return code
    return ""


def page_of_picture(content: bytes) -> Page:
    with Image.open(io.BytesIO(content)) as image:
        image.draft("L", (2000, 2000))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((3000, 3000))
        return Page(code_in(upright), content)


def main(media_type: str) -> None:
    own_process.limit(CPU_SECONDS)
    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = 40_000_000
    content = sys.stdin.buffer.read()
    pages = list(pages_of_pdf(content)) if media_type == "application/pdf" else [page_of_picture(content)]
    sys.stdout.buffer.write(msgspec.msgpack.encode(pages))


if __name__ == "__main__":
    main(sys.argv[1])

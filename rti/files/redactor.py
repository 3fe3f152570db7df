"""Hiding parts of a document, in a process of its own: `python -m rti.files.redactor find|page|hide < in > out`.

What is hidden is gone: every page becomes a picture that is painted over, so nothing lies below, not even on other pages.
"""

import ctypes
import io
import re
import sys
from collections.abc import Iterator, Sequence

import msgspec
import pikepdf
import pypdfium2
from PIL import Image, ImageDraw
from pypdfium2 import raw

from rti.files import own_process
from rti.files.answers import MOST_PAGES, MOST_PIXELS, TOO_MANY_PAGES, Hits, Mark, Rule, Task
from rti.files.rendering import encoded, page_of_pdf, pages_of, preview_of
from rti.files.typesetting import typeset

CPU_SECONDS = 45
_PER_INCH, _QUALITY = 200, 75
_SCREEN = 1_200
"""Pixels of the width of a page that is looked at."""
_AROUND = 0.3
"""Percent of a page that are hidden around the letters of a word."""
_FINE = 1_000_000
"""Steps of a page's width and height in which the library gives places."""
_BETWEEN = "[\\s\u200b\u200c\u00ad-]*"
"""What may stand between the letters of a word: a line that is broken, and what nobody sees."""
_DIGIT = "[0-9\u17e0-\u17e9]"
_PHONE = re.compile(
    f"(?<!{_DIGIT})(?:(?:\\+|[0\u17e0]{{2}})?[8\u17e8][5\u17e5]{{2}}|[0\u17e0])(?:[\\s\u200b./()-]{{0,3}}{_DIGIT}){{8,9}}(?!{_DIGIT})"
)
"""Numbers of Cambodia (ITU E.164, +855): 8 or 9 digits behind the code of the country or a 0; between two a blank or hyphen
and the two characters of a line's end."""
_HYPHEN = {0x2: "-", 0xFFFE: "-"}
"""What the library gives for a hyphen at the end of a line."""
_REMOVED = """#set page(width: 120mm, height: 40mm, margin: 4mm)
#align(center + horizon)[ទំព័រទី #values.page ត្រូវបានដកចេញ \\ Page #values.page was removed]"""


def found(content: bytes, media_type: str, rule: Rule) -> Hits:
    """The matches of a rule in the text of a PDF; pictures have no text."""
    if media_type != "application/pdf":
        with Image.open(io.BytesIO(content)) as image:
            return Hits(pages=getattr(image, "n_frames", 1), readable=(), marks=())
    marks: list[Mark] = []
    readable = []
    with pypdfium2.PdfDocument(content) as pdf:
        pages = len(pdf)
        if pages > MOST_PAGES:
            sys.exit(TOO_MANY_PAGES)
        patterns = [*map(_pattern, rule.words), *([_PHONE] if rule.phones else [])]
        for number, page in enumerate(pdf, 1):
            letters = page.get_textpage()
            letter = (raw.FPDFText_GetUnicode(letters, at) for at in range(letters.count_chars()))
            text = "".join(map(chr, letter)).translate(_HYPHEN)
            if text.strip():
                readable.append(number)
            for pattern in patterns:
                for each in pattern.finditer(text):
                    places = [letters.get_charbox(at, loose=True) for at in range(*each.span())]
                    marks += (Mark(number, box) for box in _boxes(page, places))
    return Hits(pages=pages, readable=tuple(readable), marks=tuple(marks))


def _pattern(word: str) -> re.Pattern[str]:
    letters = [re.escape(letter) for letter in word if not re.fullmatch(_BETWEEN, letter)]
    return re.compile(_BETWEEN.join(letters) or "(?!)", re.IGNORECASE)


def _boxes(
    page: pypdfium2.PdfPage, places: Sequence[tuple[float, float, float, float]]
) -> Iterator[tuple[float, float, float, float]]:
    """A box around the letters of each line, as the page is shown."""
    line: list[float] = []
    for place in places:
        left, top, right, bottom = _shown(page, place)
        if line and (top > line[3] or bottom < line[1]):
            yield _grown(line)
            line = []
        line = (
            [min(line[0], left), min(line[1], top), max(line[2], right), max(line[3], bottom)]
            if line
            else [left, top, right, bottom]
        )
    if line:
        yield _grown(line)


def _grown(box: Sequence[float]) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    least, most = max(left - _AROUND, 0.0), max(top - _AROUND, 0.0)
    return (
        round(least, 2),
        round(most, 2),
        round(min(right + _AROUND, 100.0), 2),
        round(min(bottom + _AROUND, 100.0), 2),
    )


def _shown(
    page: pypdfium2.PdfPage, place: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    """A place of the page's own coordinates in percent of what is shown, which may be turned and cut."""
    x, y = ctypes.c_int(), ctypes.c_int()
    corners = []
    for across, up in ((place[0], place[1]), (place[2], place[3])):
        raw.FPDF_PageToDevice(page, 0, 0, _FINE, _FINE, 0, across, up, ctypes.byref(x), ctypes.byref(y))
        corners.append((x.value * 100 / _FINE, y.value * 100 / _FINE))
    (x1, y1), (x2, y2) = corners
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def painted(picture: Image.Image, marks: Sequence[Mark], number: int) -> Image.Image:
    """The picture of a page with what is hidden in black, or a page that says that this one was removed."""
    here = [mark.box for mark in marks if mark.page == number]
    if None in here:
        return _removed(number, picture.size)
    pen = ImageDraw.Draw(picture)
    width, height = picture.width / 100, picture.height / 100
    for box in here:
        if box:
            left, top, right, bottom = box
            corners = (
                (int(left * width), int(top * height)),
                (int(right * width) + 1, int(bottom * height) + 1),
            )
            pen.rectangle(corners, fill="black")
    return picture


def _removed(number: int, size: tuple[int, int]) -> Image.Image:
    with pypdfium2.PdfDocument(typeset(_REMOVED, {"page": str(number)})) as pdf:
        words = page_of_pdf(pdf[0], 100)
    words.thumbnail((max(size[0] * 4 // 5, 1), max(size[1] * 4 // 5, 1)))
    page = Image.new("RGB", size, "white")
    ImageDraw.Draw(page).rectangle(
        (0, 0, size[0] - 1, size[1] - 1), outline="black", width=max(size[0] // 200, 1)
    )
    page.paste(words, ((size[0] - words.width) // 2, (size[1] - words.height) // 2))
    return page


def page_shown(task: Task) -> bytes:
    """A preview of one page, as a JPEG for the screen."""
    if task.media_type == "application/pdf":
        with pypdfium2.PdfDocument(task.content) as pdf:
            page = pdf[task.page - 1]
            picture = page_of_pdf(page, 72 * _SCREEN / max(page.get_size()[0], 1.0))
    else:
        pictures = enumerate(pages_of(task.content, task.media_type, _PER_INCH), 1)
        picture = next(each for number, each in pictures if number == task.page)
        picture.thumbnail((_SCREEN, _SCREEN * 3))
    return encoded(painted(picture, task.marks, task.page), _QUALITY)


def hidden(task: Task) -> tuple[str, bytes]:
    """The type and bytes of the redacted copy: a picture of one page stays one, all else becomes a PDF of pictures."""
    pictures = (
        painted(each, task.marks, number)
        for number, each in enumerate(pages_of(task.content, task.media_type, _PER_INCH), 1)
    )
    if task.media_type in {"image/jpeg", "image/png"}:
        out = io.BytesIO()
        kind = task.media_type.removeprefix("image/").upper()
        next(pictures).save(out, kind, quality=85)
        return task.media_type, out.getvalue()
    return "application/pdf", _bound(pictures)


def _bound(pictures: Iterator[Image.Image]) -> bytes:
    """A PDF of which each page is a picture and nothing else."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for picture in pictures:
            size = picture.width * 72 / _PER_INCH, picture.height * 72 / _PER_INCH
            page = pdf.add_blank_page(page_size=size)
            photo = pikepdf.Stream(pdf, encoded(picture, _QUALITY))
            photo.stream_dict.update(
                {
                    "/Type": pikepdf.Name.XObject,
                    "/Subtype": pikepdf.Name.Image,
                    "/Width": picture.width,
                    "/Height": picture.height,
                    "/ColorSpace": pikepdf.Name.DeviceGray if picture.mode == "L" else pikepdf.Name.DeviceRGB,
                    "/BitsPerComponent": 8,
                    "/Filter": pikepdf.Name.DCTDecode,
                }
            )
            page.add_resource(photo, pikepdf.Name.XObject, pikepdf.Name.Im0)
            page.Contents = pikepdf.Stream(
                pdf, f"q {size[0]:.3f} 0 0 {size[1]:.3f} 0 0 cm /Im0 Do Q".encode()
            )
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def main(what: str) -> None:
    own_process.limit(CPU_SECONDS)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    task = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Task)
    match what:
        case "find":
            answer = msgspec.msgpack.encode(found(task.content, task.media_type, task.rule))
        case "page":
            answer = page_shown(task)
        case _:
            media_type, content = hidden(task)
            answer = f"{media_type} {len(content)}\n".encode() + content + preview_of(content, media_type)
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main(sys.argv[1])

"""The text of a picture or PDF as Debian's Tesseract reads it: `python -m rti.files.scan_reader TYPE LANGUAGES < in > out`.

Each page is taken as one block of lines, because Tesseract's own look at it drops whole lines of clean Khmer. The limits
hold for each process of Tesseract as well.
"""

import subprocess
import sys
from itertools import islice

from PIL import Image

from rti.files import own_process
from rti.files.answers import MOST_PIXELS
from rti.files.rendering import encoded, pages_of

MOST_READ = 20
"""Pages of a document."""
CPU_SECONDS = 60
_PER_INCH, _LONGEST, _QUALITY = 200, 4_000, 95
"""What a page becomes before it is read: dots per inch of a PDF, pixels of the longer side, quality of the JPEG."""


def text_of(page: Image.Image, languages: str) -> str:
    """Raises CalledProcessError where Tesseract ends badly."""
    grey = page.convert("L")
    grey.thumbnail((_LONGEST, _LONGEST))
    done = subprocess.run(  # noqa: S603 -- no shell, and no word of a stranger
        ["tesseract", "stdin", "stdout", "--psm", "6", "-l", languages],  # noqa: S607 -- wherever Debian has it
        input=encoded(grey, _QUALITY),
        capture_output=True,
        check=True,
    )
    return done.stdout.decode(errors="replace").replace("\f", "").strip()


def main(media_type: str, languages: str) -> None:
    own_process.limit(CPU_SECONDS)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    pages = islice(pages_of(sys.stdin.buffer.read(), media_type, _PER_INCH), MOST_READ)
    texts = [text_of(page, languages) for page in pages]
    sys.stdout.buffer.write("\n\n".join(filter(None, texts)).encode())


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Making the copy that others see, in a process of its own: `python -m rti.files.sanitizer TYPE [flatten] < in > out`.

A picture is built anew from its raw pixels, so nothing beside them comes along. Out of a PDF goes everything that acts,
can be filled in, is attached or describes, after what its fields and annotations show was drawn into the pages if that
is asked for; its photos are built anew. The parsers read hostile bytes, so this process limits itself before it reads
any, and is run without the environment of the server. The first line of its answer says whether a location was found
and whether the copy lacks something that the file shows, because it is damaged or cannot be drawn, each `1` or `0`, the
length of the copy, and its type. The copy follows, and behind it a small picture of its first page, where one can be
made: that comes last, because it may bring the process down. Of a photo that breaks off the copy shows what is left;
where there is nothing to show, the line ends without a type.
"""

import sys
from contextlib import suppress

from PIL import Image

from rti.files import own_process
from rti.files.answers import MOST_PIXELS, TOO_MANY_PIXELS, TooManyPixels
from rti.files.pictures import examined_picture
from rti.files.rendering import preview_of

PDF, HEIC = "application/pdf", "image/heic"
"""What needs libraries of its own, whose import takes longer than making the copy of a photo that does not."""


def examined(content: bytes, media_type: str, *, flattened: bool) -> tuple[bytes, str, bool, bool]:
    """The copy, its type, whether a location was found, and whether the copy lacks something."""
    if media_type == PDF:
        from rti.files.pdfs import cleaned_pdf

        return cleaned_pdf(content, flattened=flattened)
    if media_type == HEIC:
        import pillow_heif

        pillow_heif.register_heif_opener()
    return examined_picture(content)


def main(media_type: str, *what: str) -> None:
    own_process.limit()
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    content = sys.stdin.buffer.read()
    try:
        copy, made, located, damaged = examined(content, media_type, flattened="flatten" in what)
    except (TooManyPixels, Image.DecompressionBombError):
        sys.exit(TOO_MANY_PIXELS)
    sys.stdout.buffer.write(f"{int(located)} {int(damaged)} {len(copy)} {made}\n".encode() + copy)
    sys.stdout.buffer.flush()
    if made:
        with suppress(Exception):
            sys.stdout.buffer.write(preview_of(copy, made))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Pictures anew from their raw pixels, so that nothing beside these comes along: for the process of `sanitizer`."""

import io
import re
import struct
from collections.abc import Iterator
from contextlib import suppress

from PIL import Image, ImageFile, ImageOps, ImageSequence

from rti.files.answers import MOST_PIXELS, TooManyPixels

_QUICKLY_PACKED = 4_000_000
"""Pixels up to which there is time to pack a picture without loss as small as it gets."""
PHOTO_QUALITIES = (88, 70, 50)
"""The first at which a copy is no larger than its original, else the last."""
_GPS = 0x8825
"""The EXIF tag of the directory with the location."""
_PLACE_WORDS = (b"GPSLatitude", b"GPSLongitude", b"GPSPosition", b"LocationShown", b"LocationCreated")
"""As XMP writes them (Exif 2.3 for XMP, IPTC Extension)."""
_EXIF = b"Exif\x00\x00"
_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, struct.error)
"""What the library raises for a picture that is not whole."""


def cleaned_picture(content: bytes) -> tuple[bytes, str, bool]:
    """The pixels of every frame as a new file, its type, and whether the old one held a location."""
    with Image.open(io.BytesIO(content)) as image:
        located = is_located(image, content)
        lossless = image.format in {"PNG", "TIFF"}
        frames = list(_frames(image)) if image.format == "TIFF" else [_pixels(image)]
    out = io.BytesIO()
    if image.format == "TIFF":
        frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:], compression="tiff_deflate")
        return out.getvalue(), "image/tiff", located
    if lossless:
        frames[0].save(out, "PNG", optimize=frames[0].width * frames[0].height <= _QUICKLY_PACKED)
        return out.getvalue(), "image/png", located
    photo = frames[0] if frames[0].mode in {"RGB", "L"} else frames[0].convert("RGB")
    return encoded(photo, "JPEG", len(content)), "image/jpeg", located


def encoded(pixels: Image.Image, kind: str, at_most: int) -> bytes:
    """A photo in no more bytes than its original, if that is possible without visible loss."""
    for quality in PHOTO_QUALITIES:
        out = io.BytesIO()
        pixels.save(out, kind, quality=quality)
        if out.tell() <= at_most:
            break
    return out.getvalue()


def _frames(image: Image.Image) -> Iterator[Image.Image]:
    pixels = 0
    for frame in ImageSequence.Iterator(image):
        pixels += frame.width * frame.height
        if pixels > MOST_PIXELS:
            raise TooManyPixels
        yield _pixels(frame)


def _pixels(image: Image.Image) -> Image.Image:
    """The picture the right way up, of nothing but its pixels."""
    if image.width * image.height > MOST_PIXELS:
        raise TooManyPixels
    ImageOps.exif_transpose(image, in_place=True)
    mode = "RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB"
    return repainted(image if image.mode in {"1", "L", mode} else image.convert(mode))


def repainted(image: Image.Image) -> Image.Image:
    """A new picture of the same pixels; painted, because bytes between them would take memory once more."""
    fresh = Image.new(image.mode, image.size)
    fresh.paste(image)
    return fresh


def is_located(image: Image.Image, content: bytes) -> bool:
    return bool(image.getexif().get_ifd(_GPS)) or names_a_place(content)


def names_a_place(content: bytes) -> bool:
    return any(word in content for word in _PLACE_WORDS)


def _located_somewhere(content: bytes) -> bool:
    """Whether a picture that cannot be opened holds a location, by its descriptions as they lie in the bytes."""
    for begun in re.finditer(_EXIF, content):
        exif = Image.Exif()
        with suppress(*_UNREADABLE):
            exif.load(content[begun.start() :])
            if exif.get_ifd(_GPS):
                return True
    return names_a_place(content)


def examined_picture(content: bytes) -> tuple[bytes, str, bool, bool]:
    """`cleaned_picture`, and whether the picture is damaged; then as much of it as can be shown, if anything."""
    for damaged in (False, True):
        ImageFile.LOAD_TRUNCATED_IMAGES = damaged
        with suppress(*_UNREADABLE):
            return *cleaned_picture(content), damaged
    return b"", "", _located_somewhere(content), True

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

import io
import re
import struct
import sys
import zlib
from collections.abc import Iterator
from contextlib import suppress

import pikepdf
import pillow_heif
from PIL import Image, ImageFile, ImageOps, ImageSequence

from rti.files import own_process
from rti.files.answers import MOST_PIXELS, TOO_MANY_PIXELS, TooManyPixels
from rti.files.flattening import flatten
from rti.files.rendering import preview_of

_QUICKLY_PACKED = 4_000_000
"""Pixels up to which there is time to pack a picture without loss as small as it gets."""
PHOTO_QUALITIES = (88, 70, 50)
"""The first at which a copy is no larger than its original, else the last."""
_GPS = 0x8825
"""The EXIF tag of the directory with the location."""
_PLACE_WORDS = (b"GPSLatitude", b"GPSLongitude", b"GPSPosition", b"LocationShown", b"LocationCreated")
"""As XMP writes them (Exif 2.3 for XMP, IPTC Extension)."""
_CATALOGUE = (
    *("/OpenAction", "/AA", "/AcroForm", "/Names", "/Metadata", "/PieceInfo", "/AF", "/Collection"),
    *("/Perms", "/DSS", "/SpiderInfo", "/URI", "/Threads", "/Outlines"),
)
_ANYWHERE = (
    "/Metadata",
    "/PieceInfo",
    "/LastModified",
    "/AA",
    "/AF",
    "/Annots",
    "/Thumb",
    "/GPSInfo",
    "/Measure",
)


_EXIF = b"Exif\x00\x00"
_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, struct.error)
"""What the library raises for a picture that is not whole."""


def cleaned_picture(content: bytes) -> tuple[bytes, str, bool]:
    """The pixels of every frame as a new file, its type, and whether the old one held a location."""
    with Image.open(io.BytesIO(content)) as image:
        located = _located(image, content)
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
    return _encoded(photo, "JPEG", len(content)), "image/jpeg", located


def _encoded(pixels: Image.Image, kind: str, at_most: int) -> bytes:
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
    return _repainted(image if image.mode in {"1", "L", mode} else image.convert(mode))


def _repainted(image: Image.Image) -> Image.Image:
    """A new picture of the same pixels; painted, because bytes between them would take memory once more."""
    fresh = Image.new(image.mode, image.size)
    fresh.paste(image)
    return fresh


def _located(image: Image.Image, content: bytes) -> bool:
    return bool(image.getexif().get_ifd(_GPS)) or _names_a_place(content)


def _names_a_place(content: bytes) -> bool:
    return any(word in content for word in _PLACE_WORDS)


def _located_somewhere(content: bytes) -> bool:
    """Whether a picture that cannot be opened holds a location, by its descriptions as they lie in the bytes."""
    for begun in re.finditer(_EXIF, content):
        exif = Image.Exif()
        with suppress(*_UNREADABLE):
            exif.load(content[begun.start() :])
            if exif.get_ifd(_GPS):
                return True
    return _names_a_place(content)


def cleaned_pdf(content: bytes, *, flattened: bool) -> tuple[bytes, str, bool, bool]:
    """The pages with their photos made anew, and nothing that acts, is attached or describes.

    Also its type, whether the old one held a location, and whether it showed something that could not be drawn.
    """
    located, whole = _names_a_place(content), not flattened
    with pikepdf.open(io.BytesIO(content)) as pdf:
        if flattened:
            with suppress(Exception):
                whole = flatten(pdf)
        _without(pdf.Root, _CATALOGUE)
        _without(pdf.trailer, ("/Info",))
        for thing in pdf.objects:
            if not isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
                continue
            if "/Rect" in thing and "/Subtype" in thing:
                # An annotation, which the tree of a tagged document still reaches.
                _without(thing, tuple(thing.keys()))
            located = located or "/Measure" in thing
            located = _without_descriptions(thing) or located
            if isinstance(thing, pikepdf.Stream):
                located = _photo_made_anew(thing) or located
        out = io.BytesIO()
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return out.getvalue(), "application/pdf", located, not whole


def _without_descriptions(thing: pikepdf.Object) -> bool:
    """Take out what describes; returns whether a description held a location."""
    described = thing.get("/Metadata")
    located = False
    if isinstance(described, pikepdf.Stream):
        with suppress(pikepdf.PdfError):
            located = _names_a_place(described.read_bytes())
    _without(thing, _ANYWHERE)
    return located


def _without(thing: pikepdf.Object, names: tuple[str, ...]) -> None:
    for name in names:
        if name in thing:
            del thing[name]


def _photo_made_anew(stream: pikepdf.Stream) -> bool:
    """Encode a JPEG or JPEG 2000 picture again from its pixels; returns whether it held a location."""
    filters = _filters(stream)
    if filters[-1] not in {"/DCTDecode", "/JPXDecode"}:
        return False
    raw = _picture_of(stream, filters)
    with Image.open(io.BytesIO(raw)) as image:
        if image.width * image.height > MOST_PIXELS:
            raise TooManyPixels
        located = _located(image, raw)
        pixels = _repainted(image)
    if filters[-1] == "/DCTDecode":
        copy = _encoded(pixels, "JPEG", len(raw))
    else:
        out = io.BytesIO()
        pixels.save(out, "JPEG2000")
        copy = out.getvalue()
    stream.write(copy, filter=pikepdf.Name(filters[-1]))
    return located


def _filters(stream: pikepdf.Stream) -> list[str]:
    found = stream.get("/Filter")
    if found is None:
        return [""]
    return [str(each) for each in found] if isinstance(found, pikepdf.Array) else [str(found)]


def _picture_of(stream: pikepdf.Stream, filters: list[str]) -> bytes:
    """The bytes of the picture, without what is packed around them."""
    raw = stream.read_raw_bytes()
    for name in filters[:-1]:
        if name != "/FlateDecode":
            raise pikepdf.PdfError(f"unusual packing {name}")
        unpacking = zlib.decompressobj()
        raw = unpacking.decompress(raw, own_process.MEMORY // 8)
    return raw


def examined_picture(content: bytes) -> tuple[bytes, str, bool, bool]:
    """`cleaned_picture`, and whether the picture is damaged; then as much of it as can be shown, if anything."""
    for damaged in (False, True):
        ImageFile.LOAD_TRUNCATED_IMAGES = damaged
        with suppress(*_UNREADABLE):
            return *cleaned_picture(content), damaged
    return b"", "", _located_somewhere(content), True


def main(media_type: str, *what: str) -> None:
    own_process.limit()
    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    content = sys.stdin.buffer.read()
    try:
        if media_type == "application/pdf":
            copy, made, located, damaged = cleaned_pdf(content, flattened="flatten" in what)
        else:
            copy, made, located, damaged = examined_picture(content)
    except (TooManyPixels, Image.DecompressionBombError):
        sys.exit(TOO_MANY_PIXELS)
    sys.stdout.buffer.write(f"{int(located)} {int(damaged)} {len(copy)} {made}\n".encode() + copy)
    sys.stdout.buffer.flush()
    if made:
        with suppress(Exception):
            sys.stdout.buffer.write(preview_of(copy, made))


if __name__ == "__main__":
    main(*sys.argv[1:])

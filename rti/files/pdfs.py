"""PDF without all that acts, can be filled in, is attached or describes: for the process of `sanitizer`."""

import io
import zlib
from contextlib import suppress

import pikepdf
from PIL import Image

from rti.files import own_process
from rti.files.answers import MOST_PIXELS, TooManyPixels
from rti.files.flattening import flatten
from rti.files.pictures import encoded, is_located, names_a_place, repainted

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


def cleaned_pdf(content: bytes, *, flattened: bool) -> tuple[bytes, str, bool, bool]:
    """The pages with their photos made anew, and nothing that acts, is attached or describes.

    Also its type, whether the old one held a location, and whether it showed something that could not be drawn.
    """
    located, whole = names_a_place(content), not flattened
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
            located = names_a_place(described.read_bytes())
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
        located = is_located(image, raw)
        pixels = repainted(image)
    if filters[-1] == "/DCTDecode":
        copy = encoded(pixels, "JPEG", len(raw))
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

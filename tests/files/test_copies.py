"""The copy that others see holds the picture and nothing beside it."""

import io
import zlib

import pikepdf
import pytest
from PIL import Image, ImageSequence

from rti.files.answers import TooManyPixels
from rti.files.media_types import kind_of
from rti.files.sandbox import COPIED, examine
from tests.files.make import MARKERS, SAMPLES, SIZE, heic, jpeg, pdf, png, webp

PICTURES = ("jpg", "png", "webp", "tiff", "heic")
LARGE, LARGE_SIZE = {"jpg": jpeg, "png": png, "webp": webp, "heic": heic}, (1200, 900)


def _everything_in(content: bytes) -> bytes:
    """The bytes, and of a PDF also every stream unpacked and every object in words."""
    if not content.startswith(b"%PDF-"):
        return content
    parts = [content]
    with pikepdf.open(io.BytesIO(content)) as document:
        for thing in document.objects:
            parts.append(repr(thing).encode())
            if isinstance(thing, pikepdf.Stream):
                parts += [thing.read_raw_bytes(), *_unpacked(thing)]
    return b"".join(parts)


def _unpacked(stream: pikepdf.Stream) -> list[bytes]:
    try:
        return [stream.read_bytes()]
    except pikepdf.PdfError:
        return []


def _found(content: bytes) -> set[str]:
    held = _everything_in(content)
    return {marker for marker in MARKERS if marker.encode() in held or marker.encode("utf-16-be") in held}


@pytest.mark.parametrize("ending", [*PICTURES, "pdf"])
async def test_no_marker_is_left_in_a_copy(ending: str) -> None:
    original = SAMPLES[ending]()
    assert len(_found(original)) == len(MARKERS), "the sample itself lost a marker"
    found = await examine(original, kind_of(f"a.{ending}", original, "document").media_type)
    copy = found.copy
    assert copy
    assert _found(copy.content) == set()
    assert found.had_location
    assert b"GPS" not in _everything_in(copy.content)


@pytest.mark.parametrize("ending", PICTURES)
async def test_a_copy_shows_the_same_picture(ending: str) -> None:
    original = SAMPLES[ending]()
    copy = (await examine(original, kind_of(f"a.{ending}", original, "document").media_type)).copy
    assert copy
    with Image.open(io.BytesIO(original)) as before, Image.open(io.BytesIO(copy.content)) as after:
        assert after.size == before.size == SIZE
        assert len(list(ImageSequence.Iterator(after))) == len(list(ImageSequence.Iterator(before)))
        small = [each.convert("L").resize((1, 1)).getpixel((0, 0)) for each in (before, after)]
        with Image.open(io.BytesIO(copy.preview)) as preview:
            assert (preview.format, preview.size) == ("JPEG", SIZE)
            small.append(preview.convert("L").resize((1, 1)).getpixel((0, 0)))
    assert max(small) - min(small) <= 4


@pytest.mark.parametrize(("kind", "ending"), [("JPEG", "jpg"), ("HEIF", "heic"), ("PDF", "pdf")])
async def test_a_copy_of_a_photo_is_no_larger_than_the_photo(kind: str, ending: str) -> None:
    photo = Image.linear_gradient("L").resize((800, 600)).convert("RGB")
    photo.paste(Image.effect_noise((400, 300), 90).convert("RGB"), (100, 100))
    out = io.BytesIO()
    photo.save(out, kind, quality=60)
    original = out.getvalue()
    copy = (await examine(original, kind_of(f"a.{ending}", original, "document").media_type)).copy
    assert copy
    assert len(copy.content) <= len(original)


async def test_a_photo_that_lay_on_its_side_stands_upright_in_its_copy() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    Image.new("RGB", SIZE).save(out, "JPEG", exif=exif)
    copy = (await examine(out.getvalue(), "image/jpeg")).copy
    assert copy
    with Image.open(io.BytesIO(copy.content)) as upright:
        assert upright.size == SIZE[::-1]


async def test_a_photo_packed_once_more_inside_a_pdf_is_found_too() -> None:
    with pikepdf.open(io.BytesIO(pdf())) as document:
        photo = document.pages[0].Resources.XObject.Im0
        packed = pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.DCTDecode])
        photo.write(zlib.compress(jpeg()), filter=packed)
        out = io.BytesIO()
        document.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    copy = (await examine(out.getvalue(), "application/pdf")).copy
    assert copy
    assert _found(copy.content) == set()
    with pikepdf.open(io.BytesIO(copy.content)) as clean:
        (image,) = clean.pages[0].get_images().values()
        assert pikepdf.PdfImage(image).as_pil_image().size == SIZE


async def test_a_picture_without_a_location_is_not_said_to_have_one() -> None:
    out = io.BytesIO()
    Image.new("RGB", SIZE).save(out, "JPEG")
    found = await examine(out.getvalue(), "image/jpeg")
    assert found.copy
    assert not found.had_location


async def test_a_picture_of_more_than_forty_megapixels_is_refused_unopened() -> None:
    out = io.BytesIO()
    Image.new("1", (8_000, 5_001)).save(out, "PNG")
    with pytest.raises(TooManyPixels):
        await examine(out.getvalue(), "image/png")


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"%PDF-1.7\n%%EOF", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"])
async def test_what_cannot_be_read_has_no_copy(content: bytes) -> None:
    kind = "application/pdf" if content.startswith(b"%") else "image/png"
    assert (await examine(content, kind)).copy is None


def test_only_pictures_and_pdf_are_copied() -> None:
    assert {kind_of(f"a.{e}", make(), "x").media_type for e, make in SAMPLES.items()} >= COPIED


@pytest.mark.parametrize("part", [0.02, 0.5, 0.99])
@pytest.mark.parametrize("ending", ["jpg", "png"])
async def test_of_a_photo_that_breaks_off_the_copy_shows_what_is_left(ending: str, part: float) -> None:
    whole = LARGE[ending](LARGE_SIZE)
    found = await examine(
        whole[: int(len(whole) * part)], kind_of(f"a.{ending}", whole, "document").media_type
    )
    assert (found.damaged, found.had_location) == (True, True)
    assert found.copy
    assert _found(found.copy.content) == set()
    with Image.open(io.BytesIO(found.copy.content)) as left:
        left.load()
        assert left.size == LARGE_SIZE


@pytest.mark.parametrize(
    ("ending", "lost", "located"),
    [("heic", 160, True), ("heic", 10_000, False), ("webp", 10_000, False)],
)
async def test_of_a_photo_that_cannot_be_opened_any_more_a_location_that_is_left_is_noticed(
    ending: str, lost: int, located: bool
) -> None:
    """These samples hold it near their ends."""
    whole = LARGE[ending]((400, 300))
    found = await examine(whole[:-lost], kind_of(f"a.{ending}", whole, "document").media_type)
    assert (found.copy, found.damaged, found.had_location) == (None, True, located)


@pytest.mark.parametrize("ending", [*PICTURES, "pdf"])
async def test_a_whole_document_is_not_said_to_be_damaged(ending: str) -> None:
    original = SAMPLES[ending]()
    assert not (await examine(original, kind_of(f"a.{ending}", original, "document").media_type)).damaged

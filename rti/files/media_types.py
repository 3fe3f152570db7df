"""Accepted documents, by their bytes and name; the media type given by the sender is ignored."""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from rti.core.errors import invalid, say
from rti.core.validation import InvalidValue, clean_text

LARGEST = 25_000_000
"""Bytes of one document."""
MOST_UNPACKED, MOST_ENTRIES, MOST_RATIO = 100_000_000, 5_000, 200
"""Of an office file, which is a ZIP archive: bytes, entries, and how much smaller an entry may be packed."""
_MACROS = re.compile(r"vbaproject\.bin$|/activex/|/embeddings/.*\.bin$", re.IGNORECASE)
_HEADER_LINE = re.compile(rb"[!-9;-~]+:[ \t]")


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """A kind of file: its type, its names' endings, and how its bytes are known."""

    media_type: str
    endings: tuple[str, ...]
    fits: Callable[[bytes], bool]


def _begins(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(beginnings)


def _is_webp(content: bytes) -> bool:
    return content.startswith(b"RIFF") and content[8:12] == b"WEBP"


def _is_heic(content: bytes) -> bool:
    brands = content[8:64]
    return content[4:8] == b"ftyp" and any(brand in brands for brand in (b"heic", b"heix", b"mif1", b"heif"))


def _is_text(content: bytes) -> bool:
    try:
        return "\x00" not in content.decode()
    except UnicodeDecodeError:
        return False


def _is_mail(content: bytes) -> bool:
    """At least one header line (RFC 5322), and nothing that no message holds."""
    return bool(_HEADER_LINE.match(content)) and b"\x00" not in content


def _office(part: str) -> Callable[[bytes], bool]:
    """A ZIP archive with the part of this office format, without macros, that unpacks to a sane size."""

    def fits(content: bytes) -> bool:
        if not content.startswith(b"PK\x03\x04"):
            return False
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                entries = archive.infolist()
        except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, OSError):
            return False
        names = [entry.filename for entry in entries]
        packed_too_well = any(entry.file_size > MOST_RATIO * max(entry.compress_size, 1) for entry in entries)
        return (
            part in names
            and "[Content_Types].xml" in names
            and not any(_MACROS.search(name) for name in names)
            and len(entries) <= MOST_ENTRIES
            and sum(entry.file_size for entry in entries) <= MOST_UNPACKED
            and not packed_too_well
        )

    return fits


_OFFICE = "application/vnd.openxmlformats-officedocument."
is_xlsx = _office("xl/workbook.xml")
KINDS = (
    DocumentKind("application/pdf", ("pdf",), _begins(b"%PDF-")),
    DocumentKind("image/jpeg", ("jpg", "jpeg"), _begins(b"\xff\xd8\xff")),
    DocumentKind("image/png", ("png",), _begins(b"\x89PNG\r\n\x1a\n")),
    DocumentKind("image/webp", ("webp",), _is_webp),
    DocumentKind("image/tiff", ("tif", "tiff"), _begins(b"II*\x00", b"MM\x00*")),
    DocumentKind("image/heic", ("heic", "heif"), _is_heic),
    DocumentKind(f"{_OFFICE}wordprocessingml.document", ("docx",), _office("word/document.xml")),
    DocumentKind(f"{_OFFICE}spreadsheetml.sheet", ("xlsx",), is_xlsx),
    DocumentKind("message/rfc822", ("eml",), _is_mail),
    DocumentKind("text/plain", ("txt",), _is_text),
)
"""Accepted kinds: content and extension must agree."""
PICTURES = {"image/jpeg", "image/png", "image/webp", "image/heic"}
"""Types whose copies every browser shows: they are redrawn as JPEG or PNG."""
SEEN_BY_BEGINNING = {"application/pdf", "image/jpeg", "image/png", "image/webp", "image/tiff", "image/heic"}
"""Types that the first bytes identify for certain."""
ACCEPTED = ",".join(f".{ending}" for kind in KINDS for ending in kind.endings)
"""For the file fields of forms."""


def kind_of(file_name: str, content: bytes, field: str) -> DocumentKind:
    """The kind that the bytes and the ending of the name agree on, or Invalid for the field."""
    if len(content) > LARGEST:
        raise invalid(field, say("The document must be {count} MB or smaller", count=LARGEST // 1_000_000))
    ending = _ending(file_name)
    kind = next((kind for kind in KINDS if ending in kind.endings), None)
    if kind is None:
        raise invalid(
            field, say("Attach a file of one of these types: {kinds}", kinds=ACCEPTED.replace(",", " "))
        )
    if not kind.fits(content):
        message = say(
            "The file does not match its name, is damaged or contains macros. Check it and save it again"
        )
        raise invalid(field, message)
    return kind


UNKNOWN = "application/octet-stream"
"""The type of files that were sent to us and that people could not upload."""


def guessed(file_name: str, content: bytes) -> tuple[str, str]:
    """Name and type of a file that was sent to us: by its name where the bytes agree, else by the bytes alone.

    Scanners send a PDF without a name; its name gets the ending.
    """
    ending = _ending(file_name)
    known = next((kind for kind in KINDS if ending in kind.endings and kind.fits(content)), None)
    if known:
        return file_name, known.media_type
    seen = next((kind for kind in KINDS if kind.media_type in SEEN_BY_BEGINNING and kind.fits(content)), None)
    return (f"{file_name}.{seen.endings[0]}", seen.media_type) if seen else (file_name, UNKNOWN)


def clean_file_name(name: str) -> str:
    """The last part of the name, without characters that no file name may contain."""
    try:
        return clean_text(name.replace("\\", "/").rsplit("/", 1)[-1])[-200:] or "document"
    except InvalidValue:
        return "document"


def _ending(file_name: str) -> str:
    return PurePath(f"_{file_name}").suffix.lower().removeprefix(".")

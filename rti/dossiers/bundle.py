"""The bundle: a ZIP with the dossier as PDF and as JSON, the files, and what is needed to check them elsewhere."""

import hashlib
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Final

import msgspec

from rti.dossiers.record import Dossier

PAPER: Final = "dossier.pdf"
_SUMS: Final = "SHA256SUMS"
_HOW_TO_CHECK: Final = (Path(__file__).parent / "how-to-check.txt").read_text("utf-8")


def bundle_of(dossier: Dossier, paper: bytes) -> tuple[bytes, str]:
    """The bundle, and the digest of its list of digests, which identifies all of it.

    The list has the form of `sha256sum`, so that anybody can compare it.
    """
    said = msgspec.json.format(msgspec.json.encode(dossier.record), indent=2)
    files = {PAPER: paper, "dossier.json": said, "HOW-TO-CHECK.txt": _HOW_TO_CHECK.encode()}
    files |= {path: found.content for path, found in dossier.files.items()}
    sums = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in files.items()
    ).encode()
    return _zipped(files | {_SUMS: sums}, dossier), hashlib.sha256(sums).hexdigest()


def _zipped(files: Mapping[str, bytes], dossier: Dossier) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            entry = zipfile.ZipInfo(path, dossier.record.made_at.timetuple()[:6])
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
    return made.getvalue()


def paper_in(bundle: bytes) -> bytes:
    """The PDF alone."""
    with zipfile.ZipFile(BytesIO(bundle)) as archive:
        return archive.read(PAPER)

"""What is taken as a document: bytes and name have to agree."""

import pytest

from rti.core.errors import Invalid
from rti.files.media_types import LARGEST, kind_of
from tests.files.make import SAMPLES, office


@pytest.mark.parametrize("ending", SAMPLES)
def test_every_kind_is_taken_under_its_own_ending_and_under_no_other(ending: str) -> None:
    content = SAMPLES[ending]()
    assert ending in kind_of(f"ត្រា.{ending.upper()}", content, "document").endings
    for other in {*SAMPLES} - {ending, "txt", "eml"}:
        with pytest.raises(Invalid, match="document: The file does not match its name"):
            kind_of(f"a.{other}", content, "document")


@pytest.mark.parametrize(
    "name", ["a", "a.exe", "a.html", "a.svg", "a.pdf.zip", "pdf", ".", "a.docm", "a.xls"]
)
def test_other_endings_are_refused_with_the_list_of_those_that_are_not(name: str) -> None:
    with pytest.raises(Invalid, match=r"\.pdf \.jpg"):
        kind_of(name, b"%PDF-1.7", "document")


REFUSED = {
    "macros": office("docx", ("word/vbaProject.bin", b"x")),
    "controls": office("xlsx", ("xl/activeX/activeX1.xml", b"x")),
    "bomb": office("docx", ("word/media/zeros", bytes(30_000_000))),
    "many entries": office("docx", *((f"a/{number}", b"") for number in range(5_001))),
    "no archive": b"PK\x03\x04" + b"\x00" * 100,
    "another archive": b"PK\x05\x06" + bytes(18),
}


@pytest.mark.parametrize("named", REFUSED)
def test_office_files_with_macros_and_archives_that_swell_are_refused(named: str) -> None:
    for ending in ("docx", "xlsx"):
        with pytest.raises(Invalid, match="macros"):
            kind_of(f"a.{ending}", REFUSED[named], "document")


def test_a_file_that_is_too_large_is_told_how_large_it_may_be() -> None:
    with pytest.raises(Invalid, match="25 MB"):
        kind_of("a.pdf", b"%PDF-" + bytes(LARGEST), "document")

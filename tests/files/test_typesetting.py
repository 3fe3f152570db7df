"""Pages on paper."""

from io import BytesIO

import pikepdf
import pytest

from rti.files.typesetting import Document, merged, pdf, pdfs, qr_code, typeset

PAGE = "#values.text"


def _numbered(number: int) -> Document:
    return PAGE, {"text": f"ទី {number}"}


def test_the_same_values_give_the_same_bytes_which_tell_no_time_and_no_author():
    made = typeset(PAGE, {"text": "ព្រះរាជាណាចក្រកម្ពុជា"})
    assert made == typeset(PAGE, {"text": "ព្រះរាជាណាចក្រកម្ពុជា"})
    with pikepdf.open(BytesIO(made)) as opened:
        assert set(opened.docinfo) == {"/Creator"}
        assert "CreateDate" not in (str(opened.open_metadata()) or "")


def test_what_a_person_typed_is_text_and_runs_as_nothing():
    typed = '#panic("no") $x$ #read("/etc/passwd") *bold* \\ <label> @label'
    assert typeset(PAGE, {"text": typed}).startswith(b"%PDF")


def test_every_font_of_a_page_is_in_the_file():
    with pikepdf.open(BytesIO(typeset(PAGE, {"text": "ខ្ញុំ and English"}))) as opened:
        fonts = opened.pages[0].Resources.Font
        names = [str(font.BaseFont) for font in fonts.values()]
    assert names
    assert all("NotoSansKhmer" in name for name in names)


async def test_many_documents_come_in_their_order_and_merge_into_one_file():
    made = [each async for part in pdfs(_numbered, range(45)) for each in part]
    assert made[44] == await pdf(*_numbered(44))
    with pikepdf.open(BytesIO(merged(made))) as opened:
        assert len(opened.pages) == 45
    assert merged(made) == merged(made)


def test_a_qr_code_takes_only_what_every_phone_reads_alike():
    assert qr_code("R-2B4D6F8H").startswith("<svg")
    with pytest.raises(ValueError):
        qr_code("បាត់ដំបង")

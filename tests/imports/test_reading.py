"""Reading CSV files of other people: what is understood, and how faults are told."""

import asyncio
from io import BytesIO

import pytest

from rti.core.errors import Invalid
from rti.imports.csv_reader import Columns, CsvFile, FileLine
from rti.imports.report import Report, fresh_lines

COLUMNS = Columns(("code", "name"), ("note",))
TEXT = "code,name,note\nA,ក ខ,one\nB,b,two\n"


def read(content: bytes, columns: Columns = COLUMNS) -> list[FileLine]:
    return list(CsvFile(BytesIO(content), columns))


def refusal(content: bytes, columns: Columns = COLUMNS) -> str:
    with pytest.raises(Invalid) as refused:
        read(content, columns)
    return str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be-bom"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_ends_are_found_out(
    encoding: str, delimiter: str, line_end: str
) -> None:
    text = TEXT.replace(",", delimiter).replace("\n", line_end)
    plain = encoding.removesuffix("-bom")
    mark = "\ufeff".encode(plain) if encoding != plain else b""
    lines = read(mark + text.encode(plain))
    assert [(line.number, line.cells["name"]) for line in lines] == [(2, "ក ខ"), (3, "b")]


def test_a_wrong_delimiter_is_told_with_what_was_expected_and_found() -> None:
    result = refusal(b"code:name:note\nA:b:c\n")
    assert "code, name" in result
    assert "code:name:note" in result
    assert "semicolon" in result


def test_a_missing_column_is_named() -> None:
    assert "names these columns: name" in refusal(b"code,note\nA,b\n")


def test_an_unknown_column_is_named_unless_others_may_be_there() -> None:
    assert "Unknown columns: birthday" in refusal(b"code,name,birthday\nA,b,c\n")
    lines = read(b"code,name,birthday\nA,b,c\n", Columns(("code", "name"), open=True))
    assert lines[0].cells["birthday"] == "c"


def test_a_column_name_that_stands_twice_is_named() -> None:
    assert "more than once: name" in refusal(b"code,name,name\nA,b,c\n")


def test_titles_above_the_header_and_a_line_with_the_separator_are_passed_over() -> None:
    lines = read(b'sep=;\n"Log of requests, ""2026""";;\n\nprinted: today;;\nnote;code;name\nx;A;b\n')
    assert [(line.number, dict(line.cells)) for line in lines] == [
        (6, {"code": "A", "name": "b", "note": "x"})
    ]


def test_names_of_columns_are_the_same_whatever_their_capitals_blanks_and_line_breaks() -> None:
    header = ' CODE\u200b,"Na\nme  of office",NOTE\n'
    lines = read(f"{header}A,b,c\n".encode(), Columns(("code", "na me of office"), ("note",)))
    assert dict(lines[0].cells) == {"code": "A", "na me of office": "b", "note": "c"}
    assert lines[0].number == 3


def test_a_name_of_two_words_is_a_column_however_they_are_joined() -> None:
    lines = read(b"Code,Name KM,name-en\nA,b,c\n", Columns(("code", "name_km", "name_en")))
    assert dict(lines[0].cells) == {"code": "A", "name_km": "b", "name_en": "c"}


def test_a_line_is_known_again_whatever_a_mapping_calls_its_columns() -> None:
    content = b"Code,NAME,x\nA,b,c\n"
    (one,), (other,) = (
        read(content, Columns(names, open=True)) for names in (("code", "name"), ("NAME", "x"))
    )
    assert one.key == other.key


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04 mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "ODS"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "old Excel file (XLS)"),
        (b"%PDF-1.7", "PDF"),
        ("code,name\nA,b\n".encode("utf-16-be"), "UTF-16 without a byte order mark"),
    ],
)
def test_what_is_no_csv_is_told_for_what_it_is_with_the_way_out(content: bytes, message: str) -> None:
    assert message in refusal(content)


def test_columns_without_a_name_are_passed_over() -> None:
    assert read(b"code,name,,\nA,b,,x\n")[0].cells == {"code": "A", "name": "b"}


@pytest.mark.parametrize("content", [b"", b"\n\n", "\ufeff".encode(), "\ufeff".encode("utf-16-le")])
def test_an_empty_file_is_told_as_one(content: bytes) -> None:
    assert "empty" in refusal(content)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"\xff\xfeA,b,c", "not UTF-8"),
        (b"A,caf\xe9,c", "not UTF-8"),
        (b"A,b\x00,c", "NUL"),
        (b"A,b", "2 cells, but the header has 3"),
        (b"A,b,c,d", "4 cells, but the header has 3"),
        (b'A,"b"x,c', "quotation mark"),
        (b"A," + b"x" * 1_000_000 + b",c", "longer than 131072"),
    ],
)
def test_a_spoilt_line_is_told_by_its_number_and_the_others_are_read(line: bytes, message: str) -> None:
    before, spoilt, after = read(b"code,name,note\nA,b,c\n" + line + b"\nB,d,e\n")
    assert spoilt.number == 3
    assert spoilt.fault
    assert message in spoilt.fault.render()
    assert (before.fault, after.fault, after.number, after.cells["code"]) == (None, None, 4, "B")


@pytest.mark.parametrize("rest", [b"B,d,e\n", b"B,d,e\n" * 40_000])
def test_a_quotation_mark_that_is_never_closed_refuses_the_file(rest: bytes) -> None:
    assert "opened on line 3" in refusal(b'code,name,note\nA,b,c\nA,"b,c\n' + rest)


@pytest.mark.parametrize(
    "content", [b"code,na\x00me\nA,b\n", b"code,n\xe4me\nA,b\n", "code,name\n".encode("utf-16-le")]
)
def test_a_first_line_that_cannot_be_read_refuses_the_file(content: bytes) -> None:
    assert "UTF-8" in refusal(content)


def test_numbers_are_those_of_the_file_where_cells_span_lines() -> None:
    lines = read(b'\ncode,name\nA,"b\n\nc"\n\n ,\nB,d\n')
    assert [(line.number, line.cells["name"]) for line in lines] == [(3, "b\n\nc"), (8, "d")]


def test_a_line_has_the_same_key_whatever_the_order_of_columns() -> None:
    (first,), (second,) = read(b"code,name\nA,b\n"), read(b"name;code\nb ;A\n")
    (other,) = read(b"code,name\nb,A\n")
    assert first.key == second.key != other.key


def test_a_broken_utf_16_file_is_told_and_not_a_crash() -> None:
    lines = read("code,name\nA,b\n".encode("utf-16") + b"\x00\xd8B")
    assert lines[0].cells["name"] == "b"
    assert lines[1].fault


async def test_between_many_blank_rows_others_get_their_turn() -> None:
    content = b"code,name_km,name_en\n" + b",,\n" * 300_000
    lines = fresh_lines(CsvFile(BytesIO(content), Columns(["code", "name_km", "name_en"])), Report())
    reading = asyncio.ensure_future(anext(lines, None))
    turns = 0
    while not reading.done():
        await asyncio.sleep(0)
        turns += 1
    assert reading.result() is None
    assert turns > 5

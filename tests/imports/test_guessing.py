"""What the columns of a log are likely to mean: from its header, words and days, in English and Khmer."""

import tomllib

import pytest

from rti.core.errors import Invalid
from rti.imports.guessing import Confirmed, Sheet, guess, read_sheet
from rti.imports.mapping import read_mapping
from tests.imports.files import LOG

TOPICS = {"topic": {"Budget": "budget", "ថវិកា": "budget"}}
ENGLISH = """Register of requests;;;;;;
Request ID;Agency Name;Summary of Request;Date Received (m/d/y);Closed Date;Request Status;Requester
1;Parks;Trees;03/25/2020;4/1/2020;Closed;Bob
2;Parks;Roads;03/04/2020;;Pending;Ann
"""
KHMER = """ល.រ,ស្ថាប័ន,កម្មវត្ថុ,ប្រធានបទ,ថ្ងៃទទួលសំណើ,ថ្ងៃឆ្លើយតប,ស្ថានភាព,អ្នកស្នើសុំ
១,សាលាឃុំ ក,ថវិកាឃុំ,ថវិកា,០៥/០៤/២៥៦៩,២០/០៤/២៥៦៩,ផ្តល់ព័ត៌មានទាំងស្រុង,សុខ
២,សាលាឃុំ ខ,ផ្លូវ,ថវិកា,០៥/០៥/២៥៧០,,រង់ចាំ,សុខ
"""


def guessed(text: str) -> dict[str, str]:
    sheet = read_sheet(text.encode())
    return {sheet.names[column]: name for column, name in guess(sheet, TOPICS).fields.items()}


def test_an_english_log_is_read_by_its_usual_names_below_a_title():
    sheet = read_sheet(ENGLISH.encode())
    found = guess(sheet, TOPICS)
    assert guessed(ENGLISH) == {
        "Request ID": "reference",
        "Agency Name": "body",
        "Summary of Request": "title",
        "Date Received (m/d/y)": "received_on",
        "Closed Date": "answered_on",
        "Request Status": "outcome",
    }
    assert found.words == {5: {"Closed": "unknown", "Pending": "open"}}
    assert (found.date_format, found.found_by) == ("%m/%d/%Y", "name")


def test_a_khmer_log_is_read_with_its_digits_and_the_years_of_the_buddhist_era():
    sheet = read_sheet(KHMER.encode())
    found = guess(sheet, TOPICS)
    assert guessed(KHMER) == {
        "ល.រ": "reference",
        "ស្ថាប័ន": "body",
        "កម្មវត្ថុ": "title",
        "ប្រធានបទ": "topic",
        "ថ្ងៃទទួលសំណើ": "received_on",
        "ថ្ងៃឆ្លើយតប": "answered_on",
        "ស្ថានភាព": "outcome",
    }
    mapping = read_mapping(found.as_toml(sheet).encode())
    line = mapping.read(dict(zip(sheet.names, sheet.samples[1], strict=True)))
    assert (str(line.received_on), line.topic, line.outcome) == ("2026-05-05", "budget", "open")


def test_a_guess_is_a_mapping_that_says_what_it_leaves_out():
    sheet = read_sheet(LOG)
    text = guess(sheet, {}).as_toml(sheet)
    assert '# not imported: "Applicant"' in text
    assert '"Granted in part" = "partial"' in text
    assert '# "Postponed" = ""' in text
    assert read_mapping(text.encode()).columns["answered_on"] == ("Decided",)


@pytest.mark.parametrize(
    ("header", "cell", "field"),
    [
        ("Received", "Sok Dara", None),
        ("Received", "2026-04-20", "received_on"),
        ("Decision", "2026-04-20", None),
        ("Decision", "Granted", "outcome"),
        ("Decision date", "20 April 2026", "answered_on"),
        ("Body", "KH-0102", "body"),
        ("ថ្ងៃទទួល", "២០/០៤/២០២៦", "received_on"),
        ("Phone of requester", "012 345 678", None),
        ("body_code", "KH-0102", "body"),
    ],
)
def test_a_column_is_what_its_name_and_its_cells_both_say(header, cell, field):
    assert guessed(f"{header};Nothing\n{cell};x\n").get(header) == field


def test_a_day_that_could_be_read_both_ways_is_read_with_the_day_first():
    sheet = read_sheet(b"Received;Body\n03/04/2026;Hall\n")
    assert guess(sheet, {}).date_format == "%d/%m/%Y"


def test_bodies_that_are_all_codes_are_found_by_their_codes():
    assert guess(read_sheet(b"Body;Received\nKH-0102;2026-04-20\n"), {}).found_by == "code"


def test_a_column_of_many_words_is_not_asked_word_by_word():
    lines = "".join(f"Hall;case {number}\n" for number in range(60))
    sheet = read_sheet(f"Body;Status\n{lines}".encode())
    assert sheet.words_of(1) == ()
    assert sheet.words_of(0) == ("Hall",)


@pytest.mark.parametrize(
    "content", [b"", b"only one column\nx\n", b'a,b\n"c,d\ne,f\n', b"a,a\n1,2\n", b"\x00" * 9]
)
def test_what_is_no_table_is_told(content):
    with pytest.raises(Invalid):
        read_sheet(content)


def test_words_and_names_with_signs_of_toml_come_back_as_they_were():
    name, word = 'St"at\\us\x7f', 'a "b" = [c]'
    sheet = Sheet((name, "Office"), (), ((word,), ("Hall",)), 1)
    written = tomllib.loads(Confirmed({0: "outcome", 1: "body"}, {0: {word: "full"}}).as_toml(sheet))
    assert written["columns"] == {"outcome": name, "body": "Office"}
    assert written["values"]["outcome"] == {word: "full"}

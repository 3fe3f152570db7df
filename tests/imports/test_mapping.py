"""MAP.toml: every fault at once, with its path and what would be right."""

from pathlib import Path

import pytest

from rti.core.errors import Invalid
from rti.imports.mapping import FIXED, read_mapping
from tests.imports.files import MAP

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def faults(text: str) -> dict[str, str]:
    with pytest.raises(Invalid) as wrong:
        read_mapping(text.encode())
    return {fault.field: fault.message.render() for fault in wrong.value.faults}


def test_every_fault_of_a_mapping_is_told_at_once() -> None:
    messages = faults("""
        [columns]
        recieved_on = "Received"
        title = 7
        [values.outcome]
        granted = "given"
        [values.colour]
        red = "blue"
        [dates]
        format = "%d.%m"
        [standard]
        limit = "soon"
        [bodies]
        found_by = "guess"
        [bodies.create]
        kind = "palace"
        [extra]
    """)
    assert "did you mean received_on" in messages["columns.recieved_on"]
    assert "Choose one of: full" in messages["values.outcome.granted"]
    assert "20 working" in messages["standard.limit"]
    assert "code, name" in messages["bodies.found_by"]
    assert "ministry" in messages["bodies.create.kind"]
    assert {
        "columns.title",
        "values.colour",
        "dates.format",
        "bodies.create.country",
        "extra",
    } <= set(messages)


def test_a_mapping_names_what_no_line_could_bring() -> None:
    messages = faults('[columns]\noutcome = "Decision"\n[cbo.create]\nname_en = "a"\nname_km = "b"\n')
    assert set(messages) == {
        "columns.body",
        "columns.title",
        "columns.topic",
        "columns.received_on",
        "defaults.cbo_code",
    }


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("%d/%M/%Y", "%M is for minutes. Write %m"),
        ("%d/%m", "Write %d, %m and %Y"),
        ("%D/%m/%Y", "Write %d, %m and %Y"),
        ("%d.%m.%Y %Q", "Write %d, %m and %Y"),
    ],
)
def test_a_format_that_gives_no_day_is_refused_with_a_hint(form: str, message: str) -> None:
    assert message in faults(MAP.decode().replace("%d/%m/%Y", form))["dates.format"]


def test_a_standard_and_a_statute_exclude_each_other() -> None:
    text = MAP.decode().replace('channel = "other"', 'channel = "other"\nstatute_id = "KH-A2I-DRAFT"')
    assert "keep one of them" in faults(text)["standard"]


@pytest.mark.parametrize("content", [b"[columns", b"a = \x00", b"a = " + b"[" * 5000])
def test_what_is_no_toml_is_told(content: bytes) -> None:
    with pytest.raises(Invalid, match="not TOML"):
        read_mapping(content)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.name)
def test_every_example_is_a_mapping(path: Path) -> None:
    assert read_mapping(path.read_bytes()).columns


def test_a_line_is_read_with_defaults_meanings_and_dates() -> None:
    mapping = read_mapping(MAP)
    line = mapping.read(
        {
            "No": "7",
            "Office": "Harbour",
            "Theme": " MONEY ",
            "Received": "05/03/2019",
            "Applicant": "media",
            "Remarks": "",
        }
    )
    assert (line.topic, line.title, line.question) == (
        "budget",
        "Request without a subject",
        "Applicant: media",
    )
    assert str(line.received_on) == "2019-03-05"


def test_faults_of_a_line_carry_the_names_of_its_columns() -> None:
    with pytest.raises(Invalid) as wrong:
        read_mapping(MAP).read({"No": "a~b", "Office": "", "Received": "yesterday", "Decision": "later"})
    messages = {fault.field: fault.message.render() for fault in wrong.value.faults}
    assert set(messages) == {"No", "Office", "Received", "Decision"}
    assert "%d/%m/%Y" in messages["Received"]
    assert "[values.outcome]" in messages["Decision"]


def test_a_meaning_can_be_that_a_cell_says_nothing() -> None:
    """Also of a day, beside a format; and then no default stands in for it."""
    text = MAP.decode().replace('"denied" = "refused"', '"denied" = ""\n"waiting" = "open"')
    text += '[values.answered_on]\n"Not yet" = ""\n"first quarter" = "2019-03-31"\n'
    text = text.replace('cbo_code = "TEST-LOG"', 'cbo_code = "TEST-LOG"\noutcome = "unknown"')
    mapping = read_mapping(text.encode())
    cells = {"Office": "Harbour", "Received": "05/03/2019", "Decision": "DENIED", "Decided": " not  yet "}
    line = mapping.read(cells)
    assert (line.outcome, line.answered_on) == (None, None)
    assert mapping.read(cells | {"Decision": "Waiting"}).outcome == "open"
    assert str(mapping.read(cells | {"Decided": "First quarter"}).answered_on) == "2019-03-31"
    assert mapping.read(cells | {"Decision": ""}).outcome == "unknown"


@pytest.mark.parametrize("nothing", ["- ", "-", "–", "n/a", "N/A", "#N/A", ""])
def test_a_sign_for_nothing_is_an_empty_cell(nothing: str) -> None:
    line = read_mapping(MAP).read(
        {"Office": "Harbour", "Received": "05/03/2019", "Decided": nothing, "Decision": nothing}
    )
    assert (line.answered_on, line.outcome) == (None, None)


def test_a_title_that_is_too_long_is_cut_and_kept_whole_in_the_question() -> None:
    long = "ព្រឹត្តិ" * 40
    line = read_mapping(MAP).read(
        {"Office": "Harbour", "Received": "05/03/2019", "Subject": long, "Applicant": "media"}
    )
    assert 290 < len(line.title) <= 300
    assert line.title.endswith(("ព្រឹ…", "ត្តិ…")), "no letter loses a sign that hangs on it"
    assert line.question == f"{long}\nApplicant: media"


def test_the_fixed_layout_has_the_names_of_our_fields() -> None:
    assert set(FIXED.expected.needed) == {"body_code", "title", "topic"}
    assert {"cbo_code", "received_on", "answered_on", "outcome", "reference"} <= set(FIXED.expected.allowed)

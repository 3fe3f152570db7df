"""Statutes as data: the shipped ones, and how a file of one's own is read."""

import copy
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rti.core.errors import Invalid
from rti.law.rules import FORWARD, ClockKind, StopKind
from rti.law.statutes import StatuteStatus, standard
from rti.statutes.documents import library_documents, parse_statute
from tests.law.make import day, event, judged, library

SHIPPED = {
    "KH-A2I-DRAFT", "KH-A2I-DRAFT-2018", "KH-PRESS-1995", "IN-RTI-2005", "UK-FOIA-2000", "SCT-FOISA-2002",
    "EU-1049-2001", "US-FOIA", "MX-LGTAIP-2025", "ZA-PAIA-2000", "ID-KIP-2008", "PH-EO2-2016", "TH-OIA-1997",
    "NP-RTI-2007", "BD-RTI-2009", "LK-RTI-2016", "PK-RAI-2017", "KE-ATI-2016", "BR-LAI-2011", "DE-IFG-2005",
    "MN-LTPI-2021", "VN-ATI-2016", "VN-ATI-2026", "UY-18381-2008", "AU-NSW-GIPA-2009", "CA-ON-MFIPPA",
}  # fmt: skip
EXAMPLE = """
id = "XX-TEST-2026"
version = 3
name = { en = "Test Act", km = "ច្បាប់សាកល្បង" }
jurisdiction = { en = "Nowhere", km = "គ្មានកន្លែង" }
countries = ["KH"]
weekend = "fri-sat"
status = "in_force"
in_force_from = 2026-01-01

[counting]
first_day = "start_day"
receipt = "roll_forward"
cut_off = "17:30"
roll = "forward"

[[clocks]]
kind = "reply"
starts = ["received"]
met_by = ["answered"]
limit = "20 working"
section = "s. 1"

[[clocks]]
kind = "review_filing"
starts = ["answered"]
or_lapse_of = "reply"
met_by = ["review_requested"]
limit = "1 month"
section = "s. 2"

[[stops]]
begins = "fee_requested"
ends = "fee_paid"
kind = "pause_remainder"
at_most = 1
section = "s. 3"
"""


def faults(**changes: object) -> list[str]:
    document = tomllib.loads(EXAMPLE) | changes
    with pytest.raises(Invalid) as caught:
        parse_statute(document)
    return [f"{fault.field}: {fault.message.render()}" for fault in caught.value.faults]


def clocks(**changes: object) -> list[dict[str, object]]:
    both = copy.deepcopy(tomllib.loads(EXAMPLE)["clocks"])
    both[1] |= changes
    return both


def test_every_shipped_statute_can_be_read():
    assert set(library()) == SHIPPED
    assert all(library()[document["id"]].version == 1 for document in library_documents())


def test_every_shipped_statute_says_where_its_numbers_come_from():
    for statute, law in library().items():
        assert law.sources, statute
        assert law.name.km, statute
        assert law.jurisdiction.km, statute
        assert all(clock.section for clock in law.clocks), statute


@pytest.mark.parametrize("status", [StatuteStatus.DRAFT, StatuteStatus.STANDARD])
def test_neither_a_draft_nor_a_standard_ever_binds(status):
    laws = [law for law in [*library().values(), standard("5 working")] if law.status is status]
    assert laws
    for law in laws:
        for year in range(1900, 2201, 10):
            assert not law.binding_on(date(year, 7, 1))
        assert not any(each.binding for each in judged(law, [event("received", "2026-11-20")]).values())


def test_only_the_press_may_use_the_press_law():
    assert library()["KH-PRESS-1995"].applicable_to == "press"


def test_a_statute_is_read_from_a_document():
    law = parse_statute(tomllib.loads(EXAMPLE))
    assert (law.version, law.weekend, law.in_force_from) == (3, frozenset({4, 5}), day("2026-01-01"))
    assert law.counting.roll == FORWARD
    assert law.counting.cut_off is not None
    assert law.stops[0].kind is StopKind.PAUSE_REMAINDER
    assert [clock.kind for clock in law.clocks] == [ClockKind.REPLY, ClockKind.REVIEW_FILING]


def test_a_document_reads_the_same_with_its_dates_as_text():
    document = tomllib.loads(EXAMPLE)
    assert parse_statute(document | {"in_force_from": "2026-01-01"}) == parse_statute(document)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        (
            {"clocks": clocks(limit="20 wrking")},
            "clocks[1].limit: Enter a number from 0 to 3660 and hours, calendar, working or month, for example",
        ),
        ({"clocks": clocks(limit=10**30)}, "clocks[1].limit: "),
        (
            {"clocks": clocks(met_by=["answerd"])},
            "clocks[1].met_by[0]: Choose one of: drafted",
        ),
        (
            {"clocks": clocks(sofft=True)},
            "clocks[1].sofft: There is no field with this name; did you mean soft?",
        ),
        ({"clocks": clocks(kind="reply")}, "clocks[1].kind: There is already a clock of this kind above"),
        (
            {"clocks": clocks(or_lapse_of="review")},
            "clocks[1].or_lapse_of: No clock of this kind comes before",
        ),
        (
            {"clocks": clocks(by_outcome={"no": {"limit": "1 working", "section": "s"}})},
            "clocks[1].by_outcome.no: Choose one of: full",
        ),
        (
            {"clocks": clocks(urgent={"limit": "1 hour"})},
            "clocks[1].urgent.section: This is required. Write the section",
        ),
        (
            {"clocks": clocks(confirmed="perhaps")},
            "clocks[1].confirmed: Enter yes or no; in a file, true or false",
        ),
        ({"clocks": clocks(section="")}, "clocks[1].section: This is required"),
        ({"clocks": clocks(limit=None)}, "clocks[1].limit: This is required. Enter a number"),
        ({"clocks": clocks(kind=None)}, "clocks[1].kind: This is required. Choose one of: acknowledgement"),
        ({"clocks": []}, "clocks: A statute has at least one clock"),
        ({"clocks": [1]}, "clocks[0]: Enter names with their values"),
        ({"id": "a b"}, "id: Enter up to 64 letters, digits, dots"),
        ({"id": 5}, "id: Enter this as text; in a file, in quotes"),
        ({"version": 0}, "version: Enter a whole number from 1 to 3660"),
        ({"version": True}, "version: Enter a whole number"),
        ({"name": "Test"}, "name: "),
        ({"name": {"en": "Test"}}, "name.km: This is required"),
        ({"name": {"en": "Te\0st", "km": "x"}}, "name.en: "),
        ({"status": "law"}, "status: Choose one of: in_force, draft, standard"),
        ({"weekend": "monday"}, "weekend: Enter a list, between [ and ]; or write one of: sat-sun"),
        ({"in_force_from": "1/1/2026"}, "in_force_from: Enter a date between 1900 and 2200"),
        ({"in_force_from": day("1700-01-01")}, "in_force_from: "),
        ({"in_force_to": "2025-01-01"}, "in_force_to: Enter a day on or after 2026-01-01"),
        ({"status": "standard"}, "in_force_from: A standard is never in force"),
        ({"counting": {"cut_off": "25:00"}}, "counting.cut_off: Enter a time from 00:00"),
        (
            {"counting": {"roll": ["sunday", "feast"]}},
            "counting.roll[1]: Choose one of: monday",
        ),
        (
            {"counting": {"roll": 5}},
            "counting.roll: Enter a list, between [ and ]; or write one of: none, forward",
        ),
        (
            {"counting": {"roll": ["weekend", "monday", "tuesday", "wednesday", "thursday", "sunday"]}},
            "counting.roll: This leaves almost no day of the week",
        ),
        ({"stops": [{"begins": "fee_requested"}]}, "stops[0].ends: This is required. Choose one of: drafted"),
        (
            {"transfer": {"effect": "vanish"}},
            "transfer.effect: Choose one of: restart, keep",
        ),
        (
            {"silence": {"means": "yes"}},
            "silence.means: Choose one of: nothing, refusal, grant",
        ),
        ({"sources": "a book"}, "sources: Enter a list, between [ and ]"),
        ({"colour": "red"}, "colour: There is no field with this name; there are id, version, name"),
    ],
)
def test_a_fault_in_a_document_is_named_with_its_path_and_what_would_be_right(changes, fault):
    assert any(text.startswith(fault) for text in faults(**changes)), faults(**changes)


def test_every_fault_of_a_document_is_listed_at_once():
    wrong = clocks(
        limit="soon", starts=[], kind="reply", or_lapse_of="review", extensions=[{"limit": 1, "at_most": 0}]
    )
    found = faults(version=0, weekend="x", colour="red", in_force_to="2025-01-01", clocks=wrong)
    assert {text.partition(":")[0] for text in found} == {
        "version", "weekend", "colour", "in_force_to", "clocks[1].limit", "clocks[1].starts", "clocks[1].kind",
        "clocks[1].or_lapse_of", "clocks[1].extensions[0].limit", "clocks[1].extensions[0].at_most",
        "clocks[1].extensions[0].section",
    }  # fmt: skip


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["en", "limit", "section", "roll", "kind", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)


def places(value: object, *path: str | int) -> Iterator[tuple[str | int, ...]]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, *path, key)


@given(st.sampled_from(list(places(tomllib.loads(EXAMPLE)))[1:]), anything)
def test_whatever_stands_in_a_document_is_read_or_told(path, value):
    document = inner = tomllib.loads(EXAMPLE)
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with suppress(Invalid):
        assert judged(parse_statute(document), [event("received", "2026-11-20")])


def test_an_empty_document_is_a_list_of_what_is_missing():
    with pytest.raises(Invalid) as error:
        parse_statute({})
    assert {fault.field for fault in error.value.faults} == {
        "id", "name.en", "name.km", "jurisdiction.en", "jurisdiction.km", "status", "clocks",
    }  # fmt: skip

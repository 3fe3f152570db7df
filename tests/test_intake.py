"""Whatever a person sends becomes a command, or a list of all that is wrong with it."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rti.accounts.commands import Password
from rti.core.errors import Invalid
from rti.core.validation import Line, ShortText, decode
from rti.law.events import Outcome


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    title: ShortText
    day: date | None = None
    amount: Annotated[int, msgspec.Meta(ge=0, le=10)] | None = None
    outcome: Outcome | None = None
    who: UUID | None = None
    urgent: bool = False
    note: Line = ""


def faults_of(values: dict[str, object]) -> dict[str, str]:
    with pytest.raises(Invalid) as told:
        decode(Asked, values)
    return {fault.field: fault.message.render() for fault in told.value.faults}


def test_texts_become_values_and_empty_ones_the_default() -> None:
    asked = decode(
        Asked, {"title": " Budget ", "day": "2026-04-20", "amount": "7", "outcome": "full", "note": ""}
    )
    assert asked == Asked(title="Budget", day=date(2026, 4, 20), amount=7, outcome=Outcome.FULL)


class Shown(msgspec.Struct):
    password: Password


def test_a_password_is_taken_as_it_was_typed() -> None:
    for typed in (" seven green umbrellas ", "\t", " " * 15, "ÅsaÅsa"):
        assert decode(Shown, {"password": typed}).password == typed


def test_khmer_digits_are_read_in_dates_and_numbers() -> None:
    asked = decode(Asked, {"title": "ថវិកា", "day": "២០២៦-០៤-២០", "amount": "៧"})
    assert (asked.day, asked.amount) == (date(2026, 4, 20), 7)


def test_all_faults_come_together_each_with_its_field() -> None:
    found = faults_of({"day": "20/04/2026", "amount": "eleven", "outcome": "maybe", "who": "me", "cbo": "x"})
    assert set(found) == {"title", "day", "amount", "outcome", "who", "cbo"}
    assert found["title"] == "This is required"
    assert "year-month-day" in found["day"]
    assert "from 0 to 10" in found["amount"]
    assert "full, partial" in found["outcome"]


@pytest.mark.parametrize(
    "day", ["1899-12-31", "2201-01-01", "0008-01-01", "2026-02-30", "2026-W17-1", "20260420", "x"]
)
def test_a_day_is_a_real_one_between_1900_and_2200(day: str) -> None:
    assert "between 1900 and 2200" in faults_of({"title": "x", "day": day})["day"]


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b", "a\x1bb", "a\u2028b"])
def test_a_text_holds_no_characters_that_no_document_can_hold(text: str) -> None:
    assert "control characters" in faults_of({"title": text})["title"]


def test_a_title_of_a_megabyte_is_told_how_long_it_may_be() -> None:
    assert "at most 300" in faults_of({"title": "x" * 1_000_000})["title"]


@pytest.mark.parametrize("number", ["9" * 30, "-1", "11", "1e3", "0x7", "1.5", 10**30, 1.5, [], {}, True])
def test_a_number_out_of_range_is_told_its_range(number: object) -> None:
    assert "from 0 to 10" in faults_of({"title": "x", "amount": number})["amount"]


@given(
    st.dictionaries(
        st.sampled_from(Asked.__struct_fields__),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner, max_size=2),
        ),
    )
)
def test_whatever_comes_either_fits_or_is_told_by_its_field(values: dict[str, object]) -> None:
    try:
        asked = decode(Asked, values)
    except Invalid as told:
        faults = told.faults
    else:
        assert asked.title
        faults = ()
    assert {fault.field for fault in faults} <= set(Asked.__struct_fields__)

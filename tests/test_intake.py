"""Whatever a person sends becomes a command, or a list of all that is wrong with it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, NamedTuple
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rti.accounts.commands import Password
from rti.core.errors import Fault, Invalid, Message, say
from rti.core.i18n import translator
from rti.core.validation import Line, ShortText, decode
from rti.law.events import Outcome
from rti.law.limits import Limit, Unit


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    title: ShortText
    day: date | None = None
    amount: Annotated[int, msgspec.Meta(ge=0, le=10)] | None = None
    outcome: Outcome | None = None
    who: UUID | None = None
    urgent: bool = False
    note: Line = ""


def faults_of(values: dict[str, object]) -> dict[str, str]:
    with pytest.raises(Invalid) as error:
        decode(Asked, values)
    return {fault.field: fault.message.render() for fault in error.value.faults}


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
    except Invalid as error:
        faults = error.faults
    else:
        assert asked.title
        faults = ()
    assert {fault.field for fault in faults} <= set(Asked.__struct_fields__)


@dataclass(frozen=True)
class Part:
    limit: Annotated[Limit | None, {"none": None}]
    days: tuple[date, ...] = ()


class Whole(NamedTuple):
    parts: tuple[Part, ...]
    by_outcome: Mapping[Outcome, Part]
    main: Part
    asked: Asked | None = None


def faults_of_whole(
    values: dict[str, object], also: Callable[[Whole], Iterable[Fault]] = lambda _: ()
) -> dict[str, Message]:
    with pytest.raises(Invalid) as error:
        decode(Whole, values, also=also)
    return {fault.field: fault.message for fault in error.value.faults}


def test_what_stands_inside_of_another_is_read_as_well() -> None:
    part = {"limit": "none", "days": [date(2026, 4, 20), "២០២៦-០៤-២១"]}
    found = decode(
        Whole, {"parts": [part, part], "by_outcome": {"full": {"limit": "២០ working"}}, "main": part}
    )
    assert found.parts[1] == found.main == Part(None, (date(2026, 4, 20), date(2026, 4, 21)))
    assert found.by_outcome == {Outcome.FULL: Part(Limit(20, Unit.WORKING))}


def test_a_fault_inside_of_another_is_named_by_its_path() -> None:
    messages = faults_of_whole(
        {
            "parts": [{"limit": "none", "days": ["x"]}, 5, {"limits": "none"}],
            "by_outcome": {"ful": {"limit": "soon"}},
            "asked": {"title": 5},
        },
        also=lambda whole: [
            Fault("parts", say("There are {count}", count=len(whole.parts))),
            Fault("main.limit", say("Second")),
        ],
    )
    assert {path: message.render() for path, message in messages.items() if path != "main.limit"} == {
        "parts[0].days[0]": "Enter a date between 1900 and 2200 as year-month-day, for example 2026-04-20",
        "parts[1]": "Enter names with their values here",
        "parts[2].limits": "There is no field with this name; did you mean limit?",
        "parts[2].limit": messages["main.limit"].render(),
        "by_outcome.ful": "Choose one of: full, partial, refused, oral_refusal, not_held, referred, inadequate, unknown",
        "by_outcome.ful.limit": messages["main.limit"]
        .render()
        .removeprefix("This is required. ")
        .partition(";")[0],
        "asked.title": "Enter this as text; in a file, in quotes",
        "parts": "There are 3",
    }
    assert "or write one of: none" in messages["main.limit"].render()
    assert messages["main.limit"].render(translator("km")).startswith("ចាំបាច់ត្រូវបំពេញ។ សូមសរសេរចំនួនពី 0 ដល់ 3660")


def test_whatever_comes_by_the_million_is_not_answered_one_by_one() -> None:
    messages = faults_of({f"titl{number}": "x" for number in range(5_000)})
    assert set(messages.values()) == {"There is no field with this name"}
    assert len(messages) == 1_000
    assert set(faults_of_whole({"parts": [5] * 20_000})) == {"parts", "by_outcome", "main.limit"}


def test_a_wrong_name_is_answered_by_the_right_ones() -> None:
    assert faults_of({"titl": "x"})["titl"].endswith("did you mean title?")
    assert faults_of({"zzz": "x"})["zzz"].endswith("there are title, day, amount, outcome, who, urgent, note")

"""References that survive a bad photocopy."""

import re

from hypothesis import given
from hypothesis import strategies as st

from rti.models.requests import NEUTRAL
from rti.requests.references import check_letter, is_whole, neutral_reference

PLAIN = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", min_size=4, max_size=20)
CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@given(PLAIN, st.data())
def test_one_character_that_was_misread_is_found(plain: str, data: st.DataObject) -> None:
    whole = plain + check_letter(plain)
    at = data.draw(st.integers(0, len(plain) - 1))
    other = data.draw(st.sampled_from(CHARACTERS))
    misread = whole[:at] + other + whole[at + 1 :]
    close = abs(ord(other) - ord(whole[at])) % 23 == 0
    assert is_whole(misread) == (misread == whole or close)


def test_no_look_alike_is_taken_for_its_twin() -> None:
    for one, other in ("0O", "1I", "5S", "8B", "2Z", "6G", "UV", "DO", "1L"):
        assert check_letter(f"X{one}-0001") != check_letter(f"X{other}-0001")


def test_a_neutral_reference_is_whole_and_has_no_look_alikes() -> None:
    for _ in range(200):
        made = neutral_reference()
        assert re.fullmatch(NEUTRAL, made)
        assert is_whole(made)
        assert not set(made[2:]) & set("015OISBQGUZ8L")


def test_two_characters_that_changed_places_are_found() -> None:
    assert is_whole("KOH-0002N")
    assert not is_whole("KOH-0021" + check_letter("KOH-0012"))

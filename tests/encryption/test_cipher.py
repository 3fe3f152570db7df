"""A sealed cell opens where it stands, with its own key, and nowhere else."""

from dataclasses import replace
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from rti.core.cipher import PAD_TO, Cell, Unreadable, decrypt, encrypt, new_key, padded, unpadded

KEY = new_key(7)
CELL = Cell("requester", "name", UUID(int=1), str(UUID(int=2)))
OTHERS = {
    "table": replace(CELL, table="event"),
    "column": replace(CELL, column="phone"),
    "organisation": replace(CELL, cbo_id=UUID(int=3)),
    "row": replace(CELL, row=str(UUID(int=4))),
}


def test_what_is_sealed_comes_back() -> None:
    assert decrypt({7: KEY}, CELL, encrypt(KEY, CELL, b"Sok Dara")) == b"Sok Dara"


@pytest.mark.parametrize("place", OTHERS)
def test_a_cell_moved_to_another_place_cannot_be_opened(place: str) -> None:
    with pytest.raises(Unreadable):
        decrypt({7: KEY}, OTHERS[place], encrypt(KEY, CELL, b"Sok Dara"))


def test_every_flipped_bit_of_every_byte_is_refused() -> None:
    sealed = encrypt(KEY, CELL, padded("Sok Dara"))
    keys = {7: KEY}
    for place in range(len(sealed)):
        for bit in range(8):
            changed = bytearray(sealed)
            changed[place] ^= 1 << bit
            with pytest.raises(Unreadable):
                decrypt(keys, CELL, bytes(changed))


def test_every_cut_is_refused() -> None:
    sealed = encrypt(KEY, CELL, b"x")
    for length in range(len(sealed)):
        with pytest.raises(Unreadable):
            decrypt({7: KEY}, CELL, sealed[:length])


def test_an_unknown_key_and_a_wrong_one_are_told_in_the_same_words() -> None:
    sealed = encrypt(KEY, CELL, b"x")
    values = set()
    for keys in ({}, {8: KEY}, {7: new_key(7)}):
        with pytest.raises(Unreadable) as refused:
            decrypt(keys, CELL, sealed)
        values.add(str(refused.value))
    assert values == {"cannot be opened"}


def test_a_cell_cannot_be_said_to_be_under_another_key() -> None:
    sealed = encrypt(KEY, CELL, b"x")
    relabelled = sealed[:2] + (8).to_bytes(4, "big") + sealed[6:]
    with pytest.raises(Unreadable):
        decrypt({8: replace(KEY, number=8)}, CELL, relabelled)


def test_the_same_name_never_looks_the_same_twice() -> None:
    assert len({encrypt(KEY, CELL, b"Sok Dara") for _ in range(100)}) == 100


def test_no_key_shows_itself() -> None:
    assert KEY.secret.hex() not in repr(KEY)
    assert repr(KEY.secret) not in repr(KEY)


def test_cells_that_were_stored_once_can_be_opened_for_ever() -> None:
    """The form in which they are stored, made by hand: another one would open nothing of what is there."""
    header, nonce = b"v1\x00\x00\x00\x07", bytes(range(12))
    place = b"|requester|name|00000000-0000-0000-0000-000000000001|00000000-0000-0000-0000-000000000002"
    stored = header + nonce + AESGCM(KEY.secret).encrypt(nonce, b"Sok Dara", header + place)
    assert decrypt({7: KEY}, CELL, stored) == b"Sok Dara"
    sealed = encrypt(KEY, CELL, b"Sok Dara")
    assert (sealed[:6], len(sealed)) == (header, len(stored))
    assert padded("Sok Dara") == b"Sok Dara\x80" + bytes(55)
    assert len(new_key(7).secret) == 32


@given(st.text())
def test_a_padded_text_comes_back_and_tells_its_length_by_steps_only(text: str) -> None:
    encodable = text.encode("utf-8", "ignore").decode()
    assert unpadded(padded(encodable)) == encodable
    assert len(padded(encodable)) % PAD_TO == 0

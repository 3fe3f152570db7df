"""Copying fields of the same name between rows, commands and views."""

from types import SimpleNamespace

import msgspec
import pytest

from rti.core.attributes import assign, from_attributes


class View(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    name: str
    note: str = "none"


def test_a_view_takes_what_has_its_names_and_nothing_else() -> None:
    row = SimpleNamespace(code="A", name="Able", secret="x")
    assert from_attributes(View, row) == View(code="A", name="Able")


def test_what_is_given_goes_before_what_the_row_has() -> None:
    row = SimpleNamespace(code="A", name="Able", note="own")
    assert from_attributes(View, row, name=None) == View(code="A", name=None, note="own")  # type: ignore[arg-type]


def test_a_field_that_nothing_gives_is_an_error() -> None:
    with pytest.raises(TypeError, match="name"):
        from_attributes(View, SimpleNamespace(code="A"))


def test_a_row_gets_new_values_and_those_that_differed_are_told() -> None:
    row = SimpleNamespace(code="A", name="Able", note="own")
    assert assign(row, {"code": "B", "name": "Able"}) == ["code"]
    assert vars(row) == {"code": "B", "name": "Able", "note": "own"}

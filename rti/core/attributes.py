"""Copying fields of the same name: from a row into a view, from a command into a row."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)


def from_attributes(kind: type[S], source: object, /, **more: object) -> S:
    """A `kind` out of the attributes of `source`; `more` adds to them and goes before them."""
    wanted = [name for name in kind.__struct_fields__ if name not in more]
    return kind(**{name: getattr(source, name) for name in wanted if hasattr(source, name)}, **more)


def assign(row: object, values: Mapping[str, object]) -> list[str]:
    """Give a row these values; the names of those that it did not have before."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed

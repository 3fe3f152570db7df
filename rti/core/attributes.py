"""Copying fields of the same name: from a row into a view, from a command into a row."""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)
_KNOWN: dict[tuple[type, type, tuple[str, ...]], tuple[list[str], Callable[[object], Sequence[object]]]] = {}
"""The fields of a struct that are copied from a type, and how."""


def from_attributes(kind: type[S], source: object, /, **more: object) -> S:
    """A `kind` from the attributes of `source`; `more` adds to them and takes precedence."""
    key = kind, type(source), tuple(more)
    if (known := _KNOWN.get(key)) is None:
        names = [name for name in kind.__struct_fields__ if name not in more and hasattr(source, name)]
        known = names, _values_of(names)
        # What only an object has may be missing in the next of its type.
        if names and all(hasattr(type(source), name) for name in names):
            _KNOWN[key] = known
    names, values = known
    return kind(**dict(zip(names, values(source), strict=True)), **more)


def _values_of(names: Sequence[str]) -> Callable[[object], Sequence[object]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda source: [getattr(source, name) for name in names]


def assign(row: object, values: Mapping[str, object]) -> list[str]:
    """Give a row these values; returns the names of those that changed."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed

"""Statutes as documents: TOML files, and the JSON stored in the database."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

import msgspec

from rti.core.errors import Fault, Message
from rti.core.validation import decode
from rti.law.consistency import inconsistencies
from rti.law.statutes import Statute


def parse_statute(document: Mapping[str, object]) -> Statute:
    """The statute that a document describes. Raises Invalid with every fault, each by its path."""
    return decode(Statute, document, also=_inconsistencies)


@lru_cache(maxsize=500)
def parsed_once(document: bytes | str) -> Statute:
    """The same from stored JSON, cached by its text, so that it can never be stale."""
    return parse_statute(msgspec.json.decode(document))


def _inconsistencies(statute: Statute) -> Iterator[Fault]:
    for path, text, values in inconsistencies(statute):
        yield Fault(path, Message(text, {name: str(value) for name, value in values.items()}))


def library_documents() -> Iterator[dict[str, Any]]:
    """The included statutes, in the order of their file names."""
    shipped = (path for path in files("rti.law").joinpath("library").iterdir() if path.name.endswith(".toml"))
    for path in sorted(shipped, key=lambda path: path.name):
        yield tomllib.loads(path.read_text(encoding="utf-8"))


def load_library() -> dict[str, Statute]:
    """The included statutes by id. Raises Invalid if a file is wrong."""
    statutes = map(parse_statute, library_documents())
    return {statute.id: statute for statute in statutes}

"""The statutes that are shipped, read from their files; needs no database."""

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from rti.law.statutes import Statute, parse_statute


def library_documents() -> Iterator[dict[str, Any]]:
    """The shipped statutes as documents, in the order of their file names."""
    for path in sorted(files("rti.law.library").iterdir(), key=lambda path: path.name):
        if path.name.endswith(".toml"):
            yield tomllib.loads(path.read_text(encoding="utf-8"))


def load_library() -> dict[str, Statute]:
    """The shipped statutes by id. Raises StatuteFaults where a file is wrong."""
    statutes = map(parse_statute, library_documents())
    return {statute.id: statute for statute in statutes}

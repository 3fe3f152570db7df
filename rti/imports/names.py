"""Whether a body or organisation is likely there already, under another code."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from rti.core.errors import Message, say
from rti.core.folding import fold


class Named(Protocol):
    """What a line and a row have in common."""

    @property
    def code(self) -> str: ...
    @property
    def name_km(self) -> str: ...
    @property
    def name_en(self) -> str: ...
    @property
    def area_code(self) -> str | None: ...


class Names:
    """The codes of those that are known, by their area and each of their names, whatever the spelling.

    Without the area one in seven administrations would be taken for another.
    """

    def __init__(self, known: Iterable[Named]) -> None:
        self._codes: dict[tuple[str, str], str] = {}
        for each in known:
            self._add(each)

    def doubt(self, given: Named) -> Message | None:
        """The warning if a new one has the name of another; from then on it is known, too."""
        other = next((self._codes[key] for key in _keys(given) if key in self._codes), None)
        self._add(given)
        if other is None:
            return None
        return say("{code} has the same name in the same area. Is it the same?", code=other)

    def _add(self, named: Named) -> None:
        for key in _keys(named):
            self._codes.setdefault(key, named.code)


def _keys(named: Named) -> Iterator[tuple[str, str]]:
    for name in (named.name_km, named.name_en):
        yield named.area_code or "", fold(name)

"""Whether the name of a body fits its area code: a code with one wrong digit is a place far away."""

from collections.abc import Iterable

from rti.bodies.commands import SaveBody
from rti.core.errors import Message, say
from rti.core.folding import COENG, fold
from rti.models.bodies import AreaRow

_SHORTEST = 4
"""Letters of the shortest name that is looked for within another."""
_SHOWN = 3


class Areas:
    """The areas of the country by code and by name."""

    def __init__(self, rows: Iterable[AreaRow]) -> None:
        self.rows = {row.code: row for row in rows}
        self._named: dict[str, set[str]] = {}
        for code, row in self.rows.items():
            for name in (row.name_km, row.name_en):
                self._named.setdefault(fold(name), set()).add(code)

    def doubt(self, given: SaveBody) -> Message | None:
        """The warning if the names of a body name an area other than that of its code.

        Khmer names end with the place and English ones begin with it; a name without a known place fits any code.
        """
        named = self._at_the_end(fold(given.name_km)) | self._at_the_beginning(fold(given.name_en))
        code = given.area_code
        if not code or not named or any(each.startswith(code) or code.startswith(each) for each in named):
            return None
        return say(
            "The name says {name} ({codes}), but area code {code} is {area}",
            name=self.rows[min(named)].name_en,
            codes=", ".join(sorted(named)[:_SHOWN]),
            code=code,
            area=self.rows[code].name_en,
        )

    def _at_the_end(self, name: str) -> set[str]:
        """The areas with the longest name that this one ends with."""
        starts = (start for start in range(len(name) - _SHORTEST + 1) if name[start - 1 : start] != COENG)
        return next((codes for start in starts if (codes := self._named.get(name[start:]))), set())

    def _at_the_beginning(self, name: str) -> set[str]:
        words = name.split()
        starts = (" ".join(words[:count]) for count in range(len(words), 0, -1))
        return next(
            (codes for start in starts if len(start) >= _SHORTEST and (codes := self._named.get(start))),
            set(),
        )

"""The pictures of the page of figures, apart from `charts`, which draws each by the function of its name.

The library that draws is imported with the first picture.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rti.statistics.commands import Dimension
from rti.statistics.headlines import HEADLINES
from rti.statistics.queries import Table
from rti.web.api.statistics import Words


@dataclass(frozen=True, slots=True)
class Picture:
    """By what its table is grouped where that is not what was asked for."""

    by: Dimension | None = None
    then_by: Dimension | None = None
    exact: bool = False
    """Whether it shows single requests, and is not for those to whom numbers are told coarsely."""

    @property
    def groups(self) -> dict[str, str]:
        """What an address says of them."""
        return {"by": self.by or "", "then_by": self.then_by or "", "and_by": ""} if self.by else {}


PICTURES: Mapping[str, Picture] = {
    "quarters": Picture(Dimension.QUARTER),
    "answers": Picture(),
    "provinces": Picture(Dimension.PROVINCE),
    "kinds": Picture(Dimension.BODY_KIND, Dimension.QUARTER),
    "waiting": Picture(Dimension.YEAR, exact=True),
}


def fitting(by: Dimension) -> str:
    """The picture that fits what a table is grouped by."""
    return {Dimension.QUARTER: "quarters", Dimension.PROVINCE: "provinces"}.get(by, "answers")


def tells(table: Table) -> bool:
    """Whether a main share of any group of a table of our own method is told."""
    main = [measure for measure, _, _ in HEADLINES]
    return any(line.figures.rate(each).percent(0) is not None for line in table.lines for each in main)


def beside_numbers(table: Table) -> list[tuple[str, Dimension]]:
    """The pictures of the main numbers that have something to show, each with what it is grouped by."""
    told = [
        name for measure, name, _ in HEADLINES if table.total.figures.rate(measure).percent(0) is not None
    ]
    return [
        (name, PICTURES[name].by or table.wanted.by) for name in told if name != "answers" or tells(table)
    ]


def drawn(name: str, table: Table, words: Words) -> str:
    """A picture as SVG."""
    from rti.web import charts

    picture: str = getattr(charts, name)(table, words)
    return picture


def as_png(svg: str) -> bytes:
    """The same as pixels."""
    from rti.web import charts

    return charts.as_png(svg)

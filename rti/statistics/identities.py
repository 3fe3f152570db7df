"""The identities that must hold in every line of figures before they are published."""

from rti.statistics.disclosure import CoarseFigures
from rti.statistics.figures import Figures
from rti.statistics.queries import Table, Told


class Broken(Exception):
    """Figures contradict themselves, so none of them is published."""


def require_identities(table: Table) -> None:
    """Refuse figures of which an identity of the method, or a sum over the groups, does not hold; raises Broken.

    Those of a release are what was checked when it was made, and have no exact numbers any more.
    """
    total = _exact(table.total.figures)
    if total is None:
        return
    exact = [(line.keys, _exact(line.figures) or total) for line in (*table.lines, table.total)]
    for keys, figures in exact:
        if figures.broken:
            raise Broken(f"{table.wanted.method} {keys}: {figures.broken}")
    groups = [figures for keys, figures in exact if len(keys) == len(table.wanted.dimensions)]
    for column, number in total.counts.items():
        if sum(figures.counts[column] for figures in groups) != number:
            raise Broken(f"{table.wanted.method} {column}: the groups do not add up")


def _exact(figures: Told) -> Figures | None:
    if isinstance(figures, CoarseFigures):
        return figures.exact
    return figures if isinstance(figures, Figures) else None

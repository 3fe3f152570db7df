"""What must hold in every line of figures before they leave."""

from rti.statistics.disclosure import CoarseFigures
from rti.statistics.figures import Figures
from rti.statistics.queries import Table


class Broken(Exception):
    """Figures contradict themselves, so none of them leaves."""


def require_identities(table: Table) -> None:
    """Refuse figures of which an identity of the method, or a sum over the groups, does not hold; raises Broken."""
    exact = [(line.keys, _exact(line.figures)) for line in (*table.lines, table.total)]
    for keys, figures in exact:
        if figures.broken:
            raise Broken(f"{table.wanted.method} {keys}: {figures.broken}")
    groups = [figures for keys, figures in exact if len(keys) == len(table.wanted.dimensions)]
    total = exact[-1][1]
    for column, number in total.counts.items():
        if sum(figures.counts[column] for figures in groups) != number:
            raise Broken(f"{table.wanted.method} {column}: the groups do not add up")


def _exact(figures: Figures | CoarseFigures) -> Figures:
    return figures.exact if isinstance(figures, CoarseFigures) else figures

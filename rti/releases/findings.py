"""Errors of a draft, and warnings that need a reason: pure, from its tables before anything is hidden."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from rti.law.explanations import N_
from rti.releases.audit import Keys
from rti.releases.content import Content, Finding
from rti.releases.protection import Exact
from rti.statistics.figures import Figures
from rti.statistics.measures import State
from rti.statistics.methods.us import US

CHECKED_SHARE = 2
"""Fewer than one in so many outcomes checked by staff needs a reason."""
_SAME: Mapping[str, tuple[tuple[str, str], ...]] = {
    "own": (("outcomes", "checks"),),
    "osji": (("attempts", "compliance"),),
}
"""Sections whose columns add up to the same number."""


def findings(
    tables: Sequence[Exact], content: Content, before: Sequence[tuple[str, Content]], today: date
) -> list[Finding]:
    """`before` are the releases that are approved, with their codes."""
    found = [*_of_identities(tables), *_of_flow(tables, content, before), *_of_rows(tables, content, today)]
    return list({each.id: each for each in found}.values())


def _of_identities(tables: Sequence[Exact]) -> Iterator[Finding]:
    for table in tables:
        for keys, figures in table.lines.items():
            if not _adds_up(figures) or not _sums_up(table, keys):
                name = "/".join(table.dimensions)
                yield Finding(
                    f"identity:{table.method.id}:{name}",
                    True,
                    N_("The numbers of the table {method} by {group} do not add up"),
                    {"method": table.method.id, "group": name},
                )
                break


def _adds_up(figures: Figures) -> bool:
    """The identities of a method in one line."""
    counts, method = figures.counts, figures.method
    sums = {section.id: sum(counts[column.id] for column in section.columns) for section in method.sections}
    if method is US:
        pending = counts["pending_start"] + counts["received_in_period"] - counts["processed"]
        return pending == counts["pending_end"] and sums["V.B"] == counts["processed"]
    return all(sums[one] == sums[other] for one, other in _SAME.get(method.id, ()))


def _sums_up(table: Exact, keys: Keys) -> bool:
    """Whether the lines below a line add up to it."""
    below = [lines for key, lines in table.lines.items() if key and key[:-1] == keys]
    counts = table.lines[keys].counts
    return not below or all(sum(each.counts[column] for each in below) == counts[column] for column in counts)


def _of_flow(
    tables: Sequence[Exact], content: Content, before: Sequence[tuple[str, Content]]
) -> Iterator[Finding]:
    """What was pending at the start is what the last release said was pending at its end."""
    for table, published in zip(tables, content.tables, strict=True):
        if table.method is not US or published.query.since is None:
            continue
        for code, earlier in before:
            for other in earlier.tables:
                follows = (
                    other.query.method == US.id
                    and other.query.dimensions == published.query.dimensions
                    and other.query.until is not None
                    and (published.query.since - other.query.until).days == 1
                )
                ended = other.total.counts.get("pending_end")
                if follows and ended != table.lines[()].counts["pending_start"]:
                    yield Finding(
                        "pending_start",
                        False,
                        N_(
                            "What was pending at the start is not what release {code} said was pending at its end"
                        ),
                        {"code": code},
                    )


def _of_rows(tables: Sequence[Exact], content: Content, today: date) -> Iterator[Finding]:
    everything = [table.lines[()] for table in tables]
    if not any(figures.requests for figures in everything):
        yield Finding("empty", True, N_("No requests are counted"))
        return
    lines = [line for table in content.tables for line in (*table.lines, table.total)]
    if not any(any(line.counts.values()) for line in lines):
        yield Finding(
            "nothing_told",
            True,
            N_("Every number is hidden. Choose fewer or coarser groups, fewer methods or a longer period"),
        )
    if content.known_on >= today:
        yield Finding(
            "known_today",
            False,
            N_("Entries of today are counted, and more may be recorded before the day is over"),
        )
    for figures in everything:
        if figures.judged_by == "both":
            yield Finding(
                "mixed", False, N_("Legal deadlines and benchmarks are combined, so some shares are empty")
            )
        checked, unchecked = figures.counts.get("checked", 0), figures.counts.get("unchecked", 0)
        if checked * CHECKED_SHARE < checked + unchecked:
            yield Finding("unchecked", False, N_("Staff checked fewer than half of the outcomes"))
        if figures.counts.get(State.NO_DATE, 0) * 10 > figures.requests:
            yield Finding("undated", False, N_("More than one in ten requests has no date to judge by"))
    if any(not calendar.confirmed for calendar in content.calendars):
        yield Finding(
            "provisional", False, N_("Days off of a year are provisional, so due dates may still move")
        )

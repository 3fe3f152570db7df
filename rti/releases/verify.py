"""Verifying a release: counted again from the rows, as they were known then."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.models.releases import ReleaseRow
from rti.models.requests import EventRow, RequestRow
from rti.releases.content import content_of, digest_of, request_id, unpacked
from rti.releases.drafting import exact_tables, fingerprints_of
from rti.statistics.figures import Figures
from rti.statistics.in_sql import day_at_home
from rti.statistics.published import PublishedLine
from rti.statistics.queries import Table

MOST_ROWS = 100


class Difference(msgspec.Struct, frozen=True):
    """A published number, and its value now; `published` is null for a line that did not exist."""

    table: str
    line: str
    number: str
    published: float | None
    now: float | None


class ChangedRow(msgspec.Struct, frozen=True):
    """A request that counts otherwise than then: `changed`, `gone` or `new`; `last_entry_on` is the day on which
    something was last recorded of it. The `reference` is told to those who see the request."""

    request_id: UUID
    what: str
    last_entry_on: date | None
    reference: str | None = None


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """`altered`: the stored tables are not those that were approved. `methods` are those whose definition has another
    version now. Rows are the first 100 of `changed_rows`."""

    code: str
    holds: bool
    altered: bool
    methods: list[str]
    differences: list[Difference]
    rows: list[ChangedRow]
    changed_rows: int


async def verified(
    counting: AsyncSession, row: ReleaseRow, today: date, progress: Callable[[int], None] = lambda _: None
) -> Verification:
    """Counts everything that is told once more; `counting` reads what figures are made of."""
    content, kept = content_of(row.content), unpacked(row.kept)
    counted = await exact_tables(counting, [table.query for table in content.tables], today, progress)
    differences = [
        difference
        for published, now in zip(content.tables, counted, strict=True)
        for difference in _differences([*published.lines, published.total], now)
    ]
    requests = await fingerprints_of(counting, counted, today)
    changed = {
        request: "gone" if request not in requests else "changed"
        for request, made in kept.requests.items()
        if requests.get(request) != made
    } | dict.fromkeys(requests.keys() - kept.requests.keys(), "new")
    altered = digest_of(content) != row.digest
    methods = sorted(
        {
            published.query.method
            for published in content.tables
            if published.version != published.query.of_method.version
        }
    )
    return Verification(
        code=row.code,
        holds=not (altered or differences or changed),
        altered=altered,
        methods=methods,
        differences=differences,
        rows=await _rows(counting, changed),
        changed_rows=len(changed),
    )


async def named(session: AsyncSession, found: Verification, *seen: ColumnElement[bool]) -> Verification:
    """With the references of the rows; only with those that are `seen`, where a condition says who sees which."""
    of_rows = RequestRow.id.in_([each.request_id for each in found.rows])
    stored = await session.execute(select(RequestRow.id, RequestRow.reference).where(of_rows, *seen))
    references: dict[UUID, str] = {row.id: row.reference for row in stored}
    rows = [
        msgspec.structs.replace(each, reference=references.get(each.request_id))
        for each in found.rows
        if not seen or each.request_id in references
    ]
    return msgspec.structs.replace(found, rows=rows)


def _differences(lines: Sequence[PublishedLine], now: Table) -> Iterator[Difference]:
    name = f"{now.wanted.method} {'/'.join(now.wanted.dimensions)}"
    exact = {line.keys: line.figures for line in (*now.lines, now.total)}
    for line in lines:
        words = "/".join(key or "?" for key in line.keys) or "total"
        figures = exact.pop(line.keys, None)
        if not isinstance(figures, Figures):
            yield Difference(name, words, "requests", _requests(line), None)
            continue
        for number, was in _numbers(line).items():
            is_now = _now(figures, number)
            if was is not None and was != is_now:
                yield Difference(name, words, number, was, is_now)
    for keys in exact:
        yield Difference(name, "/".join(key or "?" for key in keys), "requests", None, None)


def _requests(line: PublishedLine) -> float | None:
    known = [count for count in line.counts.values() if count is not None]
    return float(max(known)) if known else None


def _numbers(line: PublishedLine) -> dict[str, float | None]:
    """Every number that a line tells."""
    shares = {
        f"{measure}_{part}": getattr(share, part)
        for measure, share in line.shares.items()
        for part in ("numerator", "denominator")
    }
    medians: dict[str, float | None] = {f"median_{each}": median for each, median in line.medians.items()}
    return {**line.counts, **shares, **medians, "median_days": line.median_days}


def _now(figures: Figures, number: str) -> float | None:
    if number in figures.counts:
        return figures.counts[number]
    if number == "median_days":
        return figures.median_days
    for measure, rate in figures.rates:
        if number in {f"{measure.id}_numerator", f"{measure.id}_denominator"}:
            return rate.numerator if number.endswith("_numerator") else rate.denominator
    for duration, days in figures.durations:
        if number == f"median_{duration.id}":
            return days.median
    return None


async def _rows(counting: AsyncSession, changed: dict[bytes, str]) -> list[ChangedRow]:
    ids = {request_id(each): what for each, what in sorted(changed.items())[:MOST_ROWS]}
    last: Any = day_at_home(func.max(EventRow.recorded_at))
    found = await counting.execute(
        select(RequestRow.id, last)
        .outerjoin(EventRow, EventRow.request_id == RequestRow.id)
        .where(RequestRow.id.in_(ids))
        .group_by(RequestRow.id)
    )
    known: dict[UUID, date | None] = {row[0]: row[1] for row in found}
    return [ChangedRow(each, what, known.get(each)) for each, what in ids.items()]

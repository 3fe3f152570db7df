"""A release as a data package (Frictionless, version 1): a CSV file for each table and each set of sums, with its schema.

Codes are texts and lead to names in both languages. No sum stands among rows: sub-totals and totals have files of their
own. What is hidden is an empty value, and the last column says why. The same release gives the same bytes.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import msgspec

from rti.core.csv_export import Cell, csv_lines
from rti.labels import label
from rti.models.releases import ReleaseRow
from rti.releases.content import Content
from rti.statistics.commands import Dimension
from rti.statistics.queries import Line, Table
from rti.web.api.statistics import PLACES, words

UNKNOWN: Final = "unknown"
"""The code of a group of which the key is not known: a primary key is never empty."""
_COUNT: Final = {"type": "integer", "constraints": {"minimum": 0}}
_PERCENT: Final = {"type": "number", "constraints": {"minimum": 0, "maximum": 100}}
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)


def package(row: ReleaseRow, content: Content, tables: Sequence[Table]) -> bytes:
    """The ZIP file."""
    files: dict[str, bytes] = {}
    resources = []
    for number, table in enumerate(tables, start=1):
        for depth in range(len(table.wanted.dimensions), -1, -1):
            by = table.wanted.dimensions[:depth]
            name = (
                "-".join([f"{number:02}", table.wanted.method, *(by or ("total",))]).replace("_", "-").lower()
            )
            lines = [line for line in (*table.lines, table.total) if len(line.keys) == depth]
            files[f"data/{name}.csv"] = _csv(table, by, lines)
            resources.append(_resource(name, table, by, files[f"data/{name}.csv"]))
    described = _description(row, content, tables) | {"resources": resources}
    files["datapackage.json"] = msgspec.json.format(msgspec.json.encode(described))
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for path, written in sorted(files.items()):
            archive.writestr(ZipInfo(path, _LONG_AGO), written, ZIP_DEFLATED)
    return made.getvalue()


def _description(row: ReleaseRow, content: Content, tables: Sequence[Table]) -> dict[str, Any]:
    return {
        "profile": "tabular-data-package",
        "name": f"release-{row.code}",
        "title": row.title_en,
        "title_km": row.title_km,
        "version": row.code,
        "cut_off": content.as_of.isoformat(),
        "entries_recorded_until": content.known_on.isoformat(),
        "digest": row.digest,
        "hidden_below": content.threshold,
        "rounding": f"percentages half up, {PLACES} places, from the two numbers beside them",
        "published_on": row.publish_on.isoformat() if row.publish_on else None,
        "statutes": msgspec.to_builtins(sorted({each for one in content.tables for each in one.statutes})),
        "calendars": msgspec.to_builtins(content.calendars),
        "methods": [
            {
                "id": method.id,
                "name": words(method.name, "en"),
                "version": method.version,
                "source": words(method.source, "en"),
                "differs": words(method.differs, "en"),
                "measures": [
                    {
                        "id": each.id,
                        "question": each.question,
                        "counts": each.counts,
                        "excludes": each.excludes,
                    }
                    for each in method.measures
                ],
            }
            for method in dict.fromkeys(table.wanted.of_method for table in tables)
        ],
    }


def _resource(name: str, table: Table, by: Sequence[Dimension], written: bytes) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": f"data/{name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(written),
        "hash": f"sha256:{sha256(written).hexdigest()}",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n"},
        "schema": {
            "fields": [*_fields(table, by)],
            "missingValues": [""],
        }
        | ({"primaryKey": [str(each) for each in by]} if by else {}),
    }


def _fields(table: Table, by: Sequence[Dimension]) -> Iterator[Mapping[str, Any]]:
    method = table.wanted.of_method
    for each in by:
        yield {"name": str(each), "type": "string", "title": label(each), "constraints": {"required": True}}
        yield {"name": f"{each}_name_en", "type": "string"}
        yield {"name": f"{each}_name_km", "type": "string"}
    for column in method.columns:
        yield {"name": column.id, "title": words(column.name, "en"), **_COUNT}
    for measure in method.measures:
        yield {"name": f"{measure.id}_numerator", **_COUNT}
        yield {"name": f"{measure.id}_denominator", **_COUNT}
        yield {
            "name": f"{measure.id}_percent",
            "title": measure.name,
            "description": measure.question,
            **_PERCENT,
        }
    yield {"name": "median_days", "type": "number"}
    yield {"name": "survival_median_days", "type": "number"}
    yield {
        "name": "reason",
        "type": "string",
        "description": "Why values of this row are empty: 'small' are hidden because they are small or would give a "
        "small one away, 'mixed' would combine legal deadlines and benchmarks",
    }


def _csv(table: Table, by: Sequence[Dimension], lines: Sequence[Line]) -> bytes:
    header = [field["name"] for field in _fields(table, by)]
    return csv_lines([header, *([*_cells(table, line)] for line in lines)]).encode()


def _cells(table: Table, line: Line) -> Iterator[Cell]:
    figures, method = line.figures, table.wanted.of_method
    for key, name in zip(line.keys, line.names, strict=True):
        yield UNKNOWN if key is None else key
        yield from (words(name, language) for language in ("en", "km"))
    yield from (figures.counts[column.id] for column in method.columns)
    for _, rate in figures.rates:
        percent = rate.percent(PLACES)
        yield from (rate.numerator, rate.denominator, None if percent is None else float(percent))
    yield from (figures.median_days, figures.survival_median_days)
    small = [column.id for column in method.columns if figures.counts[column.id] is None]
    small += [measure.id for measure, rate in figures.rates if rate.denominator is None and not rate.mixed]
    mixed = [measure.id for measure, rate in figures.rates if rate.mixed]
    reasons = (("small", small), ("mixed", mixed))
    yield "; ".join(f"{reason}: {' '.join(names)}" for reason, names in reasons if names)

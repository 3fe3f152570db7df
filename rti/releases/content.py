"""The content of a release, as a value that is written once, and the part of it that is never published."""

import zlib
from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from rti.law.bilingual import BilingualName
from rti.law.statutes import Statute
from rti.releases.audit import Keys, Population, Shown
from rti.statistics.commands import Dimension, StatisticsQuery
from rti.statistics.methods import METHODS
from rti.statistics.names import CHOICES
from rti.statistics.names import Shown as Name
from rti.statistics.published import PublishedFigures, PublishedLine
from rti.statistics.queries import Ground, Line, Table
from rti.topics.reference import shipped as shipped_topics


class StatuteVersion(msgspec.Struct, frozen=True, order=True):
    """The version of a statute under which requests are assessed, and whether its dates are deadlines."""

    id: str
    version: int
    binding: bool


class CalendarVersion(msgspec.Struct, frozen=True, order=True):
    """The days off of a country and year as they were on the day of the draft, by their SHA-256."""

    country: str
    year: int
    confirmed: bool
    digest: str


class PublishedTable(msgspec.Struct, frozen=True, kw_only=True):
    """One table, its total apart from its lines; `version` is that of the method."""

    query: StatisticsQuery
    version: int
    statutes: list[StatuteVersion]
    lines: list[PublishedLine]
    total: PublishedLine


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """All tables of a release with what they rest on; numbers of fewer than `threshold` are hidden in them."""

    as_of: date
    known_on: date
    threshold: int
    tables: list[PublishedTable]
    calendars: list[CalendarVersion]


class Finding(msgspec.Struct, frozen=True):
    """What the checks say of a draft: an error, which blocks it, or a warning, which needs a reason."""

    id: str
    blocks: bool
    text: str
    values: dict[str, str | int] = {}


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is never published: a digest of every counted request, the hidden small numbers of each table, and the findings."""

    requests: dict[bytes, bytes]
    small: list[list[tuple[Keys, str]]]
    findings: list[Finding]


def digest_of(content: Content) -> str:
    """The SHA-256 of the content as sorted JSON."""
    return sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


def packed(kept: Kept) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(kept), 1)


def unpacked(content: bytes) -> Kept:
    return msgspec.msgpack.decode(zlib.decompress(content), type=Kept)


def content_of(stored: Mapping[str, Any]) -> Content:
    return msgspec.convert(stored, Content)


def population(query: StatisticsQuery, as_of: date, known_on: date) -> Population:
    """Which requests a table counts; a method that counts what happens in a period, also in each quarter or year of a
    table, counts others."""
    chosen = msgspec.to_builtins(query)
    periods = {Dimension.QUARTER, Dimension.YEAR}.intersection(query.dimensions)
    apart = query.of_method.by_activity and (query.since or query.until or periods)
    names = ("basis", "since", "until", "campaign_id", "statute_id", "province", "unit", "target_of")
    scope = {name: chosen[name] for name in names} | {"apart": bool(apart)}
    return Population(msgspec.json.encode(scope).decode(), as_of.isoformat(), known_on.isoformat())


def shown(content: Content, kept: Kept) -> list[Shown]:
    """The tables as the audit reads them."""
    return [
        Shown(
            population(table.query, content.as_of, content.known_on),
            table.query.dimensions,
            METHODS[table.query.method],
            [*table.lines, table.total],
            small,
        )
        for table, small in zip(content.tables, kept.small, strict=True)
    ]


def tables(content: Content, statutes: Mapping[tuple[str, int], Statute]) -> list[Table]:
    """The same as pages, files and pictures show tables."""
    return [
        Table(
            wanted=each.query,
            as_of=content.as_of,
            known_on=content.known_on,
            lines=[_line(each, line) for line in each.lines],
            total=_line(each, each.total),
            grounds=[Ground(statutes[one.id, one.version], one.binding) for one in each.statutes],
            coarse=True,
        )
        for each in content.tables
    ]


def _line(table: PublishedTable, line: PublishedLine) -> Line:
    names: Sequence[Name | None] = [
        _name(by, key, name)
        for by, key, name in zip(table.query.dimensions, line.keys, line.names, strict=False)
    ]
    return Line(keys=line.keys, names=tuple(names), figures=PublishedFigures(table.query.of_method, line))


def _name(by: Any, key: str | None, name: tuple[str, str] | None) -> Name | None:
    if key is None or name:
        return BilingualName(*name) if name else None
    if by is Dimension.TOPIC and (topic := shipped_topics().get(key)):
        # Frozen when topics had no names of their own.
        return BilingualName(topic.name_en, topic.name_km)
    return CHOICES[by](key) if by in CHOICES else key


def request_id(key: bytes) -> UUID:
    return UUID(bytes=key)

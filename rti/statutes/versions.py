"""Adding versions of statutes from files; a version is written once and never changed."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import unique
from rti.core.errors import Conflict, Fault, Invalid, invalid, say
from rti.core.validation import InvalidValue, clean_text
from rti.law.statutes import Statute, StatuteFaults, parse_statute
from rti.models.statutes import StatuteRow
from rti.statutes.queries import newest_document, newest_of

LARGEST = 200_000
"""Characters of the longest statute that is read; the longest one that is shipped has 4,000."""


def read_toml(text: str, field: str = "file") -> dict[str, Any]:
    """The document in a TOML text, or Invalid with the line where it breaks."""
    if len(text) > LARGEST:
        raise invalid(field, say("A statute can have at most {count} characters", count=LARGEST))
    try:
        return tomllib.loads(text)
    except ValueError as error:
        raise invalid(field, say("This is not TOML: {fault}", fault=str(error))) from None
    except RecursionError:
        raise invalid(field, say("This is not TOML: {fault}", fault="nested too deeply")) from None


def check(document: Mapping[str, Any]) -> Statute:
    """The statute of a document; raises Invalid with every fault, each under its path."""
    try:
        statute = parse_statute(document)
        for text in _texts(document):
            clean_text(text)
    except StatuteFaults as wrong:
        split = (fault.partition(": ") for fault in wrong.faults)
        raise Invalid(*(Fault(path, say("{fault}", fault=text)) for path, _, text in split)) from None
    except InvalidValue as wrong:
        raise invalid("sources", wrong.text) from None
    except RecursionError:
        raise invalid("document", say("This is nested too deeply")) from None
    return statute


async def add(session: AsyncSession, document: Mapping[str, Any], now: datetime) -> Statute:
    """Store a new statute, or a newer version of a stored one."""
    statute = check(document)
    stored = await newest_document(session, statute.id)
    if stored and statute.version <= stored["version"]:
        raise invalid(
            "version",
            say(
                "Version {version} already exists. Give this one a higher number",
                version=stored["version"],
            ),
        )
    taken = Conflict(say("Someone else has just stored this version. Check it and try again"))
    async with unique(session, taken):
        plain = msgspec.to_builtins(document)
        session.add(StatuteRow(id=statute.id, version=statute.version, document=plain, added_at=now))
    return statute


async def commence(session: AsyncSession, statute_id: str, day: date, now: datetime) -> Statute:
    """Set the day on which a statute comes into force, as a new version."""
    current = await newest_of(session, statute_id)
    document = await newest_document(session, statute_id)
    changes = {"version": current.version + 1, "in_force_from": day.isoformat()}
    return await add(session, {**(document or {}), **changes}, now)


def _texts(value: Any) -> Iterator[str]:
    """Every text inside a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from (str(key), *_texts(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)

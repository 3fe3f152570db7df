"""Indexes of `request` by which its list is narrowed, in the order of the list.

With what decides who sees a request, and what else narrows a list, in them, a list is counted from an index alone: under
row security, too, PostgreSQL then reads no request that it does not show.
"""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Index, text

from rti.law.events import Outcome
from rti.law.status import UNFINISHED

_SEEN_BY = ("cbo_id", "campaign_id", "province_code")
"""What policies and locks of organisations look at."""
_DUE = ("next_due_on", "id")
_CLOCK = ("due_on", "met_on", "ended_on")
_SINCE = ("answered_on", "submitted_on", "drafted_on", "known_from")
_GROUPED = ("body_id", "filing")
"""By what is counted in groups, besides."""
_LISTED: Mapping[str, Sequence[str]] = {
    "": (*_CLOCK, *_GROUPED),
    "cbo_id": (*_CLOCK, *_GROUPED, "status", "topic", "reference"),
    "campaign_id": _CLOCK,
    "province_code": _CLOCK,
    "status": ("topic",),
    "topic": (),
    "campaign_id status": ("topic",),
    "campaign_id topic": (),
    "campaign_id province_code": ("status",),
    "province_code status": ("topic",),
    "province_code topic": (),
}
"""What a list can be narrowed by, and what it can be narrowed by then."""
_STALLING: Mapping[str, Sequence[str]] = {
    "": (*_SINCE, *_GROUPED),
    "cbo_id": (*_SINCE, "status"),
    "campaign_id": _SINCE,
    "province_code": _SINCE,
}
_IS_LISTED = "duplicate_of IS NULL"
_IS_STALLING = f"(status IN {tuple(map(str, UNFINISHED))} OR outcome = '{Outcome.UNKNOWN}')"


def of_lists() -> Iterator[Index]:
    for by, more in _LISTED.items():
        yield _index(None, (*by.split(), *_DUE), more, _IS_LISTED)
    for by, more in _STALLING.items():
        yield _index(_named("stalling", by), (*by.split(), *_DUE), more, f"{_IS_LISTED} AND {_IS_STALLING}")
    for by in ("", "campaign_id", "province_code"):
        yield _index(_named("reference", by), (*by.split(), "reference", "id"), ("next_due_on",), _IS_LISTED)
    # Of duplicates, too: whoever changes a body looks for all its requests.
    yield _index(None, ("body_id", *_DUE), ("duplicate_of",))


def _named(what: str, by: str) -> str:
    return f"ix_request_{what}{by and '_'}{by}"


def _index(name: str | None, keys: Sequence[str], more: Sequence[str], where: str = "") -> Index:
    included = [each for each in (*_SEEN_BY, *more) if each not in keys]
    holds = text(where) if where else None
    return Index(name, *keys, postgresql_include=included, postgresql_where=holds)

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
        yield _in_order(None, by, more, _IS_LISTED)
    for by, more in _STALLING.items():
        name = f"ix_request_stalling{by and '_'}{by}"
        yield _in_order(name, by, more, f"{_IS_LISTED} AND {_IS_STALLING}")
    # Of duplicates, too: whoever changes a body looks for all its requests.
    yield _in_order(None, "body_id", ("duplicate_of",))


def _in_order(name: str | None, narrowed: str, more: Sequence[str], where: str = "") -> Index:
    by = narrowed.split()
    return Index(
        name,
        *by,
        "next_due_on",
        "id",
        postgresql_include=[each for each in (*_SEEN_BY, *more) if each not in by],
        postgresql_where=text(where) if where else None,
    )

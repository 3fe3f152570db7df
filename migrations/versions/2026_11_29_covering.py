"""covering: what a list counts is read from its index alone, and what needs attention is grouped from one"""

from alembic import op

revision = "0051"
down_revision = "0054"
branch_labels = None
depends_on = None

_SEEN_BY = ("cbo_id", "campaign_id", "province_code")
_CLOCK = ("due_on", "met_on", "ended_on")
_SINCE = ("answered_on", "submitted_on", "drafted_on", "known_from")
_UNFINISHED = "status IN ('not_submitted', 'submitted', 'draft')"
_STALLING = f"{_UNFINISHED} OR outcome = 'unknown'"
_LISTED = {
    "": (*_CLOCK, "body_id", "filing"),
    "cbo_id": (*_CLOCK, "body_id", "filing", "status", "topic", "reference"),
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
_STALLED = {
    "": (*_SINCE, "body_id", "filing"),
    "cbo_id": (*_SINCE, "status"),
    "campaign_id": _SINCE,
    "province_code": _SINCE,
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_request_late", "request")
    op.drop_index("ix_request_unfinished", "request")
    for by, more in _LISTED.items():
        if by != "campaign_id province_code":
            op.drop_index(_name(by), "request")
        _add(_name(by), by, more, "WHERE duplicate_of IS NULL")
    for by, more in _STALLED.items():
        if by != "cbo_id":
            op.drop_index(_stalled(by), "request")
        _add(_stalled(by), by, more, f"WHERE duplicate_of IS NULL AND ({_STALLING})")
    op.drop_index(_name("body_id"), "request")
    _add(_name("body_id"), "body_id", ("duplicate_of",))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for by in (*_LISTED, "body_id"):
        op.drop_index(_name(by), "request")
        if by != "campaign_id province_code":
            _add(_name(by), by)
    for by in _STALLED:
        op.drop_index(_stalled(by), "request")
        if by != "cbo_id":
            _add(_stalled(by), by, where=f"WHERE {_STALLING}")
    op.execute(f"CREATE INDEX ix_request_unfinished ON request (cbo_id, id) WHERE {_UNFINISHED}")
    op.execute(
        """CREATE INDEX ix_request_late ON request (province_code, next_due_on) INCLUDE (due_on, cbo_id, campaign_id)
        WHERE met_on IS NULL AND ended_on IS NULL AND duplicate_of IS NULL"""
    )


def _name(by: str) -> str:
    return "_".join(("ix_request", *by.split(), "next_due_on_id"))


def _stalled(by: str) -> str:
    return f"ix_request_stalling{by and '_'}{by}"


def _add(name: str, by: str, more: tuple[str, ...] | None = None, where: str = "") -> None:
    keys = by.split()
    included = [] if more is None else [each for each in (*_SEEN_BY, *more) if each not in keys]
    covering = f"INCLUDE ({', '.join(included)})" if included else ""
    op.execute(
        f"CREATE INDEX {name} ON request ({', '.join((*keys, 'next_due_on', 'id'))}) {covering} {where}"
    )

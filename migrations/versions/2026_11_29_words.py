"""words: tables and columns are called by the terms of the field"""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_TABLES = {"allowance": "rate_limit", "audit_tally": "audit_count", "tick": "heartbeat"}
_COLUMNS = {
    ("message", "told_on"): "day",
    ("saved_list", "told"): "known",
    ("saved_report", "told"): "sent_digest",
}
_NAMES = {
    "pk_allowance": "pk_rate_limit",
    "ix_allowance_free_at": "ix_rate_limit_free_at",
    "pk_audit_tally": "pk_audit_count",
    "uq_audit_tally": "uq_audit_count",
    "pk_tick": "pk_heartbeat",
    "uq_message_person_id_told_on": "uq_message_person_id_day",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for before, after in _TABLES.items():
        op.rename_table(before, after)
    for (table, before), after in _COLUMNS.items():
        op.alter_column(table, before, new_column_name=after)
    for before, after in _NAMES.items():
        op.execute(f"ALTER INDEX {before} RENAME TO {after}")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for before, after in _NAMES.items():
        op.execute(f"ALTER INDEX {after} RENAME TO {before}")
    for (table, before), after in _COLUMNS.items():
        op.alter_column(table, after, new_column_name=before)
    for before, after in _TABLES.items():
        op.rename_table(after, before)

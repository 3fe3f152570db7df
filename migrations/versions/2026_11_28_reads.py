"""reads: an index for each filter of the list, in the order of the list"""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

FILTERS = ("body_id", "campaign_id", "status", "topic")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for column in FILTERS:
        op.create_index(op.f(f"ix_request_{column}_next_due_on_id"), "request", [column, "next_due_on", "id"])
    op.create_index(
        "ix_request_reference_prefix",
        "request",
        ["reference"],
        postgresql_ops={"reference": "text_pattern_ops"},
    )
    for column in ("body_id", "campaign_id"):
        op.drop_index(op.f(f"ix_request_{column}"), table_name="request")


def downgrade() -> None:
    for column in ("body_id", "campaign_id"):
        op.create_index(op.f(f"ix_request_{column}"), "request", [column])
    op.drop_index("ix_request_reference_prefix", table_name="request")
    for column in FILTERS:
        op.drop_index(op.f(f"ix_request_{column}_next_due_on_id"), table_name="request")

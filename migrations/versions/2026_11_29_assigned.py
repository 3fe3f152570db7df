"""assigned: a list of assigned requests that is narrowed is read from one index, however many others there are"""

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_INDEXES = [
    (f"ix_request_{assigned}_{narrowed}_next_due_on_id", [assigned, narrowed, "next_due_on", "id"])
    for assigned in ("campaign_id", "province_code")
    for narrowed in ("status", "topic")
]


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name, columns in _INDEXES:
        op.create_index(name, "request", columns)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name, _ in _INDEXES:
        op.drop_index(name, "request")

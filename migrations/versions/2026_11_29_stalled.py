"""stalled: requests that nobody took further are counted for each campaign and province by itself, too"""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_PARTS = ("campaign_id", "province_code")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for part in _PARTS:
        op.execute(
            f"""CREATE INDEX ix_request_stalling_{part} ON request ({part}, next_due_on, id)
            WHERE status IN ('not_submitted', 'submitted', 'draft') OR outcome = 'unknown'"""
        )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for part in _PARTS:
        op.drop_index(f"ix_request_stalling_{part}", "request")

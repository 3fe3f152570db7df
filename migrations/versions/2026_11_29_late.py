"""late: how many requests are past due is counted out of one index, by people who see many"""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        """CREATE INDEX ix_request_late ON request (province_code, next_due_on) INCLUDE (due_on, cbo_id, campaign_id)
        WHERE met_on IS NULL AND ended_on IS NULL AND duplicate_of IS NULL"""
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_request_late")

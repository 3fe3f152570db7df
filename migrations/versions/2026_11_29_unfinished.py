"""unfinished: an organisation's requests that their body has not received are found at once"""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        """CREATE INDEX ix_request_unfinished ON request (cbo_id, id)
        WHERE status IN ('not_submitted', 'submitted', 'draft')"""
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_request_unfinished")

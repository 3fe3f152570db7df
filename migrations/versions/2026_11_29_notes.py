"""notes: what one should know before one goes to a body or carries out a batch; and an index of what can be stalled"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("public_body", sa.Column("note", sa.Text(), server_default="", nullable=False))
    op.add_column("batch", sa.Column("note", sa.LargeBinary(), nullable=True))
    op.execute(
        """CREATE INDEX ix_request_stalling ON request (next_due_on, id)
        WHERE status IN ('not_submitted', 'submitted', 'draft') OR outcome = 'unknown'"""
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_request_stalling", table_name="request")
    for table in ("batch", "public_body"):
        op.drop_column(table, "note")

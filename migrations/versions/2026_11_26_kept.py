"""documents are checked and scanned by turns; messages that still hold texts are found by an index"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None
WITH_TEXT = """state IN ('accepted', 'failed', 'kept', 'dropped')
    AND (to_address IS NOT NULL OR subject IS NOT NULL OR values <> '{}')"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("document", sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE document SET next_check_at = now()")
    op.create_index("ix_document_next_check_at", "document", ["next_check_at"])
    op.add_column("document", sa.Column("threat", sa.Text(), nullable=True))
    found = sa.text("threat IS NOT NULL")
    op.create_index("ix_document_quarantined", "document", ["threat"], postgresql_where=found)
    op.create_index("ix_message_with_text", "message", ["finished_at"], postgresql_where=sa.text(WITH_TEXT))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_message_with_text", table_name="message")
    op.drop_index("ix_document_quarantined", table_name="document")
    op.drop_column("document", "threat")
    op.drop_index("ix_document_next_check_at", table_name="document")
    op.drop_column("document", "next_check_at")

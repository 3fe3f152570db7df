"""a document tells itself whether it is damaged and holds a location, also where no copy of it could be made"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for column in ("had_location", "damaged"):
        op.add_column("document", sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE document SET had_location = true FROM document_copy "
        "WHERE document_copy.document_id = document.id AND document_copy.had_location"
    )
    op.drop_column("document_copy", "had_location")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "document_copy", sa.Column("had_location", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.execute(
        "UPDATE document_copy SET had_location = document.had_location FROM document "
        "WHERE document_copy.document_id = document.id"
    )
    op.alter_column("document_copy", "had_location", server_default=None)
    for column in ("had_location", "damaged"):
        op.drop_column("document", column)

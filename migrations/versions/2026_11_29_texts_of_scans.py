"""texts of scans: what a machine reads in the copy of a document"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_OF_DOCUMENT = (["cbo_id", "document_id"], ["document.cbo_id", "document.id"])


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "document_text",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("cbo_id", sa.Uuid(), nullable=False),
        sa.Column("copy_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            *_OF_DOCUMENT, name=op.f("fk_document_text_cbo_id_document_id_document"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_text")),
        sa.UniqueConstraint("cbo_id", "document_id", name=op.f("uq_document_text_cbo_id_document_id")),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("document_text")

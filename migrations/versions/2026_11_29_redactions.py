"""redactions: what is hidden in copies of documents, and a small picture of each"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_OF_DOCUMENT = (["cbo_id", "document_id"], ["document.cbo_id", "document.id"])


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("document_copy", sa.Column("redactions", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "document_preview",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("cbo_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            *_OF_DOCUMENT, name=op.f("fk_document_preview_cbo_id_document_id_document"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_preview")),
        sa.UniqueConstraint("cbo_id", "document_id", name=op.f("uq_document_preview_cbo_id_document_id")),
    )
    op.create_table(
        "redaction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cbo_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("marks", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("redacted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redacted_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            *_OF_DOCUMENT, name=op.f("fk_redaction_cbo_id_document_id_document"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["redacted_by"], ["person.id"], name=op.f("fk_redaction_redacted_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redaction")),
        sa.UniqueConstraint("cbo_id", "id", name=op.f("uq_redaction_cbo_id_id")),
    )
    op.create_index(op.f("ix_redaction_document_id"), "redaction", ["document_id"])
    op.execute(
        """CREATE FUNCTION keep_redacted() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$ BEGIN
            IF NEW.redactions < (SELECT count(*) FROM public.redaction WHERE document_id = NEW.document_id) THEN
                RAISE EXCEPTION 'a redacted copy is never replaced by one that shows more';
            END IF;
            RETURN NEW;
        END $$"""
    )
    op.execute(
        """CREATE TRIGGER keep_redacted BEFORE INSERT OR UPDATE OF content ON document_copy
        FOR EACH ROW EXECUTE FUNCTION keep_redacted()"""
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TRIGGER keep_redacted ON document_copy")
    op.execute("DROP FUNCTION keep_redacted()")
    op.drop_table("redaction")
    op.drop_table("document_preview")
    op.drop_column("document_copy", "redactions")

"""a way back: imports are known afterwards with what they wrote, and corrections with what was there"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "file_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cbo_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("file_name", sa.LargeBinary(), nullable=True),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["cbo_id"], ["cbo.id"], name=op.f("fk_file_import_cbo_id_cbo")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_file_import_person_id_person")),
        sa.ForeignKeyConstraint(["undone_by"], ["person.id"], name=op.f("fk_file_import_undone_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_import")),
    )
    op.create_index(op.f("ix_file_import_created_at_id"), "file_import", ["created_at", "id"])
    op.create_index(
        op.f("ix_file_import_cbo_id_created_at_id"), "file_import", ["cbo_id", "created_at", "id"]
    )
    op.create_table(
        "import_entry",
        sa.Column("file_import_id", sa.Uuid(), nullable=False),
        sa.Column("of_table", sa.Text(), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=True),
        sa.Column("after", postgresql.JSONB(), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_import_id"],
            ["file_import.id"],
            name=op.f("fk_import_entry_file_import_id_file_import"),
        ),
        sa.PrimaryKeyConstraint("file_import_id", "of_table", "row_id", name=op.f("pk_import_entry")),
    )
    op.create_index(op.f("ix_import_entry_row_id"), "import_entry", ["row_id"])
    op.add_column("event", sa.Column("changes", postgresql.JSONB(), nullable=True))
    op.add_column("request", sa.Column("duplicate_of", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_request_duplicate_of",
        "request",
        ["duplicate_of"],
        postgresql_where=sa.text("duplicate_of IS NOT NULL"),
    )
    op.create_foreign_key(
        op.f("fk_request_cbo_id_duplicate_of_request"),
        "request",
        "request",
        ["cbo_id", "duplicate_of"],
        ["cbo_id", "id"],
    )
    op.add_column("public_body", sa.Column("closed_on", sa.Date(), nullable=True))
    op.create_table(
        "former_name",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_km", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id"], ["public_body.id"], name=op.f("fk_former_name_body_id_public_body")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_name")),
    )
    op.create_index(op.f("ix_former_name_body_id"), "former_name", ["body_id"])
    op.create_index(op.f("ix_former_name_code"), "former_name", ["code"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("former_name")
    op.drop_column("public_body", "closed_on")
    op.drop_column("request", "duplicate_of")
    op.drop_column("event", "changes")
    op.drop_table("import_entry")
    op.drop_table("file_import")

"""the inbox: mail and scans that came in, and the places up to which mailboxes were read"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "mailbox",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mailbox")),
    )
    op.create_table(
        "incoming",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cbo_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=True),
        sa.Column("found_by", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("thread", sa.LargeBinary(), nullable=True),
        sa.Column("likeness", sa.LargeBinary(), nullable=True),
        sa.Column("same_as", sa.Uuid(), nullable=True),
        sa.Column("key_number", sa.Text(), nullable=True),
        sa.Column("summary", sa.LargeBinary(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(cbo_id IS NULL) = (key_number IS NOT NULL)", name=op.f("ck_incoming_sealed_by_one_key")
        ),
        sa.ForeignKeyConstraint(["cbo_id"], ["cbo.id"], name=op.f("fk_incoming_cbo_id_cbo")),
        sa.ForeignKeyConstraint(
            ["cbo_id", "request_id"],
            ["request.cbo_id", "request.id"],
            name=op.f("fk_incoming_cbo_id_request_id_request"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["cbo_id", "event_id"],
            ["event.cbo_id", "event.id"],
            name=op.f("fk_incoming_cbo_id_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["cbo_id", "document_id"],
            ["document.cbo_id", "document.id"],
            name=op.f("fk_incoming_cbo_id_document_id_document"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_incoming_added_by_person")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_incoming_decided_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming")),
    )
    op.create_index(op.f("ix_incoming_state_received_at_id"), "incoming", ["state", "received_at", "id"])
    op.create_index(op.f("ix_incoming_request_id"), "incoming", ["request_id"])
    op.create_index(op.f("ix_incoming_thread"), "incoming", ["thread"])
    op.create_index(
        "ix_incoming_due",
        "incoming",
        ["next_attempt_at"],
        postgresql_where=sa.text("next_attempt_at IS NOT NULL"),
    )
    op.create_index(
        "ix_incoming_key_number",
        "incoming",
        ["key_number"],
        postgresql_where=sa.text("key_number IS NOT NULL"),
    )
    op.create_index(op.f("ix_request_reference"), "request", ["reference"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_request_reference", "request")
    op.drop_table("incoming")
    op.drop_table("mailbox")

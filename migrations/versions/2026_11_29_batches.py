"""batches: a question of a campaign to many bodies, and what became of each of them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cbo_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("filing", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("asked", postgresql.JSONB(), nullable=False),
        sa.Column("filed_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cbo_id"], ["cbo.id"], name=op.f("fk_batch_cbo_id_cbo")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_batch_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["filed_by"], ["person.id"], name=op.f("fk_batch_filed_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("cbo_id", "id", name=op.f("uq_batch_cbo_id_id")),
    )
    op.create_index(op.f("ix_batch_campaign_id"), "batch", ["campaign_id"])
    op.create_table(
        "batch_body",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("cbo_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("left_out", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cbo_id", "batch_id"],
            ["batch.cbo_id", "batch.id"],
            name=op.f("fk_batch_body_cbo_id_batch_id_batch"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["cbo_id", "request_id"],
            ["request.cbo_id", "request.id"],
            name=op.f("fk_batch_body_cbo_id_request_id_request"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("batch_id", "body_id", name=op.f("pk_batch_body")),
    )
    op.create_index(op.f("ix_batch_body_request_id"), "batch_body", ["request_id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("batch_body")
    op.drop_table("batch")

"""saved lists: filters of requests under a name, shared in a campaign, and what was told of them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("wanted", postgresql.JSONB(), nullable=False),
        sa.Column("shared_in", sa.Uuid(), nullable=True),
        sa.Column("mails", sa.Boolean(), nullable=False),
        sa.Column("told", sa.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_saved_list_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shared_in"], ["campaign.id"], name=op.f("fk_saved_list_shared_in_campaign"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_list")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_saved_list_person_id_name")),
    )
    op.create_index(op.f("ix_saved_list_shared_in"), "saved_list", ["shared_in"])


def downgrade() -> None:
    op.drop_table("saved_list")

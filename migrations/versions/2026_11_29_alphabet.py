"""alphabet: the key by which bodies and organisations are sorted in Khmer; all words are marked anew, more alike"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("public_body", "cbo"):
        # The keys are made by the upgrade, which knows the alphabet.
        op.add_column(
            table, sa.Column("name_order", sa.Text(collation="C"), server_default="", nullable=False)
        )
    for name in ("name_order", "name_en"):
        op.create_index(op.f(f"ix_public_body_{name}_code"), "public_body", [name, "code"])
    op.execute("TRUNCATE search")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in ("name_order", "name_en"):
        op.drop_index(op.f(f"ix_public_body_{name}_code"), table_name="public_body")
    for table in ("public_body", "cbo"):
        op.drop_column(table, "name_order")

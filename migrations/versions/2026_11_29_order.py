"""order: the keys by which requests are sorted by title, and names also in English; numbers in all by what they are worth"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_public_body_name_en_code", table_name="public_body")
    op.execute("ALTER INDEX ix_public_body_name_order_code RENAME TO ix_public_body_name_km_order_code")
    # The keys are made by the upgrade, which knows the alphabet.
    for table in ("public_body", "cbo"):
        op.alter_column(table, "name_order", new_column_name="name_km_order")
        op.execute(f"UPDATE {table} SET name_km_order = ''")  # noqa: S608 -- our own names
        _add(table, "name_en_order")
    _add("request", "title_order")
    op.create_index(op.f("ix_public_body_name_en_order_code"), "public_body", ["name_en_order", "code"])
    op.create_index(op.f("ix_request_title_order_id"), "request", ["title_order", "id"])


def _add(table: str, name: str) -> None:
    op.add_column(table, sa.Column(name, sa.Text(collation="C"), server_default="", nullable=False))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index(op.f("ix_request_title_order_id"), table_name="request")
    op.drop_index(op.f("ix_public_body_name_en_order_code"), table_name="public_body")
    op.drop_column("request", "title_order")
    for table in ("public_body", "cbo"):
        op.drop_column(table, "name_en_order")
        op.execute(f"UPDATE {table} SET name_km_order = ''")  # noqa: S608 -- our own names
        op.alter_column(table, "name_km_order", new_column_name="name_order")
    op.execute("ALTER INDEX ix_public_body_name_km_order_code RENAME TO ix_public_body_name_order_code")
    op.create_index("ix_public_body_name_en_code", "public_body", ["name_en", "code"])

"""lists: the province of its body in each request, and an index for each order of the list"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("request", sa.Column("province_code", sa.Text()))
    op.execute(
        """UPDATE request SET province_code = b.province_code FROM public_body b
        WHERE b.id = request.body_id AND b.province_code IS NOT NULL"""
    )
    op.create_index(
        op.f("ix_request_province_code_next_due_on_id"), "request", ["province_code", "next_due_on", "id"]
    )
    op.create_index(
        "ix_request_received", "request", [sa.text("coalesce(received_on, 'infinity'::date)"), "id"]
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TRIGGER IF EXISTS request_placed ON request")
    op.execute("DROP TRIGGER IF EXISTS body_placed ON public_body")
    op.drop_index("ix_request_received", table_name="request")
    op.drop_index(op.f("ix_request_province_code_next_due_on_id"), table_name="request")
    # With the policies that ask it, which are declared anew after every migration.
    op.execute("ALTER TABLE request DROP COLUMN province_code CASCADE")

"""what requests, public bodies and organisations are found by"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "search",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cbo_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.Column("names", postgresql.TSVECTOR(), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(
            ["cbo_id"], ["cbo.id"], name=op.f("fk_search_cbo_id_cbo"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search")),
    )
    for name, condition in (
        ("ix_search_request", "kind = 'request'"),
        ("ix_search_other", "kind <> 'request'"),
    ):
        op.create_index(
            name,
            "search",
            [sa.text("(words || names)")],
            postgresql_using="gin",
            postgresql_where=sa.text(condition),
        )
    op.create_index(op.f("ix_search_number"), "search", ["number"])
    op.create_index(op.f("ix_search_cbo_id"), "search", ["cbo_id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for trigger, table in (
        ("search_follow", "request"),
        ("search_gone", "request"),
        ("search_gone", "public_body"),
    ):
        op.execute(f"DROP TRIGGER IF EXISTS {trigger} ON {table}")
    op.drop_table("search")

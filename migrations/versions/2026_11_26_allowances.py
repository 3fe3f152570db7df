"""allowances for more than guesses; what comes very often is counted for the audit log"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _rename(before: str, after: str) -> None:
    op.rename_table(before, after)
    op.execute(f"ALTER INDEX pk_{before} RENAME TO pk_{after}")
    op.execute(f"ALTER INDEX ix_{before}_free_at RENAME TO ix_{after}_free_at")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _rename("guess", "allowance")
    op.create_table(
        "audit_tally",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("cbo_id", sa.Uuid(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_tally")),
        sa.UniqueConstraint(
            "hour",
            "what",
            "person_id",
            "cbo_id",
            "details",
            name="uq_audit_tally",
            postgresql_nulls_not_distinct=True,
        ),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # What was counted and not told yet would be lost.
    op.execute("""
        INSERT INTO audit_entry (id, happened_at, what, person_id, cbo_id, about, details)
        SELECT id, hour + interval '1 hour', what, person_id, cbo_id, '', details || jsonb_build_object('times', times) FROM audit_tally
    """)
    op.drop_table("audit_tally")
    _rename("allowance", "guess")

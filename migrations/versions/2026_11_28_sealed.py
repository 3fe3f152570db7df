"""neutral references are unique in the installation, codes among unlocked organisations; since when somebody has an account"""

import sqlalchemy as sa
from alembic import op

revision = "0016_sealed"
down_revision = "0015"
branch_labels = None
depends_on = None
NEUTRAL = "^R-[2-9A-HJKMNP-TV-Z]{8}$"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # Of equal ones at most one was made here; those that were given by hand get a mark that no hand can give.
    op.execute(
        f"""
        UPDATE request SET reference = reference || '~~' || place
        FROM (
            SELECT id, row_number() OVER (
                PARTITION BY reference ORDER BY filing = 'itself', import_key IS NOT NULL, id
            ) AS place
            FROM request WHERE reference ~ '{NEUTRAL}'
        ) AS equal
        WHERE request.id = equal.id AND place > 1
        """  # noqa: S608 -- our own words
    )
    op.create_index(
        "uq_request_neutral",
        "request",
        ["reference"],
        unique=True,
        postgresql_where=sa.text(f"reference ~ '{NEUTRAL}'"),
    )
    op.add_column("person", sa.Column("entrusted_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        """
        UPDATE person SET entrusted_at = greatest(
            created_at, (SELECT invitation.created_at FROM invitation WHERE person_id = person.id)
        )
        """
    )
    op.alter_column("person", "entrusted_at", nullable=False)
    op.add_column("cbo", sa.Column("scrubbed_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint("uq_cbo_code", "cbo")
    op.create_index(
        "uq_cbo_code", "cbo", ["code"], unique=True, postgresql_where=sa.text("locked_at IS NULL")
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("cbo", "scrubbed_at")
    op.drop_column("person", "entrusted_at")
    op.drop_index("uq_cbo_code", table_name="cbo")
    op.execute(
        """
        UPDATE cbo SET code = code || '~' || id WHERE locked_at IS NOT NULL
        AND EXISTS (SELECT FROM cbo AS other WHERE other.code = cbo.code AND other.id <> cbo.id)
        """
    )
    op.create_unique_constraint("uq_cbo_code", "cbo", ["code"])
    op.drop_index("uq_request_neutral", table_name="request")

"""identifiers in the order of time, made by the database; PostgreSQL itself makes them from version 18 on only"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# UUID version 7 (RFC 9562, 5.7 and 6.2, method 3): milliseconds since 1970 in 12 hexadecimal digits, the version,
# 4096ths of a millisecond in 3 digits, and then the second half of a random UUID, which has the variant in its place.
# One expression that reads the clock once, so that the planner puts it where the function is called.
NEW_ID = """
    CREATE FUNCTION new_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
        SELECT CAST(
            overlay(
                lpad(to_hex(CAST(date_part('epoch', clock_timestamp()) * 1000 * 4096 AS bigint)), 15, '0')
                PLACING '7' FROM 13 FOR 0
            ) || substr(CAST(gen_random_uuid() AS text), 20)
            AS uuid
        )
    $$
"""


def upgrade() -> None:
    op.execute(NEW_ID)


def downgrade() -> None:
    op.execute("DROP FUNCTION new_id()")

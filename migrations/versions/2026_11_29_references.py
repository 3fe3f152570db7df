"""references: in the order of their bytes, for each campaign and province by itself, too"""

from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

_SEEN_BY = ("cbo_id", "campaign_id", "province_code", "next_due_on")
_PARTS = ("", "campaign_id", "province_code")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_request_reference", "request")
    op.drop_index("ix_request_reference_prefix", "request")
    op.execute('ALTER TABLE request ALTER COLUMN reference TYPE text COLLATE "C"')
    for by in _PARTS:
        included = ", ".join(each for each in _SEEN_BY if each != by)
        op.execute(
            f"""CREATE INDEX {_name(by)} ON request ({by}{by and ", "}reference, id) INCLUDE ({included})
            WHERE duplicate_of IS NULL"""
        )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for by in _PARTS:
        op.drop_index(_name(by), "request")
    op.execute('ALTER TABLE request ALTER COLUMN reference TYPE text COLLATE "default"')
    op.execute("CREATE INDEX ix_request_reference ON request (reference)")
    op.execute("CREATE INDEX ix_request_reference_prefix ON request (reference text_pattern_ops)")


def _name(by: str) -> str:
    return f"ix_request_reference{by and '_'}{by}"

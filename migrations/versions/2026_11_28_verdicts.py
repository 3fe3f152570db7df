"""a request is judged by the clock that decides: the day that met it, every outcome, and the body of a transfer"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
INDEX = "ix_deadline_due_on_request_id"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("request", sa.Column("met_on", sa.Date(), nullable=True))
    op.add_column("request", sa.Column("outcomes", postgresql.JSONB(), nullable=True))
    op.add_column("request", sa.Column("undated", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("request", sa.Column("body_known", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("request", sa.Column("projection", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("request", sa.Column("first_body_id", sa.Uuid(), nullable=True))
    op.execute("UPDATE request SET first_body_id = body_id")
    op.alter_column("request", "first_body_id", nullable=False)
    op.create_foreign_key(
        op.f("fk_request_first_body_id_public_body"), "request", "public_body", ["first_body_id"], ["id"]
    )
    op.drop_index(op.f(INDEX), table_name="deadline")
    op.create_index(
        op.f(INDEX),
        "deadline",
        ["due_on", "request_id"],
        postgresql_where=sa.text("state IN ('running', 'met')"),
    )
    op.execute(
        """
        INSERT INTO reminder_rule (campaign_id, name, about, begins, ends, every, "to")
        SELECT id, 'follow_up', 'follow_up', 0, 59, 20, 'everybody' FROM campaign WHERE own_rules
        ON CONFLICT DO NOTHING
        """
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DELETE FROM reminder_rule WHERE about = 'follow_up'")
    op.execute("DELETE FROM deadline WHERE kind = 'follow_up'")
    op.drop_index(op.f(INDEX), table_name="deadline")
    op.create_index(
        op.f(INDEX), "deadline", ["due_on", "request_id"], postgresql_where=sa.text("state = 'running'")
    )
    op.drop_constraint(op.f("fk_request_first_body_id_public_body"), "request")
    for column in ("first_body_id", "projection", "body_known", "undated", "outcomes", "met_on"):
        op.drop_column("request", column)

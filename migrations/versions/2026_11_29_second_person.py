"""second person: who proposed a letter from a list, so that somebody else approves it"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("letter", sa.Column("proposed_by", sa.Uuid(), sa.ForeignKey("person.id"), nullable=True))
    op.create_check_constraint("second_person", "letter", "state <> 'approved' OR proposed_by <> decided_by")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("letter", "proposed_by")

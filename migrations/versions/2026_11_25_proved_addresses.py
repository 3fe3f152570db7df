"""addresses of channels are proved"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("channel_address", sa.Column("code", sa.Text(), nullable=True))
    # What was chosen before is not proved: no code fits until the address is saved again.
    op.execute("UPDATE channel_address SET code = ''")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DELETE FROM message WHERE kind = 'code'")
    op.execute("DELETE FROM channel_address WHERE code IS NOT NULL")
    op.drop_column("channel_address", "code")

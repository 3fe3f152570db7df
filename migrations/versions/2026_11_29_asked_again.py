"""asked again: no sealed request and none that is not are linked any more, which told whose the sealed one is"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        """UPDATE request AS again SET resubmission_of = NULL FROM request AS first
        WHERE first.id = again.resubmission_of AND (first.filing = 'sealed') <> (again.filing = 'sealed')"""
    )


def downgrade() -> None:
    """What was linked is not known any more, and was not to be."""

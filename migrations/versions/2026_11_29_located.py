"""located: with each public body where it is, in words"""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("public_body", sa.Column("place_km", sa.Text(), nullable=True))
    op.add_column("public_body", sa.Column("place_en", sa.Text(), nullable=True))
    op.execute(
        """UPDATE public_body b SET (place_km, place_en) = (
            SELECT string_agg(name_km, ', ' ORDER BY code DESC), string_agg(name_en, ', ' ORDER BY code DESC) FROM area
            WHERE code IN (left(b.area_code, 2), left(b.area_code, 4), left(b.area_code, 6))
                AND NOT (b.kind IN ('commune_administration', 'district_administration', 'province_administration')
                    AND code = b.area_code))"""
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("public_body", "place_km")
    op.drop_column("public_body", "place_en")

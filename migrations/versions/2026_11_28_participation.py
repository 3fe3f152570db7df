"""whom an organisation brings together, whether it was mapped and is aimed at, and since when that was known"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

WHAT = "kind, area_code, mapped, target"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("cbo", sa.Column("kind", sa.Text(), nullable=True))
    for flag in ("mapped", "target"):
        op.add_column("cbo", sa.Column(flag, sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "cbo_standing",
        sa.Column("cbo_id", sa.Uuid(), nullable=False),
        sa.Column("known_from", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("area_code", sa.Text(), nullable=True),
        sa.Column("mapped", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("target", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_cbo_standing_area_code_area")),
        sa.ForeignKeyConstraint(
            ["cbo_id"], ["cbo.id"], name=op.f("fk_cbo_standing_cbo_id_cbo"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("cbo_id", "known_from", name=op.f("pk_cbo_standing")),
    )
    op.execute(
        f"""
        INSERT INTO cbo_standing (cbo_id, known_from, {WHAT})
        SELECT id, CAST(created_at AT TIME ZONE 'Asia/Phnom_Penh' AS date), {WHAT} FROM cbo
        """  # noqa: S608 -- our own words
    )
    op.execute(
        f"""
        CREATE FUNCTION keep_cbo_standing() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            INSERT INTO public.cbo_standing (cbo_id, known_from, {WHAT})
            VALUES (NEW.id,
                CAST((CASE TG_OP WHEN 'INSERT' THEN NEW.created_at ELSE now() END) AT TIME ZONE 'Asia/Phnom_Penh' AS date),
                NEW.kind, NEW.area_code, NEW.mapped, NEW.target)
            ON CONFLICT (cbo_id, known_from) DO UPDATE
            SET kind = EXCLUDED.kind, area_code = EXCLUDED.area_code, mapped = EXCLUDED.mapped, target = EXCLUDED.target;
            RETURN NULL;
        END $$
        """  # noqa: S608 -- our own words
    )
    op.execute(
        f"CREATE TRIGGER keep_cbo_standing AFTER INSERT OR UPDATE OF {WHAT} ON cbo "
        "FOR EACH ROW EXECUTE FUNCTION keep_cbo_standing()"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TRIGGER keep_cbo_standing ON cbo")
    op.execute("DROP FUNCTION keep_cbo_standing()")
    op.drop_table("cbo_standing")
    for name in ("kind", "mapped", "target"):
        op.drop_column("cbo", name)

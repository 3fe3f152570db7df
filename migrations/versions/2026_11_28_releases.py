"""releases: figures frozen for publication, their checks, who saw them early, and embargoes"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

FROZEN = """
CREATE FUNCTION release_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'release % is approved and never changes', OLD.code;
END $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _create_release()
    op.create_table(
        "release_check",
        *_of_a_person("release_check"),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("release_id", "person_id", "digest", name=op.f("pk_release_check")),
    )
    op.create_table(
        "release_sight",
        *_of_a_person("release_sight"),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("release_id", "person_id", name=op.f("pk_release_sight")),
    )
    _create_embargo()
    op.execute(FROZEN)
    op.execute(
        "CREATE TRIGGER release_is_frozen BEFORE UPDATE OR DELETE ON release "
        "FOR EACH ROW WHEN (OLD.approved_at IS NOT NULL) EXECUTE FUNCTION release_is_frozen()"
    )
    op.execute("ALTER TABLE release ENABLE ALWAYS TRIGGER release_is_frozen")


def _create_release() -> None:
    op.create_table(
        "release",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title_km", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("asked", postgresql.JSONB(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("kept", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("checks_needed", sa.Integer(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("publish_on", sa.Date(), nullable=True),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("changes", sa.Text(), nullable=True),
        sa.CheckConstraint("checks_needed >= 1", name=op.f("ck_release_never_none")),
        sa.CheckConstraint(
            "(approved_at IS NULL) = (publish_on IS NULL)", name=op.f("ck_release_approved_for_a_day")
        ),
        sa.CheckConstraint(
            "(corrects_id IS NULL) = (changes IS NULL)", name=op.f("ck_release_says_what_changed")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_release_author_id_person")),
        sa.ForeignKeyConstraint(["corrects_id"], ["release.id"], name=op.f("fk_release_corrects_id_release")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint("code", name=op.f("uq_release_code")),
    )
    op.create_index(op.f("ix_release_corrects_id"), "release", ["corrects_id"])


def _create_embargo() -> None:
    op.create_table(
        "embargo",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("wave", sa.Text(), nullable=True),
        sa.Column("province_code", sa.Text(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_embargo_campaign_id_campaign"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["province_code"], ["area.code"], name=op.f("fk_embargo_province_code_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_embargo")),
    )
    op.create_index(op.f("ix_embargo_campaign_id"), "embargo", ["campaign_id"])


def _of_a_person(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["release.id"],
            name=op.f(f"fk_{table}_release_id_release"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f(f"fk_{table}_person_id_person")),
    ]


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("embargo", "release_sight", "release_check", "release"):
        op.drop_table(table)
    op.execute("DROP FUNCTION release_is_frozen()")

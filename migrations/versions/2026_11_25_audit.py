"""the audit log"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

GUARD = """
    CREATE FUNCTION audit_entry_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
    BEGIN
        IF TG_OP = 'INSERT' AND NEW.position IS NULL THEN
            RETURN NEW;
        ELSIF TG_OP = 'UPDATE' AND OLD.position IS NULL
            AND (NEW.id, NEW.happened_at, NEW.what, NEW.person_id, NEW.cbo_id, NEW.about, NEW.details)
                IS NOT DISTINCT FROM
                (OLD.id, OLD.happened_at, OLD.what, OLD.person_id, OLD.cbo_id, OLD.about, OLD.details) THEN
            RETURN NEW;
        ELSIF TG_OP = 'DELETE' AND OLD.position IS NOT NULL AND OLD.happened_at < now() - interval '5 years' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'The audit log is only added to';
    END $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_constraint(op.f("ck_message_person_or_letter"), "message")
    op.create_check_constraint(
        op.f("ck_message_addressee"),
        "message",
        "num_nonnulls(person_id, letter_id) = CAST(kind <> 'anchor' AS int)",
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("cbo_id", sa.Uuid(), nullable=True),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("(position IS NULL) = (hash IS NULL)", name=op.f("ck_audit_entry_chained_whole")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    for name, columns, unique, where in (
        ("uq_audit_entry_position", ["position"], True, "position IS NOT NULL"),
        ("ix_audit_entry_unchained", ["id"], False, "position IS NULL"),
        ("ix_audit_entry_happened_at_id", ["happened_at", "id"], False, None),
        ("ix_audit_entry_cbo_id_happened_at_id", ["cbo_id", "happened_at", "id"], False, None),
        ("ix_audit_entry_what_happened_at", ["what", "happened_at"], False, None),
    ):
        chosen = sa.text(where) if where else None
        op.create_index(name, "audit_entry", columns, unique=unique, postgresql_where=chosen)
    op.execute(GUARD)
    op.execute(
        "CREATE TRIGGER audit_entry_guard BEFORE INSERT OR UPDATE OR DELETE ON audit_entry "
        "FOR EACH ROW EXECUTE FUNCTION audit_entry_guard()"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_truncate BEFORE TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_guard()"
    )
    for trigger in ("audit_entry_guard", "audit_entry_truncate"):
        op.execute(f"ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER {trigger}")


def downgrade() -> None:
    op.drop_table("audit_entry")
    op.execute("DROP FUNCTION audit_entry_guard()")
    op.execute("DELETE FROM message WHERE kind = 'anchor'")
    op.drop_constraint(op.f("ck_message_addressee"), "message")
    op.create_check_constraint(
        op.f("ck_message_person_or_letter"), "message", "(person_id IS NULL) = (letter_id IS NOT NULL)"
    )

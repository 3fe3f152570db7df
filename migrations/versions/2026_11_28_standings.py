"""what methods of counting ask of a request, and where it stood on every day before"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

NEW = ("question_class", "requester_profile", "wave", "ground", "section", "contest")
STANDING = """campaign_id, body_id, topic, channel, urgent, question_class, requester_profile, wave,
    resubmission_of, duplicate_of, statute_id, statute_version, created_at, status, outcome, outcomes, ground,
    section, checked, contest, drafted_on, submitted_on, received_on, due_on, limit_on, binding, met_on,
    answered_on, undated, ended_on, closed_on, body_known"""

COUNTED = ("request", "public_body", "area", "campaign", "target_area", "statute", "day_off")


def _row(of: str) -> str:
    return ", ".join(f"{of}.{column.strip()}" for column in STANDING.split(","))


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in NEW:
        op.add_column("request", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("request", sa.Column("resubmission_of", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_request_cbo_id_resubmission_of_request"),
        "request",
        "request",
        ["cbo_id", "resubmission_of"],
        ["cbo_id", "id"],
    )
    op.add_column("request", sa.Column("checked", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("request", sa.Column("limit_on", sa.Date(), nullable=True))
    op.add_column("request", sa.Column("closed_on", sa.Date(), nullable=True))
    op.add_column("request", sa.Column("known_from", sa.Date(), nullable=True))
    op.execute(
        """
        UPDATE request SET limit_on = due_on, closed_on = least(answered_on, ended_on), known_from = (coalesce(
            (SELECT max(recorded_at) FROM event WHERE event.request_id = request.id), created_at
        ) AT TIME ZONE 'Asia/Phnom_Penh')::date
        """
    )
    op.alter_column("request", "known_from", nullable=False, server_default=sa.text("CURRENT_DATE"))
    _create_former_standing()
    _create_version()
    op.execute(
        f"""
        CREATE FUNCTION keep_former_standing() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            IF ROW({_row("NEW")}) IS NOT DISTINCT FROM ROW({_row("OLD")}) OR NEW.known_from < OLD.known_from THEN
                NEW.known_from := OLD.known_from;
            ELSIF NEW.known_from > OLD.known_from THEN
                INSERT INTO public.former_standing (request_id, cbo_id, known_from, known_until, {STANDING})
                VALUES (OLD.id, OLD.cbo_id, OLD.known_from, NEW.known_from, {_row("OLD")});
            END IF;
            RETURN NEW;
        END $$
        """  # noqa: S608 -- our own words
    )
    op.execute(
        "CREATE TRIGGER keep_former_standing BEFORE UPDATE ON request "
        "FOR EACH ROW WHEN (NEW.known_from IS DISTINCT FROM OLD.known_from) EXECUTE FUNCTION keep_former_standing()"
    )


def _create_version() -> None:
    op.create_table(
        "figures_version",
        sa.Column("backend", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("backend", name=op.f("pk_figures_version")),
    )
    op.execute(
        """
        CREATE FUNCTION count_figures_version() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            INSERT INTO public.figures_version AS v VALUES (pg_backend_pid(), 1)
            ON CONFLICT (backend) DO UPDATE SET number = v.number + 1;
            RETURN NULL;
        END $$
        """
    )
    for table in COUNTED:
        op.execute(
            f"CREATE TRIGGER count_figures_version AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION count_figures_version()"
        )


def _create_former_standing() -> None:
    op.create_table(
        "former_standing",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("known_from", sa.Date(), server_default=sa.text("CURRENT_DATE"), nullable=False),
        sa.Column("known_until", sa.Date(), nullable=False),
        sa.Column("cbo_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("question_class", sa.Text(), nullable=True),
        sa.Column("requester_profile", sa.Text(), nullable=True),
        sa.Column("wave", sa.Text(), nullable=True),
        sa.Column("resubmission_of", sa.Uuid(), nullable=True),
        sa.Column("duplicate_of", sa.Uuid(), nullable=True),
        sa.Column("statute_id", sa.Text(), nullable=False),
        sa.Column("statute_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("outcomes", postgresql.JSONB(), nullable=True),
        sa.Column("ground", sa.Text(), nullable=True),
        sa.Column("section", sa.Text(), nullable=True),
        sa.Column("checked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("contest", sa.Text(), nullable=True),
        sa.Column("drafted_on", sa.Date(), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("limit_on", sa.Date(), nullable=True),
        sa.Column("binding", sa.Boolean(), nullable=False),
        sa.Column("met_on", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("undated", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("body_known", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id"], ["public_body.id"], name=op.f("fk_former_standing_body_id_public_body")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_former_standing_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(["cbo_id"], ["cbo.id"], name=op.f("fk_former_standing_cbo_id_cbo")),
        sa.ForeignKeyConstraint(
            ["cbo_id", "request_id"],
            ["request.cbo_id", "request.id"],
            name=op.f("fk_former_standing_cbo_id_request_id_request"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("request_id", "known_until", name=op.f("pk_former_standing")),
    )
    for name in ("known_until", "body_id", "cbo_id"):
        op.create_index(op.f(f"ix_former_standing_{name}"), "former_standing", [name])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in COUNTED:
        op.execute(f"DROP TRIGGER count_figures_version ON {table}")
    op.execute("DROP FUNCTION count_figures_version()")
    op.drop_table("figures_version")
    op.execute("DROP TRIGGER keep_former_standing ON request")
    op.execute("DROP FUNCTION keep_former_standing()")
    op.drop_table("former_standing")
    for name in (
        *NEW,
        "resubmission_of",
        "checked",
        "limit_on",
        "closed_on",
        "known_from",
    ):
        op.drop_column("request", name)

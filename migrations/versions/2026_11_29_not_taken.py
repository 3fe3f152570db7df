"""not taken: by what an attempt to hand a request over ended, as monitors tell it apart"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_TABLES = ("request", "former_standing")
_BEFORE = """campaign_id, body_id, topic, channel, urgent, question_class, requester_profile, wave,
    resubmission_of, duplicate_of, statute_id, statute_version, created_at, status, outcome, outcomes, ground,
    section, checked, contest, drafted_on, submitted_on, received_on, due_on, limit_on, binding, met_on,
    answered_on, undated, ended_on, closed_on, body_known"""


def _row(standing: str, of: str) -> str:
    return ", ".join(f"{of}.{column.strip()}" for column in standing.split(","))


def _keep(standing: str) -> None:
    op.execute(
        f"""
        CREATE OR REPLACE FUNCTION keep_former_standing() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            IF ROW({_row(standing, "NEW")}) IS NOT DISTINCT FROM ROW({_row(standing, "OLD")}) OR NEW.known_from < OLD.known_from THEN
                NEW.known_from := OLD.known_from;
            ELSIF NEW.known_from > OLD.known_from THEN
                INSERT INTO public.former_standing (request_id, cbo_id, known_from, known_until, {standing})
                VALUES (OLD.id, OLD.cbo_id, OLD.known_from, NEW.known_from, {_row(standing, "OLD")});
            END IF;
            RETURN NEW;
        END $$
        """  # noqa: S608 -- our own words
    )


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in _TABLES:
        op.add_column(table, sa.Column("not_taken", sa.Text(), nullable=True))
    _keep(f"{_BEFORE}, not_taken")


def downgrade() -> None:
    _keep(_BEFORE)
    for table in _TABLES:
        op.drop_column(table, "not_taken")

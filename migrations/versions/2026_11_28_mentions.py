"""a message speaks of all reminders of its day: mentions, and one message a day for each person"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "mention",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("reminder_id", sa.Uuid(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_mention_message_id_message"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["reminder_id"], ["reminder.id"], name=op.f("fk_mention_reminder_id_reminder"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", "reminder_id", name=op.f("pk_mention")),
    )
    op.create_index(op.f("ix_mention_reminder_id"), "mention", ["reminder_id"])
    # Retention may have blanked the values of what was sent long ago.
    op.execute(
        """INSERT INTO mention (message_id, reminder_id, ends)
        SELECT id, reminder_id, coalesce(CAST(values->>'ends' AS int), 0) FROM message
        WHERE kind = 'reminder' AND reminder_id IS NOT NULL"""
    )
    op.execute("UPDATE message SET values = '{}' WHERE kind = 'reminder' AND values <> '{}'")
    op.drop_constraint(op.f("uq_message_reminder_id_person_id"), "message", type_="unique")
    op.drop_column("message", "reminder_id")
    op.alter_column("message", "digest_on", new_column_name="told_on")
    op.execute(
        "ALTER TABLE message RENAME CONSTRAINT uq_message_person_id_digest_on TO uq_message_person_id_told_on"
    )
    op.create_index(
        "uq_message_gathering",
        "message",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("state = 'gathering'"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("uq_message_gathering", table_name="message")
    op.execute("UPDATE message SET state = 'queued' WHERE state = 'gathering'")
    op.execute(
        "ALTER TABLE message RENAME CONSTRAINT uq_message_person_id_told_on TO uq_message_person_id_digest_on"
    )
    op.alter_column("message", "told_on", new_column_name="digest_on")
    op.add_column("message", sa.Column("reminder_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_message_reminder_id_reminder"),
        "message",
        "reminder",
        ["reminder_id"],
        ["id"],
        ondelete="CASCADE",
    )
    # Of a message that speaks of several only the first is left: the schema before has no place for more.
    op.execute(
        """UPDATE message m SET reminder_id = r.id, values = jsonb_build_object(
            'rule', r.rule, 'clock', r.clock, 'due_on', r.due_on, 'ends', first.ends)
        FROM (SELECT DISTINCT ON (message_id) * FROM mention ORDER BY message_id, reminder_id) first
        JOIN reminder r ON r.id = first.reminder_id WHERE m.id = first.message_id"""
    )
    op.execute("""UPDATE message m SET reminder_id = l.reminder_id FROM letter l WHERE l.id = m.letter_id""")
    op.create_unique_constraint(
        op.f("uq_message_reminder_id_person_id"), "message", ["reminder_id", "person_id"]
    )
    op.drop_table("mention")

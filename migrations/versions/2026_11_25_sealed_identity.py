"""what identifies anybody is sealed: data keys, requesters, copies of documents, locks

Notes, file names and documents that are there already are sealed on the way up and opened on the way down,
with the keys of the key file. The way down loses what the older schema has no place for: who asks, who
looked, the copies, and every lock.
"""

from collections.abc import Callable, Iterator
from uuid import UUID

import sqlalchemy as sa
from alembic import context, op

from rti.core.cipher import Cell, Key, new_key, padded, unpadded
from rti.core.cipher import decrypt as unseal
from rti.core.cipher import encrypt as seal

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

AT_ONCE = 20
"""Rows in memory together; one may hold a document of ten megabytes."""
TEXTS = (("event", "id", "note"), ("document", "id", "file_name"))
BYTES = ("document_content", "document_id", "content")
EPOCH = 1

Keys = Callable[[UUID], Key]


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "data_key",
        sa.Column("cbo_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("key_number", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'destroyed') = (wrapped IS NULL)", name=op.f("ck_data_key_destroyed_is_empty")
        ),
        sa.ForeignKeyConstraint(["cbo_id"], ["cbo.id"], name=op.f("fk_data_key_cbo_id_cbo")),
        sa.PrimaryKeyConstraint("cbo_id", "epoch", name=op.f("pk_data_key")),
    )
    op.create_index(
        "uq_data_key_current",
        "data_key",
        ["cbo_id"],
        unique=True,
        postgresql_where=sa.text("state = 'current'"),
    )
    op.create_table(
        "cbo_safety",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cbo_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["cbo_id"], ["cbo.id"], name=op.f("fk_cbo_safety_cbo_id_cbo")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_cbo_safety_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cbo_safety")),
    )
    op.create_index(
        op.f("ix_cbo_safety_cbo_id_happened_at"), "cbo_safety", ["cbo_id", "happened_at"], unique=False
    )
    op.create_table(
        "requester",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("cbo_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cbo_id", "request_id"],
            ["request.cbo_id", "request.id"],
            name=op.f("fk_requester_cbo_id_request_id_request"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_requester")),
        sa.UniqueConstraint("cbo_id", "request_id", name=op.f("uq_requester_cbo_id_request_id")),
    )
    op.create_table(
        "document_copy",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("cbo_id", sa.Uuid(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("had_location", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cbo_id", "document_id"],
            ["document.cbo_id", "document.id"],
            name=op.f("fk_document_copy_cbo_id_document_id_document"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_copy")),
        sa.UniqueConstraint("cbo_id", "document_id", name=op.f("uq_document_copy_cbo_id_document_id")),
    )
    op.create_table(
        "identity_opening",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cbo_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purpose", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cbo_id", "document_id"],
            ["document.cbo_id", "document.id"],
            name=op.f("fk_identity_opening_cbo_id_document_id_document"),
        ),
        sa.ForeignKeyConstraint(
            ["cbo_id", "request_id"],
            ["request.cbo_id", "request.id"],
            name=op.f("fk_identity_opening_cbo_id_request_id_request"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_identity_opening_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_opening")),
        sa.UniqueConstraint("cbo_id", "id", name=op.f("uq_identity_opening_cbo_id_id")),
    )
    op.create_index(op.f("ix_identity_opening_request_id"), "identity_opening", ["request_id"], unique=False)
    op.add_column("cbo", sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cbo", sa.Column("shredded_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_cbo_locked", "cbo", ["id"], unique=False, postgresql_where=sa.text("locked_at IS NOT NULL")
    )
    op.add_column("document", sa.Column("altered_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_document_altered",
        "document",
        ["altered_at"],
        postgresql_where=sa.text("altered_at IS NOT NULL"),
    )
    op.create_unique_constraint(
        op.f("uq_document_content_cbo_id_document_id"), "document_content", ["cbo_id", "document_id"]
    )
    op.add_column("request", sa.Column("filing", sa.Text(), nullable=False, server_default="itself"))
    op.alter_column("request", "filing", server_default=None)
    keys = _new_keys()
    for table, row_id, column in TEXTS:
        op.add_column(table, sa.Column(f"{column}_sealed", sa.LargeBinary()))
        for row, cbo_id, text in _rows(table, row_id, column):
            if text:
                cell = Cell(table, column, cbo_id, str(row))
                _store(table, row_id, f"{column}_sealed", row, seal(keys(cbo_id), cell, padded(text)))
        op.drop_column(table, column)
        op.alter_column(table, f"{column}_sealed", new_column_name=column)
    table, row_id, column = BYTES
    for row, cbo_id, content in _rows(*BYTES):
        cell = Cell(table, column, cbo_id, str(row))
        _store(table, row_id, column, row, seal(keys(cbo_id), cell, content))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    keys = _stored_keys()
    for table, row_id, column in TEXTS:
        op.add_column(table, sa.Column(f"{column}_plain", sa.Text(), nullable=False, server_default=""))
        for row, cbo_id, sealed in _rows(table, row_id, column):
            if sealed and cbo_id in keys:
                text = unpadded(unseal(keys[cbo_id], Cell(table, column, cbo_id, str(row)), sealed))
                _store(table, row_id, f"{column}_plain", row, text)
        op.drop_column(table, column)
        op.alter_column(table, f"{column}_plain", new_column_name=column, server_default=None)
    table, row_id, column = BYTES
    for row, cbo_id, sealed in _rows(*BYTES):
        content = unseal(keys[cbo_id], Cell(table, column, cbo_id, str(row)), sealed)
        _store(table, row_id, column, row, content)
    op.drop_column("request", "filing")
    op.drop_constraint(op.f("uq_document_content_cbo_id_document_id"), "document_content", type_="unique")
    op.drop_index("ix_document_altered", table_name="document")
    op.drop_column("document", "altered_at")
    op.drop_index("ix_cbo_locked", table_name="cbo", postgresql_where=sa.text("locked_at IS NOT NULL"))
    op.drop_column("cbo", "shredded_at")
    op.drop_column("cbo", "locked_at")
    op.drop_index(op.f("ix_identity_opening_request_id"), table_name="identity_opening")
    op.drop_table("identity_opening")
    op.drop_table("document_copy")
    op.drop_table("requester")
    op.drop_index(op.f("ix_cbo_safety_cbo_id_happened_at"), table_name="cbo_safety")
    op.drop_table("cbo_safety")
    op.drop_index("uq_data_key_current", table_name="data_key", postgresql_where=sa.text("state = 'current'"))
    op.drop_table("data_key")


def _rows(table: str, row_id: str, column: str) -> Iterator[tuple[UUID, UUID, str | bytes]]:
    """Identifier, organisation and value of every row, some at a time."""
    rows = sa.table(table, sa.column(row_id, sa.Uuid()), sa.column("cbo_id", sa.Uuid()), sa.column(column))
    ids, last = rows.c[row_id], UUID(int=0)
    chosen = sa.select(ids, rows.c.cbo_id, rows.c[column]).order_by(ids).limit(AT_ONCE)
    while found := op.get_bind().execute(chosen.where(ids > last)).all():
        yield from (tuple(row) for row in found)
        last = found[-1][0]


def _store(table: str, row_id: str, column: str, row: UUID, value: str | bytes) -> None:
    rows = sa.table(table, sa.column(row_id, sa.Uuid()), sa.column(column))
    op.get_bind().execute(sa.update(rows).where(rows.c[row_id] == row).values({column: value}))


def _data_key() -> sa.Table:
    names = {"cbo_id": sa.Uuid(), "epoch": sa.Integer(), "state": sa.Text(), "key_number": sa.Text()}
    kinds = {**names, "wrapped": sa.LargeBinary(), "created_at": sa.DateTime(timezone=True)}
    return sa.table("data_key", *(sa.column(name, kind) for name, kind in kinds.items()))


def _new_keys() -> Keys:
    """The data key of an organisation, made and stored when it is first asked for."""
    made: dict[UUID, Key] = {}
    table = _data_key()

    def key_of(cbo_id: UUID) -> Key:
        if cbo_id not in made:
            made[cbo_id] = new_key(EPOCH)
            wrapper = context.config.attributes["keyring"].current
            cell = Cell("data_key", "wrapped", cbo_id, str(EPOCH))
            op.get_bind().execute(
                sa.insert(table).values(
                    cbo_id=cbo_id,
                    epoch=EPOCH,
                    state="current",
                    key_number=f"{wrapper.number:08x}",
                    wrapped=seal(wrapper, cell, made[cbo_id].secret),
                    created_at=sa.func.now(),
                )
            )
        return made[cbo_id]

    return key_of


def _stored_keys() -> dict[UUID, dict[int, Key]]:
    """The data keys of every organisation, by their epochs."""
    table, found = _data_key(), {}
    ring = context.config.attributes["keyring"].by_number
    for row in op.get_bind().execute(sa.select(table).where(table.c.wrapped.is_not(None))):
        cell = Cell("data_key", "wrapped", row.cbo_id, str(row.epoch))
        key = Key(row.epoch, unseal(ring, cell, row.wrapped))
        found.setdefault(row.cbo_id, {})[row.epoch] = key
    return found

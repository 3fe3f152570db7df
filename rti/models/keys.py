"""Data keys of organisations, and the type of encrypted columns."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from rti.core.db import Base, Choice


class KeyState(StrEnum):
    """CURRENT encrypts and decrypts, OLD only decrypts until its cells are encrypted again, DESTROYED is gone for good."""

    CURRENT = "current"
    OLD = "old"
    DESTROYED = "destroyed"


class DataKeyRow(Base):
    """A key of one organisation, wrapped by the key `key_number` of the key file; a destroyed one is empty."""

    __tablename__ = "data_key"
    __table_args__ = (
        CheckConstraint("(state = 'destroyed') = (wrapped IS NULL)", name="destroyed_is_empty"),
        Index("uq_data_key_current", "cbo_id", unique=True, postgresql_where=text("state = 'current'")),
    )

    cbo_id: Mapped[UUID] = mapped_column(ForeignKey("cbo.id"), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[KeyState] = mapped_column(Choice(KeyState))
    key_number: Mapped[str]
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


EncryptedColumn = InstrumentedAttribute[Any]


class Encrypted(LargeBinary):
    """Bytes that only `encryption.data_keys` makes and opens; the database cannot read them."""

    inherit_cache = True


def encrypted_columns() -> Iterator[Column[Any]]:
    """Every encrypted column; its table has a `cbo_id` and a primary key of one column."""
    for table in Base.metadata.sorted_tables:
        yield from (column for column in table.columns if isinstance(column.type, Encrypted))

"""Which columns are sealed: those of the type `Sealed`, in whatever table they stand."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, LargeBinary
from sqlalchemy.orm import InstrumentedAttribute

from rti.db import Base

SealedColumn = InstrumentedAttribute[Any]


class Sealed(LargeBinary):
    """Bytes that only `sealing.data_keys` makes and opens; the database cannot read them."""

    inherit_cache = True


def sealed_columns() -> Iterator[Column[Any]]:
    """Every sealed column; its table has a `cbo_id` and a primary key of one column."""
    for table in Base.metadata.sorted_tables:
        yield from (column for column in table.columns if isinstance(column.type, Sealed))

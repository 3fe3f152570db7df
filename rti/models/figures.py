"""A counter of changes to the data behind the figures."""

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base


class FiguresVersionRow(Base):
    """How often a connection has changed data behind the figures: the sum shows whether they may have changed.

    Triggers count for each server process apart, so that no two writers wait for each other.
    """

    __tablename__ = "figures_version"

    backend: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)

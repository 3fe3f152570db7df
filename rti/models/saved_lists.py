"""Saved lists of requests."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base, new_id


class SavedListRow(Base):
    """A filter under a name: what an address says of a list of requests, as it says it.

    Staff of the campaign that it is shared in see it, too. Where it `mails`, its owner is told once a day which
    requests are new in it; `known` are those that were there the last time.
    """

    __tablename__ = "saved_list"
    __table_args__ = (UniqueConstraint("person_id", "name"), Index(None, "shared_in"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    name: Mapped[str]
    wanted: Mapped[dict[str, Any]]
    shared_in: Mapped[UUID | None] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    mails: Mapped[bool]
    known: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default=text("'{}'"))
    created_at: Mapped[datetime]

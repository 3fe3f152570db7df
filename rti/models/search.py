"""The search index of requests, public bodies and organisations."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base, Choice


class Findable(StrEnum):
    REQUEST = "request"
    BODY = "body"
    CBO = "cbo"


class SearchRow(Base):
    """The marks (`rti.search.words`) of what has this `id`, beside what was typed and never instead of it.

    `words` are those of its own texts. `names` are of a request those of its body and organisation, and marks that
    begin with @ for who may see it; triggers of `rti.row_security.finding` write them, and nobody else.
    `number` grows with what is added.
    """

    __tablename__ = "search"
    __table_args__ = (
        Index(
            "ix_search_request",
            text("(words || names)"),
            postgresql_using="gin",
            postgresql_where=text("kind = 'request'"),
        ),
        Index(
            "ix_search_other",
            text("(words || names)"),
            postgresql_using="gin",
            postgresql_where=text("kind <> 'request'"),
        ),
        Index(None, "number"),
        Index("ix_search_cbo_id", "cbo_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[Findable] = mapped_column(Choice(Findable))
    cbo_id: Mapped[UUID | None] = mapped_column(ForeignKey("cbo.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=False))
    words: Mapped[str] = mapped_column(TSVECTOR)
    names: Mapped[str] = mapped_column(TSVECTOR, server_default=text("''"))

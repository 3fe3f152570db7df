"""The database: table base, engine, and the only place that commits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import DateTime, Dialect, MetaData, Text, TypeDecorator, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

UNIQUE_VIOLATION = "23505"
"""SQLSTATE of a duplicate key (PostgreSQL, appendix A)."""


class Base(DeclarativeBase):
    """Tables have columns and constraints and no behaviour."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        UUID: Uuid,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
    }


class Choice(TypeDecorator[StrEnum]):
    """A text column that reads and writes the members of an enumeration."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 -- the interface
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002 -- the interface
        return None if value is None else self.kind(value)


def new_id() -> UUID:
    """A time-ordered identifier (UUID version 7, RFC 9562), made before the row is."""
    return uuid_utils.compat.uuid7()


@asynccontextmanager
async def unique(session: AsyncSession, problem: Exception) -> AsyncIterator[None]:
    """Write in a savepoint; raise `problem` where a value that must be unique is taken already.

    The constraint itself decides, so that of two people at the same moment one is told.
    """
    try:
        async with session.begin_nested():
            yield
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", "") != UNIQUE_VIOLATION:
            raise
        raise problem from None


class Database:
    """An engine and its transactions; one for each process."""

    def __init__(self, url: str, pool_size: int = 10) -> None:
        # Parameters may be about people, so they never reach an error message or a log.
        self.engine: AsyncEngine = create_async_engine(
            url, pool_size=pool_size, pool_pre_ping=True, hide_parameters=True
        )
        self._session = async_sessionmaker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session that commits when the block ends and rolls back when it raises."""
        async with self._session() as session, session.begin():
            yield session

    async def close(self) -> None:
        await self.engine.dispose()

"""Reading organisations."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.cbos.tables import CboRow


async def cbos(session: AsyncSession) -> Sequence[CboRow]:
    """All organisations by code."""
    return (await session.scalars(select(CboRow).order_by(CboRow.code))).all()

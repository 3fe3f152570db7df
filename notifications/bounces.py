"""Failing addresses: when they are switched off, and how they get another chance."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rti.models.messages import AddressHealth, BounceRow, Channel, MessageRow, MessageState

GONE = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
"""No such mailbox or system, bad syntax, moved away, takes no mail at all, disabled (RFC 3463 and 7505)."""
PATIENCE, WINDOW = 5, timedelta(days=7)
"""This many other rejections within this time also switch an address off."""


def health_of(refusals: Iterable[tuple[str, datetime]]) -> AddressHealth:
    """The health of an address after these rejections, each a status and a moment."""
    known = sorted(refusals, key=lambda refusal: refusal[1])
    if any(status in GONE for status, _ in known):
        return AddressHealth.DISABLED
    moments = [at for _, at in known]
    often = any(last - first <= WINDOW for first, last in zip(moments, moments[PATIENCE - 1 :], strict=False))
    return AddressHealth.DISABLED if often else AddressHealth.SUSPECT if known else AddressHealth.GOOD


async def health_by_address(
    session: AsyncSession, addresses: Collection[tuple[Channel, str]]
) -> dict[tuple[Channel, str], AddressHealth]:
    """The health of addresses; one that is missing here is good."""
    found: dict[tuple[Channel, str], list[tuple[str, datetime]]] = {}
    query = select(BounceRow).where(tuple_(BounceRow.channel, BounceRow.address).in_(set(addresses)))
    for row in await session.scalars(query):
        found.setdefault((row.channel, row.address), []).append((row.status, row.reported_at))
    return {address: health_of(refusals) for address, refusals in found.items()}


async def report(session: AsyncSession, message_id: UUID, status: str, now: datetime) -> bool:
    """Record that a message was returned, once however often that is reported; False if there is no such message.

    A message thought to have arrived becomes failed; one still being tried goes on.
    """
    message = await session.get(MessageRow, message_id)
    if message is None or message.to_address is None:
        return False
    if message.state in {MessageState.ACCEPTED, MessageState.UNKNOWN}:
        message.state, message.last_reply = MessageState.FAILED, status
    row = insert(BounceRow).values(
        message_id=message.id,
        person_id=message.person_id,
        channel=message.channel,
        address=message.to_address,
        status=status,
        reported_at=now,
    )
    await session.execute(row.on_conflict_do_nothing())
    return True


async def forgive(session: AsyncSession, person_id: UUID, channel: Channel) -> None:
    """Give a person's addresses on a channel another chance."""
    await session.execute(
        delete(BounceRow).where(BounceRow.person_id == person_id, BounceRow.channel == channel)
    )

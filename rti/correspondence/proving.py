"""Proof that an address is the person's own: a code is sent there, and typed in on the page.

Until then messages go to the address of the account, so that a number typed wrong tells a stranger nothing.
"""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts import guessing, one_time
from rti.accounts.policy import Person
from rti.audit.kinds import What
from rti.audit.telling import tell
from rti.correspondence.kinds import Channel, MessageKind
from rti.correspondence.queueing import queued
from rti.correspondence.tables import ChannelAddressRow, MessageRow
from rti.db import Database
from rti.errors import invalid, say
from rti.settings import Settings

DIGITS = 8
"""With guesses as `rti.accounts.guessing` lets through, one stranger in a million hits one within a day."""


async def send_code(
    door: Database,
    session: AsyncSession,
    settings: Settings,
    person: Person,
    channel: Channel,
    address: str,
    now: datetime,
) -> str:
    """Queue a new code for an address, in place of older ones; raises TooOften, because messages cost."""
    key = guessing.key_of_person(door.secret, "code sent", person.id)
    await guessing.take(door, key, now, "address", at=person, step="code_sent")
    await forget_codes(session, person.id)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    session.add(
        queued(
            MessageKind.CODE,
            {"code": code},
            settings,
            now,
            person_id=person.id,
            channel=channel,
            to_address=address,
        )
    )
    return code


async def prove(door: Database, person: Person, code: str, now: datetime) -> None:
    """Send messages to the address at which this code arrived; raises Invalid, or TooOften."""
    key = guessing.key_of_person(door.secret, "code", person.id)
    await guessing.take(door, key, now, "code", at=person, step="channel_code")
    async with door.transaction() as session:
        sent = (ChannelAddressRow.person_id == person.id, ChannelAddressRow.code == one_time.plain(code))
        proved = update(ChannelAddressRow).where(*sent).values(code=None)
        if (await session.execute(proved.returning(ChannelAddressRow.person_id))).one_or_none() is None:
            raise invalid("code", say("This is not the newest code that was sent to this address"))
        await guessing.give_back(session, key)
        tell(session, What.CHANNEL_PROVED, now, by=person.id, cbo_id=person.cbo_id)
        await forget_codes(session, person.id)


async def forget_codes(session: AsyncSession, person_id: UUID) -> None:
    """A code that is good no more need not stand in a message."""
    codes = (MessageRow.person_id == person_id, MessageRow.kind == MessageKind.CODE)
    await session.execute(delete(MessageRow).where(*codes))

"""Where people want their messages: one channel of their choice, and the address on it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.policy import Person
from rti.accounts.tables import PersonRow
from rti.audit.kinds import What
from rti.audit.telling import tell
from rti.cbos.tables import CboRow
from rti.correspondence.bounces import forgive, standing, standings
from rti.correspondence.kinds import Channel, Standing
from rti.correspondence.proving import forget_codes, send_code
from rti.correspondence.tables import BounceRow, ChannelAddressRow
from rti.db import Database
from rti.errors import Message, invalid, say
from rti.intake import Name, Wrong, read_email
from rti.paging import MOST_COUNTED
from rti.settings import Settings

_TELEPHONE, _CHAT = re.compile(r"\+[1-9]\d{7,14}", re.ASCII), re.compile(r"-?\d{5,16}", re.ASCII)


class ChooseChannel(msgspec.Struct, frozen=True, kw_only=True):
    """Which channel, and the address on it; for e-mail that of the account where none is given."""

    channel: Channel
    address: Name = ""


class ProveAddress(msgspec.Struct, frozen=True, kw_only=True):
    """The code that arrived at an address."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class ChannelView(msgspec.Struct, frozen=True, kw_only=True):
    """How a person is reached, and how the address stands; nothing but a code goes there before it is `proved`."""

    channel: Channel
    address: str
    standing: Standing
    proved: bool


@dataclass(frozen=True, slots=True)
class Doubted:
    """A person whose address refuses messages; `status` is the last one (RFC 3463)."""

    name: str
    cbo_code: str | None
    channel: Channel
    standing: Standing
    status: str
    reported_at: datetime


async def chosen(session: AsyncSession, person: Person) -> ChannelView:
    """How this person is reached."""
    row = await _chosen(session, person)
    email = await session.scalar(select(PersonRow.email).where(PersonRow.id == person.id))
    way = (row.channel, row.address) if row else (Channel.EMAIL, email or "")
    known = await standings(session, [way])
    return ChannelView(
        channel=way[0],
        address=way[1],
        standing=known.get(way, Standing.GOOD),
        proved=row is None or row.code is None,
    )


async def _chosen(session: AsyncSession, person: Person) -> ChannelAddressRow | None:
    mine = (ChannelAddressRow.person_id == person.id, ChannelAddressRow.chosen)
    return await session.scalar(select(ChannelAddressRow).where(*mine))


async def choose(
    door: Database,
    session: AsyncSession,
    settings: Settings,
    person: Person,
    wanted: ChooseChannel,
    now: datetime,
) -> None:
    """Send messages there as soon as the person has proved to read them, and forget what it refused.

    What was proved already stays so, and the address of the account needs no proof.
    """
    channel, address = wanted.channel, _checked(wanted)
    await forgive(session, person.id, channel)
    row = await _chosen(session, person)
    if row and (row.channel, row.address, row.code) == (channel, address, None):
        return
    tell(session, What.CHANNEL_CHOSEN, now, cbo_id=person.cbo_id, channel=channel)
    await session.execute(delete(ChannelAddressRow).where(ChannelAddressRow.person_id == person.id))
    await forget_codes(session, person.id)
    account = await session.scalar(select(PersonRow.email).where(PersonRow.id == person.id))
    if channel is Channel.EMAIL and address in {"", account}:
        return
    code = await send_code(door, session, settings, person, channel, address, now)
    given = {"channel": channel, "address": address, "code": code}
    session.add(ChannelAddressRow(person_id=person.id, chosen=True, **given))


def _checked(wanted: ChooseChannel) -> str:
    address = wanted.address.replace(" ", "") if wanted.channel is Channel.SMS else wanted.address.strip()
    if wanted.channel is Channel.EMAIL:
        try:
            return read_email(address) if address else ""
        except Wrong as wrong:
            raise invalid("address", wrong.text) from None
    form, hint = _FORMS[wanted.channel]
    if not form.fullmatch(address):
        raise invalid("address", hint)
    return address


_FORMS: dict[Channel, tuple[re.Pattern[str], Message]] = {
    Channel.SMS: (_TELEPHONE, say("Write a telephone number with its country, for example +855 12 345 678")),
    Channel.TELEGRAM: (_CHAT, say("Write the number of the chat, for example 123456789")),
}


async def count_doubted(session: AsyncSession) -> int:
    """How many people have an address that refuses messages; no more than `MOST_COUNTED` are counted."""
    people = select(BounceRow.person_id).where(BounceRow.person_id.is_not(None)).distinct()
    return await session.scalar(select(func.count()).select_from(people.limit(MOST_COUNTED).subquery())) or 0


async def doubted(session: AsyncSession) -> Sequence[Doubted]:
    """Everybody of whom an address refuses messages, the last first; not the addresses themselves."""
    query = (
        select(
            PersonRow.name,
            CboRow.code,
            BounceRow.channel,
            func.array_agg(BounceRow.status).label("statuses"),
            func.array_agg(BounceRow.reported_at).label("moments"),
        )
        .join(PersonRow, PersonRow.id == BounceRow.person_id)
        .join(CboRow, CboRow.id == PersonRow.cbo_id, isouter=True)
        .group_by(PersonRow.id, PersonRow.name, CboRow.code, BounceRow.channel, BounceRow.address)
        .order_by(func.max(BounceRow.reported_at).desc())
    )
    found = []
    for name, cbo_code, channel, statuses, moments in await session.execute(query):
        refusals = sorted(zip(moments, statuses, strict=True))
        found.append(
            Doubted(
                name=name,
                cbo_code=cbo_code,
                channel=channel,
                standing=standing((status, at) for at, status in refusals),
                status=refusals[-1][1],
                reported_at=refusals[-1][0],
            )
        )
    return found

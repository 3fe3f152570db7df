"""Where people want their messages: one channel of their choice, and the address on it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.policy import Person
from rti.accounts.tables import PersonRow
from rti.cbos.tables import CboRow
from rti.correspondence.bounces import forgive, standing, standings
from rti.correspondence.kinds import Channel, Standing
from rti.correspondence.tables import BounceRow, ChannelAddressRow
from rti.errors import Message, invalid, say
from rti.intake import Name, Wrong, read_email

_TELEPHONE, _CHAT = re.compile(r"\+[1-9]\d{7,14}", re.ASCII), re.compile(r"-?\d{5,16}", re.ASCII)


class ChooseChannel(msgspec.Struct, frozen=True, kw_only=True):
    """Which channel, and the address on it; for e-mail that of the account where none is given."""

    channel: Channel
    address: Name = ""


class ChannelView(msgspec.Struct, frozen=True, kw_only=True):
    """How a person is reached, and how the address stands."""

    channel: Channel
    address: str
    standing: Standing


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
    row = await session.scalar(
        select(ChannelAddressRow).where(ChannelAddressRow.person_id == person.id, ChannelAddressRow.chosen)
    )
    email = await session.scalar(select(PersonRow.email).where(PersonRow.id == person.id))
    way = (row.channel, row.address) if row else (Channel.EMAIL, email or "")
    known = await standings(session, [way])
    return ChannelView(channel=way[0], address=way[1], standing=known.get(way, Standing.GOOD))


async def choose(session: AsyncSession, person: Person, wanted: ChooseChannel) -> None:
    """Send messages there from now on, and give the address another chance if it had refused some."""
    address = _checked(wanted)
    await session.execute(delete(ChannelAddressRow).where(ChannelAddressRow.person_id == person.id))
    if address:
        session.add(
            ChannelAddressRow(person_id=person.id, channel=wanted.channel, address=address, chosen=True)
        )
    await forgive(session, person.id, wanted.channel)


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

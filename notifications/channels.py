"""Where a person's messages go: the channel and address they chose, verified by a code that is sent there.

Until then messages go to the account's e-mail address, so that a mistyped number reveals nothing to a stranger.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from notifications.bounces import forgive, health_by_address, health_of
from rti.accounts import sign_in_throttling, totp
from rti.audit.record import record
from rti.core.db import Database
from rti.core.errors import Message, invalid, say
from rti.core.pagination import MOST_COUNTED
from rti.core.roles import Person
from rti.core.settings import Settings
from rti.core.validation import InvalidValue, ShortText, read_email
from rti.models.accounts import PersonRow
from rti.models.audit import AuditAction
from rti.models.cbos import CboRow, not_locked
from rti.models.messages import AddressHealth, BounceRow, Channel, ChannelAddressRow, MessageKind, MessageRow
from rti.outbox import queued

_TELEPHONE, _CHAT = re.compile(r"\+[1-9]\d{7,14}", re.ASCII), re.compile(r"-?\d{5,16}", re.ASCII)


class ChooseChannel(msgspec.Struct, frozen=True, kw_only=True):
    """The channel and the address on it; for e-mail, that of the account if none is given."""

    channel: Channel
    address: ShortText = ""


class VerifyAddress(msgspec.Struct, frozen=True, kw_only=True):
    """The code that arrived at an address."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class ChannelView(msgspec.Struct, frozen=True, kw_only=True):
    """A person's channel and the health of its address; before it is `verified` only codes are sent there."""

    channel: Channel
    address: str
    health: AddressHealth
    verified: bool


@dataclass(frozen=True, slots=True)
class FailingAddress:
    """A person whose address refuses messages; `status` is the last one (RFC 3463)."""

    name: str
    cbo_code: str | None
    channel: Channel
    health: AddressHealth
    status: str
    reported_at: datetime


async def chosen(session: AsyncSession, person: Person) -> ChannelView:
    """How this person is reached."""
    row = await _chosen(session, person)
    email = await session.scalar(select(PersonRow.email).where(PersonRow.id == person.id))
    way = (row.channel, row.address) if row else (Channel.EMAIL, email or "")
    known = await health_by_address(session, [way])
    return ChannelView(
        channel=way[0],
        address=way[1],
        health=known.get(way, AddressHealth.GOOD),
        verified=row is None or row.code is None,
    )


async def _chosen(session: AsyncSession, person: Person) -> ChannelAddressRow | None:
    mine = (ChannelAddressRow.person_id == person.id, ChannelAddressRow.chosen)
    return await session.scalar(select(ChannelAddressRow).where(*mine))


async def choose(
    auth_database: Database, settings: Settings, person: Person, wanted: ChooseChannel, now: datetime
) -> None:
    """Send messages there once the person has verified the address, and forget what it refused.

    A verified address stays so, and the address of the account needs no code. Raises TooManyAttempts for
    another code, because messages cost.
    """
    channel, address = wanted.channel, _checked(wanted)
    async with auth_database.transaction(person.id) as session:
        row = await _chosen(session, person)
        account = await session.scalar(select(PersonRow.email).where(PersonRow.id == person.id))
    stays = row is not None and (row.channel, row.address, row.code) == (channel, address, None)
    needs_code = not stays and not (channel is Channel.EMAIL and address in {"", account})
    if needs_code:
        key = sign_in_throttling.key_of_person(auth_database.secret, "code sent", person.id)
        await sign_in_throttling.take(auth_database, key, now, "address", at=person, step="code_sent")
    async with auth_database.transaction(person.id) as session:
        await forgive(session, person.id, channel)
        if stays:
            return
        record(session, AuditAction.CHANNEL_CHOSEN, now, cbo_id=person.cbo_id, channel=channel)
        await session.execute(delete(ChannelAddressRow).where(ChannelAddressRow.person_id == person.id))
        await forget_codes(session, person.id)
        if needs_code:
            code = send_code(session, settings, person, channel, address, now)
            given = {"channel": channel, "address": address, "code": code}
            session.add(ChannelAddressRow(person_id=person.id, chosen=True, **given))


def _checked(wanted: ChooseChannel) -> str:
    address = wanted.address.replace(" ", "") if wanted.channel is Channel.SMS else wanted.address.strip()
    if wanted.channel is Channel.EMAIL:
        try:
            return read_email(address) if address else ""
        except InvalidValue as wrong:
            raise invalid("address", wrong.text) from None
    form, hint = _FORMS[wanted.channel]
    if not form.fullmatch(address):
        raise invalid("address", hint)
    return address


_FORMS: dict[Channel, tuple[re.Pattern[str], Message]] = {
    Channel.SMS: (_TELEPHONE, say("Enter a phone number with its country code, for example +855 12 345 678")),
    Channel.TELEGRAM: (_CHAT, say("Enter the number of the chat, for example 123456789")),
}


FAILING = select(func.count()).select_from(
    select(BounceRow.person_id)
    .join(PersonRow, PersonRow.id == BounceRow.person_id)
    .where(not_locked(PersonRow.cbo_id))
    .distinct()
    .limit(literal_column(str(MOST_COUNTED + 1)))
    .subquery()
)
"""How many people have a failing address; counted up to `MOST_COUNTED`."""


async def failing_addresses(session: AsyncSession) -> Sequence[FailingAddress]:
    """People with a failing address, the latest first; without the addresses themselves.

    The people of locked organisations are shown to nobody.
    """
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
        .where(not_locked(PersonRow.cbo_id))
        .group_by(PersonRow.id, PersonRow.name, CboRow.code, BounceRow.channel, BounceRow.address)
        .order_by(func.max(BounceRow.reported_at).desc())
    )
    found = []
    for name, cbo_code, channel, statuses, moments in await session.execute(query):
        refusals = sorted(zip(moments, statuses, strict=True))
        found.append(
            FailingAddress(
                name=name,
                cbo_code=cbo_code,
                channel=channel,
                health=health_of((status, at) for at, status in refusals),
                status=refusals[-1][1],
                reported_at=refusals[-1][0],
            )
        )
    return found


DIGITS = 8
"""At the rate that `rti.accounts.sign_in_throttling` allows, one stranger in a million guesses one within a day."""


def send_code(
    session: AsyncSession, settings: Settings, person: Person, channel: Channel, address: str, now: datetime
) -> str:
    """Queue a new code for an address."""
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


async def verify_address(auth_database: Database, person: Person, code: str, now: datetime) -> None:
    """Send messages to the address at which this code arrived; raises Invalid, or TooManyAttempts."""
    key = sign_in_throttling.key_of_person(auth_database.secret, "code", person.id)
    await sign_in_throttling.take(auth_database, key, now, "code", at=person, step="channel_code")
    async with auth_database.transaction() as session:
        sent = (ChannelAddressRow.person_id == person.id, ChannelAddressRow.code == totp.plain(code))
        verified = update(ChannelAddressRow).where(*sent).values(code=None)
        if (await session.execute(verified.returning(ChannelAddressRow.person_id))).one_or_none() is None:
            raise invalid("code", say("This is not the latest code sent to this address"))
        await sign_in_throttling.give_back(session, key)
        record(session, AuditAction.CHANNEL_PROVED, now, by=person.id, cbo_id=person.cbo_id)
        await forget_codes(session, person.id)


async def forget_codes(session: AsyncSession, person_id: UUID) -> None:
    """Delete codes that are no longer valid from messages."""
    codes = (MessageRow.person_id == person_id, MessageRow.kind == MessageKind.CODE)
    await session.execute(delete(MessageRow).where(*codes))

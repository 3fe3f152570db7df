"""The second factors of an account: an authenticator app, passkeys, and recovery codes for a lost phone."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts import passkeys, personal_encryption, totp
from rti.accounts.passkeys import NoPasskey, Passkey, Site
from rti.accounts.passwords import token_hash
from rti.accounts.sessions import SignedIn
from rti.audit.record import record
from rti.core.cipher import Unreadable
from rti.core.db import unique
from rti.core.errors import Conflict, NotFound, invalid, say
from rti.core.roles import TWO_FACTORS, Person
from rti.models.accounts import PasskeyRow, RecoveryCodeRow, TotpRow
from rti.models.audit import AuditAction

_NO_NAME = say("Passkeys need a domain name, but this site is opened by its IP address")
_NO_PASSKEY = say("The browser did not provide a passkey of this account; try again or use a code")


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The second factors of an account, and how many recovery codes are left."""

    app_since: datetime | None
    passkeys: Sequence[PasskeyRow]
    codes: int

    def __bool__(self) -> bool:
        return bool(self.app_since or self.passkeys)


async def enrolled(session: AsyncSession, person_id: UUID) -> Enrolled:
    app = await session.get(TotpRow, person_id)
    keys = await session.scalars(
        select(PasskeyRow).where(PasskeyRow.person_id == person_id).order_by(PasskeyRow.created_at)
    )
    codes = select(func.count()).where(RecoveryCodeRow.person_id == person_id)
    return Enrolled(app.created_at if app else None, keys.all(), await session.scalar(codes) or 0)


def new_app(secret: str, person: Person) -> tuple[bytes, str]:
    """A secret for an authenticator app, and the same encrypted for this person, to be returned with the first code."""
    made = totp.new_secret()
    return made, personal_encryption.encrypt(secret, "new", person.id, made).hex()


def read_new_app(secret: str, person: Person, sealed_secret: str) -> bytes:
    """The secret that `new_app` made for this person and nobody else."""
    try:
        return personal_encryption.decrypt(secret, "new", person.id, bytes.fromhex(sealed_secret))
    except (ValueError, Unreadable):
        raise invalid(
            "code", say("Start again: this form was changed or belongs to another account")
        ) from None


async def add_app(
    session: AsyncSession, secret: str, person: Person, app_secret: bytes, code: str, now: datetime
) -> list[str]:
    """Store an authenticator app that has shown a valid code; returns recovery codes if there were none."""
    step = totp.matching_step(app_secret, totp.plain(code), now)
    if step is None:
        raise invalid(
            "code", say("This code is wrong. Scan the QR code again, and check the clock of the phone")
        )
    async with unique(session, Conflict(say("There is already an authenticator app; remove it first"))):
        session.add(
            TotpRow(
                person_id=person.id,
                secret=personal_encryption.encrypt(secret, "kept", person.id, app_secret),
                last_step=step,
                created_at=now,
            )
        )
    _record(session, person, "app_added", now)
    return await _first_codes(session, person.id)


async def add_passkey(
    session: AsyncSession, site: Site | None, me: SignedIn, answer: str, name: str, now: datetime
) -> list[str]:
    """Store a passkey that the browser has just made; returns recovery codes if there were none."""
    if site is None:
        raise invalid("answer", _NO_NAME)
    try:
        made = passkeys.made(site, me.token, answer)
    except NoPasskey:
        raise invalid("answer", _NO_PASSKEY) from None
    async with unique(session, Conflict(say("This passkey has already been added"))):
        session.add(
            PasskeyRow(
                person_id=me.person.id,
                credential_id=made.credential_id,
                public_key=made.public_key,
                sign_count=made.sign_count,
                name=name,
                created_at=now,
            )
        )
    _record(session, me.person, "passkey_added", now)
    return await _first_codes(session, me.person.id)


async def remove_app(session: AsyncSession, person: Person, now: datetime, *, demo: bool) -> None:
    if await session.scalar(
        delete(TotpRow).where(TotpRow.person_id == person.id).returning(TotpRow.person_id)
    ):
        await _keep_one(session, person, demo=demo)
        _record(session, person, "app_removed", now)


async def remove_passkey(
    session: AsyncSession, person: Person, passkey_id: UUID, now: datetime, *, demo: bool
) -> None:
    chosen = (PasskeyRow.id == passkey_id, PasskeyRow.person_id == person.id)
    if await session.scalar(delete(PasskeyRow).where(*chosen).returning(PasskeyRow.id)) is None:
        raise NotFound
    await _keep_one(session, person, demo=demo)
    _record(session, person, "passkey_removed", now)


async def _keep_one(session: AsyncSession, person: Person, *, demo: bool) -> None:
    """Refuse to remove the last factor of a role that needs one; recovery codes do not count as a factor."""
    if await enrolled(session, person.id):
        return
    if person.role in TWO_FACTORS and not demo:
        raise invalid(
            "factor", say("Your role requires a second factor; add another one before removing this one")
        )
    await session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.person_id == person.id))


async def remove_all(session: AsyncSession, person_id: UUID) -> None:
    """For somebody who lost them, after the caller has verified who it is."""
    for table in (TotpRow, PasskeyRow, RecoveryCodeRow):
        await session.execute(delete(table).where(table.person_id == person_id))


async def _first_codes(session: AsyncSession, person_id: UUID) -> list[str]:
    there = (await enrolled(session, person_id)).codes
    return [] if there else await _new_codes(session, person_id)


async def new_codes(session: AsyncSession, person: Person, now: datetime) -> list[str]:
    """New recovery codes in place of the old; they are shown once."""
    _record(session, person, "codes_made", now)
    return await _new_codes(session, person.id)


def _record(session: AsyncSession, person: Person, change: str, now: datetime) -> None:
    record(session, AuditAction.FACTORS_CHANGED, now, by=person.id, cbo_id=person.cbo_id, change=change)


async def _new_codes(session: AsyncSession, person_id: UUID) -> list[str]:
    await session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.person_id == person_id))
    codes = totp.new_recovery_codes()
    session.add_all(
        RecoveryCodeRow(person_id=person_id, code_hash=token_hash(totp.plain(code))) for code in codes
    )
    await session.flush()
    return codes


async def take_code(session: AsyncSession, secret: str, person_id: UUID, code: str, now: datetime) -> bool:
    """Whether this is a valid code of the app or a recovery code; neither is valid a second time."""
    given = totp.plain(code)
    if len(given) != totp.DIGITS:
        used = (RecoveryCodeRow.person_id == person_id, RecoveryCodeRow.code_hash == token_hash(given))
        statement = delete(RecoveryCodeRow).where(*used).returning(RecoveryCodeRow.person_id)
        return await session.scalar(statement) is not None
    row = await session.get(TotpRow, person_id, with_for_update=True)
    if row is None:
        return False
    step = totp.matching_step(personal_encryption.decrypt(secret, "kept", person_id, row.secret), given, now)
    if step is None or step <= row.last_step:
        return False
    row.last_step = step
    return True


async def take_passkey(session: AsyncSession, site: Site | None, me: SignedIn, answer: str) -> None:
    """Check what a passkey of the person answers; raises Invalid."""
    if site is None:
        raise invalid("answer", _NO_NAME)
    with suppress(NoPasskey):
        given = passkeys.credential_id(answer)
        chosen = (PasskeyRow.person_id == me.person.id, PasskeyRow.credential_id == given)
        row = await session.scalar(select(PasskeyRow).where(*chosen).with_for_update())
        if row:
            known = Passkey(row.credential_id, row.public_key, row.sign_count)
            row.sign_count = passkeys.shown(site, me.token, answer, known)
            return
    raise invalid("answer", _NO_PASSKEY)

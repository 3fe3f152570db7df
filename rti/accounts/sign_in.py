"""Signing in, and reauthentication.

A guess is counted and committed before it is checked, so that a refusal does not undo the count, and no
connection is held while a password is hashed.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts import mfa, passwords, rate_limits, sessions, sign_in_throttling
from rti.accounts.passkeys import Site
from rti.accounts.sessions import SignedIn, person_of
from rti.audit.record import count_refusal, record
from rti.core.db import Database
from rti.core.errors import Forbidden, Invalid, Problem, invalid, say
from rti.core.roles import Person, SignInState
from rti.models.accounts import PersonRow
from rti.models.audit import AuditAction

_WRONG = say("The email address or password is wrong. Check both and try again")
_WRONG_CODE = say(
    "This code is wrong, has expired or has already been used. Wait for the next code and check the "
    "clock of the phone"
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A new session; `device` is the cookie by which the device is recognised, so that strangers cannot lock it out."""

    token: str
    person: Person
    device: str


async def sign_in(
    auth_database: Database, email: str, password: str, now: datetime, *, device: str = ""
) -> Opened:
    """A session for a correct password; an unknown address and a wrong password give the same message.

    People on a device that signed in before need not wait for strangers. Raises Invalid, or TooManyAttempts
    with its status 429, or Unavailable where too many strangers wait.
    """
    email = email.strip().lower()
    key = sign_in_throttling.key_of(auth_database.secret, email, device)
    known = sign_in_throttling.is_known(auth_database.secret, email, device)
    if not known:
        passwords.require_room()
    async with auth_database.transaction() as session:
        row = await session.scalar(select(PersonRow).where(PersonRow.email == email, *sessions.ACTIVE))
    await sign_in_throttling.take(auth_database, key, now, "password", at=row, step="password")
    stored = row.password_hash if row and row.password_hash else passwords.NOBODY
    if not await passwords.matches(stored, password, known=known) or row is None:
        await _record_failure(auth_database, row, "password", now)
        raise invalid("password", _WRONG)
    better = await passwords.hashed(password) if passwords.outdated(stored) else stored
    async with auth_database.transaction() as session:
        await sign_in_throttling.give_back(session, key)
        await rate_limits.forget(session, now)
        # A password that was changed or taken away while it was looked at opens nothing.
        still = (PersonRow.id == row.id, PersonRow.password_hash == stored, *sessions.ACTIVE)
        kept = await session.scalar(
            update(PersonRow).where(*still).values(password_hash=better).returning(PersonRow.id)
        )
        if kept is None:
            raise invalid("password", _WRONG)
        token = await sessions.open_session(session, row.id, now)
        _record_success(session, row, "password", now)
    return Opened(token, person_of(row), sign_in_throttling.new_device(auth_database.secret, email))


async def sign_in_for_api(
    auth_database: Database, email: str, password: str, code: str, now: datetime, *, demo: bool
) -> Opened:
    """Sign in at one go, with the code where the account asks for one."""
    opened = await sign_in(auth_database, email, password, now)
    async with auth_database.transaction() as session:
        me = await sessions.find(session, opened.token, now, demo=demo)
    if me is None:
        raise invalid("password", _WRONG)
    try:
        return replace(opened, token=await _completed(auth_database, me, code, now))
    except Problem:
        async with auth_database.transaction() as session:
            await sessions.sign_out(session, me, now)
        raise


async def _completed(auth_database: Database, me: SignedIn, code: str, now: datetime) -> str:
    if me.standing is SignInState.COMPLETE:
        return me.token
    if me.standing is SignInState.MUST_ENROL:
        raise Forbidden(
            say("Your role requires a second factor. Sign in with a browser and set one up first")
        )
    if not code:
        raise invalid("code", say("Enter the code from your authenticator app"))
    return await verify_code(auth_database, me, code, now)


async def verify_code(auth_database: Database, me: SignedIn, code: str, now: datetime) -> str:
    """Check a code of the authenticator app, or a recovery code; returns the new token of the session."""
    key = sign_in_throttling.key_of_person(auth_database.secret, "second factor", me.person.id)
    await sign_in_throttling.take(auth_database, key, now, "code", at=me.person, step="code")
    async with auth_database.transaction() as session:
        if await mfa.take_code(session, auth_database.secret, me.person.id, code, now):
            await sign_in_throttling.give_back(session, key)
            _record_success(session, me.person, "code", now)
            return await sessions.complete(session, me, now)
    await _record_failure(auth_database, me.person, "code", now)
    raise invalid("code", _WRONG_CODE)


async def verify_passkey(
    auth_database: Database, site: Site | None, me: SignedIn, answer: str, now: datetime
) -> str:
    """Check a passkey; returns the new token of the session."""
    try:
        async with auth_database.transaction() as session:
            await mfa.take_passkey(session, site, me, answer)
            _record_success(session, me.person, "passkey", now)
            return await sessions.complete(session, me, now)
    except Invalid:
        await _record_failure(auth_database, me.person, "passkey", now)
        raise


async def confirm_password(
    auth_database: Database, me: SignedIn, password: str, now: datetime, *, field: str = "password"
) -> None:
    """Reauthenticate, before anything that must not be done from a device left unattended.

    Raises Invalid about `field`.
    """
    key = sign_in_throttling.key_of_person(auth_database.secret, "password again", me.person.id)
    await sign_in_throttling.take(auth_database, key, now, field, at=me.person, step="password_again")
    async with auth_database.transaction() as session:
        row = await session.get_one(PersonRow, me.person.id)
    if not await passwords.matches(row.password_hash or passwords.NOBODY, password):
        await _record_failure(auth_database, me.person, "password_again", now)
        raise invalid(field, say("The password is wrong"))
    async with auth_database.transaction() as session:
        await sign_in_throttling.give_back(session, key)
        await sessions.record_reauthentication(session, me, now)


def _record_success(session: AsyncSession, person: PersonRow | Person, step: str, now: datetime) -> None:
    record(session, AuditAction.SIGNED_IN, now, by=person.id, cbo_id=person.cbo_id, step=step)


async def _record_failure(
    auth_database: Database, person: PersonRow | Person | None, step: str, now: datetime
) -> None:
    """Record a failed guess in a transaction of its own, so that the refusal does not undo it.

    Where there is no such account it is only counted: addresses that nobody has can be made up without end.
    """
    async with auth_database.transaction() as session:
        if person:
            record(session, AuditAction.SIGN_IN_FAILED, now, by=person.id, cbo_id=person.cbo_id, step=step)
        else:
            await count_refusal(session, AuditAction.SIGN_IN_FAILED, now, of=None, step=step)

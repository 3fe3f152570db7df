"""Invitations: the link for setting a password, for a new account or after a lost password.

Whoever lost a password asks a person who knows them, an administrator or the lead, and no mailbox: one that
was seized must not be enough. The link is good once, for 72 hours, and for one account; a new one replaces it.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts import mfa, people, sessions
from rti.accounts.commands import Accept, Invite, Reset
from rti.accounts.passwords import new_token, token_hash
from rti.audit.record import record
from rti.core.db import new_id, unique
from rti.core.errors import Forbidden, Invalid, NotFound, invalid, say
from rti.core.roles import Person, manages
from rti.core.settings import Settings
from rti.models.accounts import InvitationRow, PersonRow
from rti.models.audit import AuditAction
from rti.models.messages import MessageKind, MessageRow
from rti.outbox import queued

GOOD_FOR = timedelta(hours=72)
_GONE = say(
    "This link has been used, replaced by a newer one, or is older than 72 hours. Ask the person who "
    "invited you for a new link"
)


def link_of(address: str, token: str) -> str:
    """Where pages are at `address`. The token is in the query, which our log leaves out and a proxy's should."""
    return f"{address}/invitation?token={token}"


async def invite(
    session: AsyncSession, command: Invite, by: Person | None, now: datetime
) -> tuple[PersonRow, str]:
    """A new account without a password, and the token of the link by which its owner sets one."""
    if by and not manages(by, command.role, command.cbo_id):
        raise Forbidden(say("You can only invite members of your own organisation"))
    faults = await people.organisation_faults(session, command.role, command.cbo_id)
    if faults:
        raise Invalid(*faults)
    async with unique(session, invalid("email", say("There is already an account with this email address"))):
        row = PersonRow(
            id=new_id(),
            email=command.email,
            name="",
            role=command.role,
            cbo_id=command.cbo_id,
            language=command.language,
            created_at=now,
        )
        session.add(row)
    record(session, AuditAction.PERSON_INVITED, now, about=row.id, cbo_id=row.cbo_id, role=row.role)
    return row, await _issue(session, row, by, now)


async def reset(
    session: AsyncSession, person_id: UUID, command: Reset, by: Person | None, now: datetime
) -> tuple[PersonRow, str]:
    """Take the password away, end every session, and make a new link; also for an invitation that ran out."""
    row = await people.managed(session, person_id, by)
    if row.disabled_at:
        raise invalid("person", say("This account is disabled"))
    row.password_hash, row.entrusted_at = None, now
    await sessions.end_all(session, row.id)
    if command.factors:
        await mfa.remove_all(session, row.id)
    record(
        session,
        AuditAction.PASSWORD_RESET,
        now,
        about=row.id,
        cbo_id=row.cbo_id,
        factors=int(command.factors),
    )
    return row, await _issue(session, row, by, now)


async def _issue(session: AsyncSession, row: PersonRow, by: Person | None, now: datetime) -> str:
    token = new_token()
    values = {
        "token_hash": token_hash(token),
        "invited_by": by.id if by else None,
        "created_at": now,
        "expires_at": now + GOOD_FOR,
    }
    statement = insert(InvitationRow).values(person_id=row.id, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["person_id"], set_=values))
    await _forget_messages(session, row.id)
    return token


def hand_over(
    session: AsyncSession, settings: Settings, row: PersonRow, token: str, now: datetime, *, by_mail: bool
) -> str | None:
    """Queue the link as a message to its owner, where the installation sends any; else the link, to be shown once."""
    if not (by_mail and settings.smtp_url):
        return link_of(settings.address, token)
    session.add(queued(MessageKind.INVITATION, {"token": token}, settings, now, person_id=row.id))
    return None


async def invited(session: AsyncSession, token: str, now: datetime) -> PersonRow:
    """The person whose link it is; raises NotFound if it is no longer valid."""
    query = select(PersonRow).join(InvitationRow, InvitationRow.person_id == PersonRow.id)
    live = (InvitationRow.token_hash == token_hash(token), InvitationRow.expires_at > now)
    row = await session.scalar(query.where(*live, *sessions.ACTIVE))
    if row is None:
        raise NotFound(_GONE)
    return row


async def accept(session: AsyncSession, command: Accept, now: datetime) -> PersonRow:
    """Set name and password; of two people with one link at the same moment, one finds it used."""
    row = await invited(session, command.token, now)
    mine = (InvitationRow.person_id == row.id, InvitationRow.token_hash == token_hash(command.token))
    row.name = command.name
    await people.set_password(row, "password", command.password)
    taken = await session.scalar(delete(InvitationRow).where(*mine).returning(InvitationRow.person_id))
    if taken is None:
        raise NotFound(_GONE)
    record(session, AuditAction.INVITATION_ACCEPTED, now, by=row.id, cbo_id=row.cbo_id)
    await _forget_messages(session, row.id)
    return row


async def _forget_messages(session: AsyncSession, person_id: UUID) -> None:
    """Delete a link that is no longer valid from messages."""
    chosen = (MessageRow.person_id == person_id, MessageRow.kind == MessageKind.INVITATION)
    await session.execute(delete(MessageRow).where(*chosen))

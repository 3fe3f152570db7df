"""Deciding on the letters that chase public bodies, one by one or all that were proposed from a list together."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from notifications import chasers
from notifications.chasers import Letter
from notifications.commands import ApproveAll, ApproveLetter
from rti.audit.record import record
from rti.core.errors import Conflict, say
from rti.core.roles import Person
from rti.letters.actions import Case, keep, paper_of
from rti.letters.commands import WriteLetter
from rti.models.accounts import PersonRow
from rti.models.audit import AuditAction
from rti.models.letters import LetterKind
from rti.models.messages import (
    UNDECIDED,
    Decision,
    LetterRow,
    LetterState,
    MessageKind,
    MessageRow,
    MessageState,
)
from rti.models.requests import RequestRow

_SECOND_PERSON = say("You proposed these letters, so somebody else has to approve them")


async def approve(
    session: AsyncSession,
    person: Person,
    letter_id: UUID,
    command: ApproveLetter,
    now: datetime,
    today: date,
    *,
    host: str,
) -> None:
    """Approve a letter: it is sent if the body has an address, else printed and handed over.

    `host` is the right side of its Message-ID. Raises Conflict where it is not needed or was decided.
    """
    await _lock(session, LetterRow.id == letter_id)
    found = await chasers.letter(session, person, letter_id)
    if not found.running:
        raise Conflict(say("This letter is no longer needed: what it asks for has arrived or changed"))
    if found.letter.proposed_by == person.id:
        raise Conflict(_SECOND_PERSON)
    if await _overtaken(session, [found]):
        raise Conflict(
            say(
                "Another letter about this request was approved after this one was proposed. Dismiss this one"
            )
        )
    if found.sendable_to:
        await _send(session, [(found, command)], person, now, host=host)
    else:
        await _decide(session, found, person, now, state=LetterState.APPROVED, **_words(found, command))
        await _print(session, found, command, person, now, today)


async def approve_all(
    session: AsyncSession,
    person: Person,
    letter_id: UUID,
    command: ApproveAll,
    now: datetime,
    today: date,
    *,
    host: str,
) -> int:
    """Send a letter and all that were proposed with it, with the words of their drafts; returns how many.

    Those that have to be printed by now, and those to whose body another letter went, are left for a look at each.
    Raises Conflict where nothing is left to send, and for whoever proposed them.
    """
    first = (await chasers.letter(session, person, letter_id)).letter
    if first.proposed_by == person.id:
        raise Conflict(_SECOND_PERSON)
    await _lock(session, *_with(first))
    waiting = await _waiting(session, person, *_with(first))
    overtaken = await _overtaken(session, waiting)
    approved = []
    for each in waiting:
        if each.sendable_to and each.letter.id not in overtaken:
            subject, body = await chasers.text_of(session, each, today, command.language)
            words = ApproveLetter(language=command.language, subject=subject, body=body)
            approved.append((each, words))
    if not approved:
        raise _gone()
    await _send(session, approved, person, now, host=host)
    return len(approved)


def _with(first: LetterRow) -> tuple[ColumnElement[bool], ...]:
    """The letters that were proposed together with one."""
    return LetterRow.proposed_by == first.proposed_by, LetterRow.proposed_at == first.proposed_at


async def _lock(session: AsyncSession, *which: ColumnElement[bool]) -> None:
    """Lock the requests of letters: of two letters about one, the second waits to see the first approved."""
    ids = select(LetterRow.request_id).where(*which)
    requests = select(RequestRow.id).where(RequestRow.id.in_(ids)).order_by(RequestRow.id)
    await session.execute(requests.with_for_update(key_share=True))


async def _overtaken(session: AsyncSession, letters: Sequence[Letter]) -> set[UUID]:
    """Those to whose body another letter about the request was approved since they were proposed."""
    other = aliased(LetterRow)
    later = (
        other.request_id == LetterRow.request_id,
        other.state == LetterState.APPROVED,
        other.decided_at >= LetterRow.proposed_at,
    )
    ids = [each.letter.id for each in letters]
    found = select(LetterRow.id).where(LetterRow.id.in_(ids), select(other.id).where(*later).exists())
    return set(await session.scalars(found))


def _words(found: Letter, command: ApproveLetter) -> dict[str, str | None]:
    return {
        "to_address": found.sendable_to,
        "language": command.language,
        "subject": command.subject,
        "body": command.body,
    }


async def _send(
    session: AsyncSession,
    approved: Sequence[tuple[Letter, ApproveLetter]],
    person: Person,
    now: datetime,
    *,
    host: str,
) -> None:
    """Approve letters, and queue them in one statement."""
    for found, command in approved:
        await _decide(session, found, person, now, state=LetterState.APPROVED, **_words(found, command))
    # Only these columns: with the others this login could write to a person.
    queued = [
        {
            "letter_id": found.letter.id,
            "kind": MessageKind.LETTER,
            "values": {
                "rule": found.reminder.rule,
                "clock": found.reminder.clock,
                "due_on": found.reminder.due_on.isoformat(),
            },
            "message_id": f"<{hashlib.sha256(f'letter:{found.letter.id}'.encode()).hexdigest()[:32]}@{host}>",
            "next_attempt_at": now,
            "created_at": now,
            **_words(found, command),
        }
        for found, command in approved
    ]
    await session.execute(insert(MessageRow).values(queued))


async def _print(
    session: AsyncSession, found: Letter, command: ApproveLetter, person: Person, now: datetime, today: date
) -> None:
    """Set what was approved on paper."""
    case = Case(found.request, found.body, found.cbo, found.campaign)
    words = WriteLetter(
        kind=LetterKind.REMINDER, language=command.language, subject=command.subject, body=command.body
    )
    paper = await paper_of(session, case, words, today)
    await keep(session, found.request, paper, person, now, proposal_id=found.letter.id)


async def dismiss(session: AsyncSession, person: Person, letter_id: UUID, now: datetime) -> None:
    """Reject a letter; it is not proposed again for the same due date."""
    await _decide(
        session, await chasers.letter(session, person, letter_id), person, now, state=LetterState.DISMISSED
    )


async def _decide(
    session: AsyncSession, found: Letter, person: Person, now: datetime, **values: object
) -> None:
    """Decide once: the first of two people wins."""
    undecided = (LetterRow.id == found.letter.id, LetterRow.state.in_(UNDECIDED))
    decided = update(LetterRow).where(*undecided).values(decided_at=now, decided_by=person.id, **values)
    # Else each look at all letters in memory would make the time of many grow with their square.
    alone = {"synchronize_session": False}
    if (
        await session.execute(decided.returning(LetterRow.id), execution_options=alone)
    ).one_or_none() is None:
        raise Conflict(say("Someone has already decided on this letter"))
    await session.refresh(found.letter)
    record(
        session,
        AuditAction.LETTER_DECIDED,
        now,
        about=found.request.id,
        cbo_id=found.letter.cbo_id,
        letter=found.letter.id,
        state=values["state"],
    )


async def settle(
    session: AsyncSession, person: Person, letter_id: UUID, decision: Decision, now: datetime
) -> None:
    """Record that a letter with unknown delivery arrived, or send the same letter again."""
    found = await chasers.letter(session, person, letter_id)
    arrived = {"state": MessageState.ACCEPTED, "finished_at": now}
    again = {"state": MessageState.QUEUED, "finished_at": None, "next_attempt_at": now}
    unknown = (MessageRow.letter_id == found.letter.id, MessageRow.state == MessageState.UNKNOWN)
    settled = update(MessageRow).where(*unknown).values(arrived if decision is Decision.ARRIVED else again)
    if (await session.execute(settled.returning(MessageRow.id))).one_or_none() is None:
        raise Conflict(say("The delivery of this letter is not in question"))


@dataclass(frozen=True, slots=True)
class Proposal:
    """Letters that wait, of one person and moment; `name` is empty for whom the reader does not know."""

    proposed_by: UUID
    proposed_at: datetime
    name: str
    letters: Sequence[Letter]


async def proposals(session: AsyncSession, person: Person) -> list[Proposal]:
    """What waits for a second person, newest first."""
    found = await _waiting(session, person)
    ids = {each.letter.proposed_by for each in found}
    people = await session.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(ids)))
    names = {row.id: row.name for row in people}
    groups = groupby(found, lambda each: (each.letter.proposed_at, each.letter.proposed_by))
    return [
        Proposal(by, at, names.get(by, ""), list(letters)) for (at, by), letters in groups if by is not None
    ]


async def _waiting(session: AsyncSession, person: Person, *which: ColumnElement[bool]) -> list[Letter]:
    of_lists = (LetterRow.state == LetterState.PROPOSED, LetterRow.proposed_by.is_not(None))
    found = await chasers.letters_seen(session, person, *of_lists, *which)
    return [each for each in found if each.running]


async def dismiss_all(session: AsyncSession, person: Person, letter_id: UUID, now: datetime) -> int:
    """Dismiss a letter and all that were proposed with it; returns how many. Raises Conflict where none is left."""
    first = (await chasers.letter(session, person, letter_id)).letter
    found = await _waiting(session, person, *_with(first))
    if not found:
        raise _gone()
    for each in found:
        await dismiss(session, person, each.letter.id, now)
    return len(found)


def _gone() -> Conflict:
    return Conflict(say("None of these letters waits for approval any more, or none can be sent by email"))

"""Reading an answer question by question."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import to_builtins
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.coding.agreement import differing
from rti.coding.commands import Found, Question, RecordReading
from rti.coding.queries import Reading, reading_of
from rti.core.db import new_id, unique
from rti.core.errors import Conflict, Fault, Invalid, say
from rti.core.roles import Person
from rti.models.audit import AuditAction
from rti.models.coding import ReadingRow


async def record_reading(
    session: AsyncSession, request_id: UUID, command: RecordReading, person: Person, now: datetime
) -> ReadingRow:
    """Store a reading; raises Conflict if it is not this person's turn, and Invalid.

    The first reader has place 1, the second 2, and the one who decides where they differ 3: three different people.
    """
    reading = await reading_of(session, request_id, person)
    if not reading.is_there or reading.request.campaign_id is None:
        raise Conflict(
            say("There is nothing to read: the request has no answer, or its campaign no questions")
        )
    if reading.own:
        raise Conflict(say("You have read this answer already"))
    if reading.place is None:
        raise Conflict(say("Two people have read this answer, and they agree"))
    wanted = to_decide(reading)
    if faults := _faults(command.found, wanted):
        raise Invalid(*faults)
    row = ReadingRow(
        id=new_id(),
        cbo_id=reading.request.cbo_id,
        request_id=request_id,
        campaign_id=reading.request.campaign_id,
        place=reading.place,
        reader_id=person.id,
        questions_version=reading.questions.version,
        findings=to_builtins(command.found),
        read_at=now,
    )
    taken = Conflict(say("Somebody else has just read this answer. Open it again"))
    async with unique(session, taken):
        session.add(row)
    record(session, AuditAction.ANSWER_READ, now, about=request_id, cbo_id=row.cbo_id, place=row.place)
    await session.flush()
    return row


def to_decide(reading: Reading) -> list[Question]:
    """The questions for the next reader: all, or those on which the first two differ."""
    if len(reading.readings) < 2:
        return list(reading.questions.items)
    open_ones = differing(*reading.readings[:2])
    named = {question.code: question for question in reading.questions.items}
    return [named.get(code) or Question(code=code, en=code, km=code) for code in open_ones]


def _faults(found: Sequence[Found], wanted: Sequence[Question]) -> list[Fault]:
    given, questions = {each.question: each for each in found}, {each.code: each for each in wanted}
    faults = [
        Fault(f"verdict-{code}", say("Enter what the answer says to each question"))
        for code in questions
        if code not in given
    ]
    for code, each in given.items():
        if code not in questions:
            faults.append(Fault("found", say("There is no question {code} to read", code=code)))
        elif questions[code].values and each.value and each.value not in questions[code].values:
            choices = ", ".join(questions[code].values)
            faults.append(Fault(f"value-{code}", say("Choose one of: {choices}", choices=choices)))
    return faults

"""The questions of a campaign: proposed from the text of its letters, and edited by staff."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.campaigns.queries import campaign
from rti.coding.agreement import drawn_from
from rti.coding.commands import Question, SaveQuestions, SaveQuestionsText
from rti.core.db import unique
from rti.core.errors import Conflict, Invalid, invalid, say
from rti.core.validation import decode
from rti.models.audit import AuditAction
from rti.models.coding import QuestionListRow
from rti.models.requests import RequestRow

MOST_QUESTIONS = 60


class QuestionList(msgspec.Struct, frozen=True, kw_only=True):
    """Version 0 has no questions."""

    version: int = 0
    items: Sequence[Question] = ()

    @property
    def lines(self) -> str:
        """The questions as `SaveQuestionsText` takes them."""
        return "\n".join(_line(each) for each in self.items)


def _line(question: Question) -> str:
    values = f" | {', '.join(question.values)}" if question.values else ""
    return f"{question.code} | {question.en} | {question.km}{values}"


async def questions(session: AsyncSession, campaign_id: UUID) -> QuestionList:
    """The newest questions of a campaign."""
    row = await session.scalar(
        select(QuestionListRow)
        .where(QuestionListRow.campaign_id == campaign_id)
        .order_by(QuestionListRow.version.desc())
        .limit(1)
    )
    if row is None:
        return QuestionList()
    return QuestionList(version=row.version, items=msgspec.convert(row.items, list[Question]))


async def proposed(session: AsyncSession, campaign_id: UUID) -> QuestionList:
    """Proposed questions: those in the text that most requests of the campaign share."""
    text = await session.scalar(
        select(RequestRow.question)
        .where(RequestRow.campaign_id == campaign_id, RequestRow.question != "")
        .group_by(RequestRow.question)
        .order_by(func.count().desc(), RequestRow.question)
        .limit(1)
    )
    lines = [line.replace("|", "/")[:300] for line in drawn_from(text or "")][:MOST_QUESTIONS]
    return QuestionList(
        items=[Question(code=f"q{number}", en=line, km=line) for number, line in enumerate(lines, start=1)]
    )


async def save(
    session: AsyncSession, campaign_id: UUID, command: SaveQuestions, now: datetime
) -> QuestionList:
    """A new version of the questions of a campaign; raises Invalid."""
    await campaign(session, campaign_id)
    codes = [each.code for each in command.items]
    if not 0 < len(codes) <= MOST_QUESTIONS:
        raise invalid("items", say("Enter from 1 to {count} questions", count=MOST_QUESTIONS))
    for code in codes:
        if codes.count(code) > 1:
            raise invalid("items", say("Two items have the code {code}. Give each its own", code=code))
    newest = await questions(session, campaign_id)
    row = QuestionListRow(
        campaign_id=campaign_id,
        version=newest.version + 1,
        items=msgspec.to_builtins(command.items),
        added_at=now,
    )
    async with unique(session, Conflict(say("Someone else has just changed this list. Look at it again"))):
        session.add(row)
    record(session, AuditAction.CAMPAIGN_CHANGED, now, about=campaign_id, questions=len(codes))
    await session.flush()
    return QuestionList(version=row.version, items=command.items)


def read_lines(command: SaveQuestionsText) -> SaveQuestions:
    """The questions of lines; raises Invalid for the first wrong one."""
    lines = [line for line in enumerate(command.lines.splitlines(), start=1) if line[1].strip()]
    return SaveQuestions(items=[_question(number, line) for number, line in lines])


def _question(number: int, line: str) -> Question:
    cells = [cell.strip() for cell in line.split("|")]
    if len(cells) not in {3, 4} or not all(cells[:3]):
        raise invalid("lines", say("Line {line}: enter code | English | Khmer | values", line=number))
    values = [value.strip() for value in (cells[3] if cells[3:] else "").split(",") if value.strip()]
    try:
        return decode(Question, {"code": cells[0], "en": cells[1], "km": cells[2], "values": values})
    except Invalid as wrong:
        first = wrong.faults[0]
        raise invalid("lines", say("Line {line}: {fault}", line=number, fault=first.message)) from None

"""Questions, readings and what was answered as JSON."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from litestar import get, post, put
from litestar.params import JSONBody

from rti.accounts.rate_limits import LimitedCall
from rti.campaigns.queries import campaign
from rti.coding import actions, queries, questions
from rti.coding.agreement import Agreement, settled
from rti.coding.commands import Found, ReadingFilter, RecordReading, SaveQuestions
from rti.coding.questions import QuestionList
from rti.core.roles import COUNTING, STAFF, Person
from rti.core.validation import decode
from rti.statistics.answers import Answers, AnswersQuery, answers
from rti.statistics.disclosure import coarsened
from rti.statistics.figures import Percentage, round_half_up
from rti.web.api.statistics import RateView, rate_view
from rti.web.count_tables import CountTableView, count_view
from rti.web.guards import only, rate_limited, signed_in
from rti.web.inject import Id, Now, Session, Today, Who
from rti.web.templating import WebRequest, language_of


class ToReadView(msgspec.Struct, frozen=True, kw_only=True):
    """An answer: how many have read it, and whether this person has."""

    request_id: UUID
    reference: str
    body_code: str
    answered_on: date | None
    readings: int
    own: bool


class ToReadList(msgspec.Struct, frozen=True, kw_only=True):
    """One page; `next` goes into `after` for the page behind it."""

    answers: list[ToReadView]
    next: str | None


class ReadingView(msgspec.Struct, frozen=True, kw_only=True):
    """What may be seen of an answer's readings: nothing until two people have read it.

    `place` is that of whoever reads next: 1 or 2, or 3 to decide the questions `open`; null where nobody has to.
    """

    request_id: UUID
    place: int | None
    own: bool
    open: list[str]
    readings: list[Mapping[str, Found]]
    settled: Mapping[str, Found | None]


class AgreementView(msgspec.Struct, frozen=True, kw_only=True):
    """Of how many questions that two read they coded how many alike, and Cohen's kappa; null where it is 0 by 0, or not told."""

    alike: RateView
    kappa: float | None


class AnswersView(msgspec.Struct, frozen=True, kw_only=True):
    figures: CountTableView
    agreement: AgreementView
    by_question: Mapping[str, AgreementView]


def agreement_view(found: Agreement, *, coarse: bool) -> AgreementView:
    """To those who see no request the numbers are rounded as in the tables, and kappa is told from 10 pairs on."""
    alike, pairs = (coarsened(found.alike), coarsened(found.pairs)) if coarse else (found.alike, found.pairs)
    few = coarse and found.pairs < 10
    kappa = None if found.kappa is None or few else round_half_up(found.kappa, 2)
    return AgreementView(
        alike=rate_view(Percentage(alike, pairs)), kappa=None if kappa is None else float(kappa)
    )


def reading_view(found: queries.Reading) -> ReadingView:
    return ReadingView(
        request_id=found.request.id,
        place=found.place,
        own=found.own,
        open=[each.code for each in actions.to_decide(found)] if found.place else [],
        readings=list(found.readings),
        settled=settled(found.readings) if found.readings else {},
    )


@get("/api/readings", guards=[only(STAFF)])
async def list_answers(request: WebRequest, session: Session, person: Who) -> ToReadList:
    found = await queries.to_read(session, person, decode(ReadingFilter, dict(request.query_params)))
    views = [
        ToReadView(
            request_id=each.request.id,
            reference=each.request.reference,
            body_code=each.body.code,
            answered_on=each.request.answered_on,
            readings=each.readings,
            own=each.own,
        )
        for each in found.items
    ]
    return ToReadList(answers=views, next=found.next)


@get("/api/requests/{request_id:uuid}/readings", guards=[only(STAFF)])
async def show_reading(request_id: Id, session: Session, person: Who) -> ReadingView:
    return reading_view(await queries.reading_of(session, request_id, person))


@post("/api/requests/{request_id:uuid}/readings", guards=[only(STAFF), rate_limited(LimitedCall.RECORDS)])
async def record_reading(
    request_id: Id, data: JSONBody[RecordReading], session: Session, person: Who, now: Now
) -> ReadingView:
    await actions.record_reading(session, request_id, data, person, now)
    return reading_view(await queries.reading_of(session, request_id, person))


@get("/api/campaigns/{campaign_id:uuid}/questions", guards=[signed_in])
async def show_questions(campaign_id: Id, session: Session) -> QuestionList:
    await campaign(session, campaign_id)
    return await questions.questions(session, campaign_id)


@put("/api/campaigns/{campaign_id:uuid}/questions", guards=[only(STAFF)])
async def save_questions(
    campaign_id: Id, data: JSONBody[SaveQuestions], session: Session, now: Now
) -> QuestionList:
    return await questions.save(session, campaign_id, data, now)


async def asked_answers(session: Session, person: Person, today: date, asked: Mapping[str, Any]) -> Answers:
    """What an address asks for; raises Invalid."""
    return await answers(session, person, decode(AnswersQuery, asked), today)


@get("/api/statistics/answers", guards=[only(COUNTING), rate_limited(LimitedCall.FIGURES)])
async def answers_as_json(request: WebRequest, session: Session, person: Who, today: Today) -> AnswersView:
    found = await asked_answers(session, person, today, dict(request.query_params))
    return answers_view(found, language_of(request))


def answers_view(found: Answers, language: str) -> AnswersView:
    coarse = found.table.coarse
    return AnswersView(
        figures=count_view(found.table, language),
        agreement=agreement_view(found.agreement, coarse=coarse),
        by_question={code: agreement_view(each, coarse=coarse) for code, each in found.by_question.items()},
    )


ROUTES = [list_answers, show_reading, record_reading, show_questions, save_questions]
FIGURES = [answers_as_json]

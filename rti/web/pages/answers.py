"""Answers to each question, and the agreement of readers, as a page and as files."""

from functools import partial
from typing import Any

from litestar import Response, get
from litestar.response import Template

from rti.accounts.rate_limits import LimitedCall
from rti.audit.record import record
from rti.campaigns.queries import campaigns
from rti.core.roles import COUNTING
from rti.models.audit import AuditAction
from rti.statistics.answers import AnswerDimension, Answers
from rti.statistics.disclosure import is_coarse
from rti.web.api.coding import AgreementView, agreement_view, asked_answers
from rti.web.count_tables import counts_page, file_of, files
from rti.web.forms import read_query
from rti.web.guards import only, rate_limited
from rti.web.inject import Now, Session, Today, Who
from rti.web.templating import WebRequest


@get("/answers", guards=[only(COUNTING), rate_limited(LimitedCall.FIGURES)])
async def show_answers(request: WebRequest, session: Session, person: Who, today: Today) -> Template:
    """Of the newest campaign, where the address names none."""
    form, offered = read_query(request), await campaigns(session)
    if offered:
        form.values = {"campaign_id": str(offered[0].id), **form.values}
    return await counts_page(
        request,
        "statistics/answers.html",
        form,
        partial(asked_answers, session, person, today, form.values) if offered else None,
        initial={"by": AnswerDimension.QUESTION},
        coarse=is_coarse(person),
        agreements=_agreements,
        dimensions=AnswerDimension,
        campaigns=offered,
    )


def _agreements(found: Answers) -> list[tuple[str, AgreementView]]:
    """How far readers agree on each question, and on all of them, which has no code."""
    every = [*found.by_question.items(), ("", found.agreement)]
    return [(code, agreement_view(each, coarse=found.table.coarse)) for code, each in every]


@get(files("/answers"), guards=[only(COUNTING), rate_limited(LimitedCall.FIGURES)])
async def answers_file(
    request: WebRequest, session: Session, person: Who, today: Today, now: Now
) -> Response[Any]:
    found = await asked_answers(session, person, today, dict(request.query_params))
    record(session, AuditAction.EXPORTED, now, about="answers")
    return file_of(request, found.table)


ROUTES = [show_answers, answers_file]

"""Reading answers question by question, and the questions of a campaign."""

from litestar import get, post
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.campaigns.queries import campaign, campaigns
from rti.coding import actions, queries, questions
from rti.coding.commands import ReadingFilter, RecordReading, SaveQuestionsText
from rti.core.roles import STAFF
from rti.core.validation import decode
from rti.models.coding import Verdict
from rti.requests.reading import one
from rti.web.forms import Form as Sent
from rti.web.forms import else_show, see_other
from rti.web.guards import only, rate_limited
from rti.web.inject import Form, Id, Now, Session, Who
from rti.web.templating import WebRequest, page


@get("/coding", guards=[only(STAFF)])
async def list_answers(request: WebRequest, session: Session, person: Who) -> Template:
    wanted = decode(ReadingFilter, dict(request.query_params))
    return page(
        request,
        "coding/list.html",
        await queries.to_read(session, person, wanted),
        wanted=wanted,
        campaigns=await campaigns(session),
    )


@get("/requests/{request_id:uuid}/coding", guards=[only(STAFF)])
async def show_reading(
    request: WebRequest, session: Session, person: Who, request_id: Id, form: Form
) -> Template:
    found = await queries.reading_of(session, request_id, person)
    detail = await one(session, person, request_id)
    return page(
        request,
        "coding/detail.html",
        found,
        form=form,
        events=detail.events,
        wanted=actions.to_decide(found),
        verdicts=Verdict,
    )


@post("/requests/{request_id:uuid}/coding", guards=[only(STAFF), rate_limited(LimitedCall.RECORDS)])
@else_show(show_reading)
async def record_reading(session: Session, person: Who, request_id: Id, form: Form, now: Now) -> Redirect:
    command = decode(RecordReading, {"found": _found(form)})
    await actions.record_reading(session, request_id, command, person, now)
    return see_other("/coding")


def _found(form: Sent) -> list[dict[str, str]]:
    """The choice for each question, from fields named by its code."""
    return [
        {
            "question": name.removeprefix("verdict-"),
            "verdict": value,
            "value": form.values.get(name.replace("verdict-", "value-", 1), ""),
            "page": form.values.get(name.replace("verdict-", "page-", 1), ""),
        }
        for name, value in form.values.items()
        if name.startswith("verdict-")
    ]


@get("/campaigns/{campaign_id:uuid}/questions", guards=[only(STAFF)])
async def show_questions(request: WebRequest, session: Session, campaign_id: Id, form: Form) -> Template:
    """If the campaign has none yet, they are proposed from the text of its letters."""
    found = await questions.questions(session, campaign_id)
    drawn = not found.items
    if drawn:
        found = await questions.proposed(session, campaign_id)
    return page(
        request,
        "coding/questions.html",
        found,
        form=form,
        initial={"lines": found.lines},
        drawn=drawn and bool(found.items),
        campaign=await campaign(session, campaign_id),
    )


@post("/campaigns/{campaign_id:uuid}/questions", guards=[only(STAFF)])
@else_show(show_questions)
async def save_questions(session: Session, campaign_id: Id, command: SaveQuestionsText, now: Now) -> Redirect:
    await questions.save(session, campaign_id, questions.read_lines(command), now)
    return see_other(f"/campaigns/{campaign_id}/questions")


ROUTES = [list_answers, show_reading, record_reading, show_questions, save_questions]

"""The letters that chase public bodies, in the browser: read, change, approve, print, or dismiss."""

from litestar import get, post
from litestar.response import Redirect, Template

from notifications import chasers, deciding
from notifications.commands import ApproveAll, ApproveLetter, LetterFilter, SettleLetter, ShowLetter
from rti.accounts.rate_limits import LimitedCall
from rti.core.i18n import LANGUAGES
from rti.core.pagination import Page
from rti.core.roles import REQUESTS, STAFF
from rti.core.validation import decode
from rti.models.messages import LetterState
from rti.web.api.chasers import listed
from rti.web.forms import else_show, see_other
from rti.web.guards import only, rate_limited
from rti.web.inject import Form, Found, Id, Now, Session, Today, Who
from rti.web.templating import WebRequest, page, who
from rti.web.transfers import READS


@get("/letters", guards=[only(REQUESTS)], opt={READS: listed})
async def list_letters(request: WebRequest, found: Found[Page[chasers.LetterLine]]) -> Template:
    wanted = decode(LetterFilter, dict(request.query_params))
    return page(
        request,
        "letters/list.html",
        found,
        wanted=wanted,
        states=LetterState,
        may_edit=who(request).role in STAFF,
    )


@get("/letters/{letter_id:uuid}", guards=[only(REQUESTS)])
async def show_letter(
    request: WebRequest, session: Session, person: Who, letter_id: Id, today: Today, form: Form
) -> Template:
    found = await chasers.letter(session, person, letter_id)
    chosen = decode(ShowLetter, dict(request.query_params)).language
    subject, body = await chasers.text_of(session, found, today, chosen)
    language = chosen or found.letter.language
    if form.faults:
        form.values.setdefault("language", language)
    return page(
        request,
        "letters/detail.html",
        found,
        form=form,
        own=found.letter.proposed_by == person.id,
        paper=await chasers.printed(session, letter_id),
        initial={"language": language, "subject": subject, "body": body},
        language_choices=list(LANGUAGES.items()),
    )


@post("/letters/{letter_id:uuid}/approve", guards=[only(REQUESTS)])
@else_show(show_letter)
async def approve_letter(
    request: WebRequest,
    session: Session,
    person: Who,
    letter_id: Id,
    command: ApproveLetter,
    now: Now,
    today: Today,
) -> Redirect:
    host = request.app.state.settings.mail_host
    await deciding.approve(session, person, letter_id, command, now, today, host=host)
    return see_other(f"/letters/{letter_id}")


@post("/letters/{letter_id:uuid}/dismiss", guards=[only(REQUESTS)])
async def dismiss_letter(session: Session, person: Who, letter_id: Id, now: Now) -> Redirect:
    await deciding.dismiss(session, person, letter_id, now)
    return see_other("/letters")


@post("/letters/{letter_id:uuid}/settle", guards=[only(REQUESTS)])
@else_show(show_letter)
async def settle_letter(
    session: Session, person: Who, letter_id: Id, command: SettleLetter, now: Now
) -> Redirect:
    await deciding.settle(session, person, letter_id, command.decision, now)
    return see_other(f"/letters/{letter_id}")


@get("/letters/proposals", guards=[only(REQUESTS)])
async def list_proposals(request: WebRequest, session: Session, person: Who, form: Form) -> Template:
    """What was proposed from lists, with whom it goes to, for a second person."""
    return page(
        request,
        "letters/proposals.html",
        await deciding.proposals(session, person),
        form=form,
        me=person.id,
        language_choices=list(LANGUAGES.items()),
    )


@post("/letters/{letter_id:uuid}/all/approve", guards=[only(REQUESTS), rate_limited(LimitedCall.IMPORTS)])
@else_show(list_proposals)
async def approve_proposal(
    request: WebRequest,
    session: Session,
    person: Who,
    letter_id: Id,
    command: ApproveAll,
    now: Now,
    today: Today,
) -> Redirect:
    host = request.app.state.settings.mail_host
    await deciding.approve_all(session, person, letter_id, command, now, today, host=host)
    return see_other("/letters?state=approved")


@post("/letters/{letter_id:uuid}/all/dismiss", guards=[only(REQUESTS), rate_limited(LimitedCall.IMPORTS)])
@else_show(list_proposals)
async def dismiss_proposal(session: Session, person: Who, letter_id: Id, now: Now) -> Redirect:
    await deciding.dismiss_all(session, person, letter_id, now)
    return see_other("/letters/proposals")


ROUTES = [
    list_letters,
    show_letter,
    approve_letter,
    dismiss_letter,
    settle_letter,
    list_proposals,
    approve_proposal,
    dismiss_proposal,
]

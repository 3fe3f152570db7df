"""The letters that chase public bodies, in the browser: read, change, approve, print, or dismiss."""

from uuid import UUID

from litestar import Response, get, post
from litestar.response import Redirect, Template

from notifications import chasers
from notifications.commands import ApproveLetter, LetterFilter, SettleLetter, ShowLetter
from rti.core.i18n import LANGUAGES
from rti.core.roles import REQUESTS
from rti.core.validation import decode
from rti.models.messages import LetterState
from rti.web import forms
from rti.web.guards import only
from rti.web.inject import Id, Now, Session, Today, Who
from rti.web.templating import Faults, WebRequest, page


@get("/letters", guards=[only(REQUESTS)])
async def list_letters(request: WebRequest, session: Session, person: Who) -> Template:
    wanted = decode(LetterFilter, dict(request.query_params))
    found = await chasers.letters(session, person, wanted)
    return page(request, "letters/list.html", found, wanted=wanted, states=LetterState)


@get("/letters/{letter_id:uuid}", guards=[only(REQUESTS)])
async def show_letter(
    request: WebRequest, session: Session, person: Who, letter_id: Id, today: Today
) -> Template:
    return await _letter_page(request, session, person, letter_id, today)


async def _letter_page(
    request: WebRequest,
    session: Session,
    person: Who,
    letter_id: UUID,
    today: Today,
    sent: forms.Form | None = None,
) -> Template:
    found = await chasers.letter(session, person, letter_id)
    chosen = decode(ShowLetter, dict(request.query_params)).language
    subject, body = await chasers.text_of(session, found, today, chosen)
    shown = {"language": chosen or found.letter.language, "subject": subject, "body": body}
    return page(
        request,
        "letters/detail.html",
        found,
        status=422 if sent else 200,
        language_choices=list(LANGUAGES.items()),
        form={"language": shown["language"], **sent.values} if sent else shown,
        faults=Faults(sent.faults if sent else ()),
    )


@post("/letters/{letter_id:uuid}/approve", guards=[only(REQUESTS)])
async def approve_letter(
    request: WebRequest, session: Session, person: Who, letter_id: Id, now: Now, today: Today
) -> Response[None] | Template:
    sent = await forms.read(request)
    host = request.app.state.settings.mail_host
    async with forms.attempt(session, sent):
        command = decode(ApproveLetter, sent.values)
        await chasers.approve(session, person, letter_id, command, now, host=host)
    if sent.faults:
        return await _letter_page(request, session, person, letter_id, today, sent)
    return Redirect(f"/letters/{letter_id}", status_code=303)


@post("/letters/{letter_id:uuid}/dismiss", guards=[only(REQUESTS)])
async def dismiss_letter(session: Session, person: Who, letter_id: Id, now: Now) -> Redirect:
    await chasers.dismiss(session, person, letter_id, now)
    return Redirect("/letters", status_code=303)


@post("/letters/{letter_id:uuid}/settle", guards=[only(REQUESTS)])
async def settle_letter(
    request: WebRequest, session: Session, person: Who, letter_id: Id, now: Now, today: Today
) -> Response[None] | Template:
    sent = await forms.read(request)
    async with forms.attempt(session, sent):
        await chasers.settle(session, person, letter_id, decode(SettleLetter, sent.values).decision, now)
    if sent.faults:
        return await _letter_page(request, session, person, letter_id, today, sent)
    return Redirect(f"/letters/{letter_id}", status_code=303)


ROUTES = [list_letters, show_letter, approve_letter, dismiss_letter, settle_letter]

"""The pages of letters: writing one about a request, its PDF, and the words of letters."""

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.core.errors import Invalid, NotFound
from rti.core.i18n import LANGUAGES, Language
from rti.core.roles import REQUESTS, SUPPORT
from rti.core.validation import decode
from rti.files.typesetting import pdf
from rti.letters import actions, wording
from rti.letters.commands import DraftLetter, SaveLetterText, WriteLetter
from rti.letters.paper import document_of
from rti.letters.texts import VARIABLES, shipped
from rti.models.letters import LetterKind
from rti.requests.evidence import Download
from rti.web.downloads import download
from rti.web.forms import else_show, see_other
from rti.web.guards import only, rate_limited
from rti.web.inject import Form, Id, Now, Session, Today, Who
from rti.web.templating import WebRequest, language_of, page
from rti.web.transfers import FILE


@get("/requests/{request_id:uuid}/letters/new", guards=[only(REQUESTS)])
async def new_letter(
    request: WebRequest, session: Session, person: Who, request_id: Id, today: Today, form: Form
) -> Template:
    """A preview of a letter, which can be changed before it is written."""
    case = await actions.case_of(session, person, request_id)
    asked = {name: form.values.get(name) or request.query_params.get(name) for name in ("kind", "language")}
    try:
        draft = decode(DraftLetter, asked)
    except Invalid:
        draft = DraftLetter()
    command = WriteLetter(kind=draft.kind, language=draft.language or Language(language_of(request)))
    paper = await actions.paper_of(session, case, command, today)
    return page(
        request,
        "letters/new.html",
        case,
        form=form,
        paper=paper,
        initial={
            "subject": paper.text.subject,
            "body": paper.text.body,
            "recipient": paper.recipient,
        },
        kinds=LetterKind,
        language_choices=list(LANGUAGES.items()),
    )


@post("/requests/{request_id:uuid}/letters", guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)])
@else_show(new_letter)
async def write_letter(
    session: Session, person: Who, request_id: Id, command: WriteLetter, now: Now, today: Today
) -> Redirect:
    letter = await actions.write(session, person, request_id, command, now, today)
    return see_other(f"/requests/{request_id}/letters/{letter.id}")


@get("/requests/{request_id:uuid}/letters/{written_id:uuid}", guards=[only(REQUESTS)], opt=FILE)
async def show_written(
    request: WebRequest, session: Session, person: Who, request_id: Id, written_id: Id
) -> Response[bytes]:
    """The PDF as it was set."""
    return download(request, await actions.written(session, person, request_id, written_id))


def named(kind: str, language: str) -> tuple[LetterKind, Language]:
    """The kind and language that an address names; raises NotFound."""
    try:
        return LetterKind(kind), Language(language)
    except ValueError:
        raise NotFound from None


@get("/letter-texts", guards=[only(SUPPORT)])
async def list_texts(request: WebRequest, session: Session) -> Template:
    changed = {(row.kind, row.language): row.changed_at for row in await wording.changed(session)}
    return page(request, "letters/texts.html", changed, kinds=LetterKind, language_choices=LANGUAGES.items())


@get("/letter-texts/{kind:str}/{language:str}", guards=[only(SUPPORT)])
async def show_text(
    request: WebRequest, session: Session, kind: FromPath[str], language: FromPath[str], form: Form
) -> Template:
    which = named(kind, language)
    return page(
        request,
        "letters/text.html",
        which,
        form=form,
        initial=(await wording.text_of(session, *which))._asdict(),
        shipped=shipped(*which),
        variables=VARIABLES,
    )


@post("/letter-texts/{kind:str}/{language:str}", guards=[only(SUPPORT)])
@else_show(show_text)
async def save_text(
    session: Session, kind: FromPath[str], language: FromPath[str], command: SaveLetterText, now: Now
) -> Redirect:
    await wording.save_text(session, *named(kind, language), command, now)
    return see_other("/letter-texts")


@post(
    "/letter-texts/{kind:str}/{language:str}/preview",
    guards=[only(SUPPORT), rate_limited(LimitedCall.RECORDS)],
    status_code=200,
)
@else_show(show_text)
async def preview_text(
    request: WebRequest, kind: FromPath[str], language: FromPath[str], command: SaveLetterText, today: Today
) -> Response[bytes]:
    """A preview of a letter with the words typed; nothing is stored."""
    which = named(kind, language)
    paper = wording.sample(*which, wording.checked(command), today)
    content = await pdf(*document_of(paper))
    return download(request, Download(f"{which[0]}.pdf", "application/pdf", content))


ROUTES = [new_letter, write_letter, show_written, list_texts, show_text, save_text, preview_text]

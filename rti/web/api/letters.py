"""Letters as JSON: writing them, their PDF, and their wording."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import Response, get, post, put
from litestar.params import FromPath, JSONBody

from rti.accounts.rate_limits import LimitedCall
from rti.core.attributes import from_attributes
from rti.core.i18n import Language
from rti.core.roles import REQUESTS, SUPPORT
from rti.letters import actions, wording
from rti.letters.commands import SaveLetterText, WriteLetter
from rti.models.letters import LetterKind, WrittenLetterRow
from rti.web.downloads import download
from rti.web.guards import interactive_only, only, rate_limited
from rti.web.inject import Id, Now, Session, Today, Who
from rti.web.pages.letters import named
from rti.web.templating import WebRequest
from rti.web.transfers import FILE


class WrittenLetterView(msgspec.Struct, frozen=True, kw_only=True):
    """A letter that was written; `sha256` is that of its PDF."""

    id: UUID
    kind: LetterKind
    language: Language
    written_at: datetime
    sha256: str


class WrittenLetterList(msgspec.Struct, frozen=True, kw_only=True):
    letters: list[WrittenLetterView]


class LetterWords(msgspec.Struct, frozen=True, kw_only=True):
    """The words of a kind of letter, with their variables in braces."""

    kind: LetterKind
    language: Language
    subject: str
    body: str


def written_view(row: WrittenLetterRow) -> WrittenLetterView:
    return from_attributes(WrittenLetterView, row, sha256=row.sha256.hex())


@get("/api/requests/{request_id:uuid}/letters", guards=[only(REQUESTS)])
async def list_written(session: Session, person: Who, request_id: Id) -> WrittenLetterList:
    """The letters of a request, the newest first."""
    case = await actions.case_of(session, person, request_id)
    found = await actions.letters_of(session, case.request.id)
    return WrittenLetterList(letters=[written_view(row) for row in found])


@post("/api/requests/{request_id:uuid}/letters", guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)])
async def write_letter(
    request_id: Id, data: JSONBody[WriteLetter], session: Session, person: Who, now: Now, today: Today
) -> WrittenLetterView:
    """Write a letter; words that are left out are those of its kind."""
    return written_view(await actions.write(session, person, request_id, data, now, today))


@get(
    "/api/requests/{request_id:uuid}/letters/{written_id:uuid}",
    guards=[only(REQUESTS), interactive_only],
    media_type="*/*",
    opt=FILE,
)
async def show_written(
    request: WebRequest, session: Session, person: Who, request_id: Id, written_id: Id
) -> Response[bytes]:
    """The PDF as it was set; not with a token, like all that is stored encrypted."""
    return download(request, await actions.written(session, person, request_id, written_id))


@get("/api/letter-texts/{kind:str}/{language:str}", guards=[only(SUPPORT)])
async def show_text(session: Session, kind: FromPath[str], language: FromPath[str]) -> LetterWords:
    which = named(kind, language)
    text = await wording.text_of(session, *which)
    return LetterWords(kind=which[0], language=which[1], **text._asdict())


@put("/api/letter-texts/{kind:str}/{language:str}", guards=[only(SUPPORT)])
async def save_text(
    session: Session, kind: FromPath[str], language: FromPath[str], data: JSONBody[SaveLetterText], now: Now
) -> LetterWords:
    """Write letters of this kind with these words from now on."""
    which = named(kind, language)
    await wording.save_text(session, *which, data, now)
    return LetterWords(kind=which[0], language=which[1], subject=data.subject, body=data.body)


ROUTES = [list_written, write_letter, show_written, show_text, save_text]

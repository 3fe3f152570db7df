"""Where people make and revoke the addresses of their feeds; an address is shown once."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time

from litestar import Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db_roles import Login, login_of
from rti.core.errors import NotFound
from rti.core.roles import REQUESTS
from rti.feeds import atom, calendar, queries, secrets
from rti.feeds.queries import Change, DueDate
from rti.feeds.secrets import FeedReader, reader_of
from rti.law.rules import FILING, ClockKind
from rti.models.requests import DateChangeRow, EventRow, RequestRow
from rti.requests.requester import is_hidden, told_at
from rti.web.forms import see_other
from rti.web.guards import only, open_to_all
from rti.web.inject import Now, Session, Today, Who
from rti.web.templating import Reader, WebRequest, page


@get("/me/feeds", guards=[only(REQUESTS)])
async def show_feeds(
    request: WebRequest, state: State, session: Session, person: Who, today: Today
) -> Template:
    since = await secrets.since(session, person.id)
    more = await queries.left_out_for(state.database, person, today)
    return page(request, "feeds/mine.html", since=since, made=None, left_out=more, most=queries.MOST_DATES)


@post("/me/feeds", guards=[only(REQUESTS)], status_code=200)
async def renew_feeds(
    request: WebRequest, state: State, session: Session, person: Who, now: Now, today: Today
) -> Template:
    """Responds with a page instead of a redirect: the addresses are shown only here."""
    secret = await secrets.renew(session, person, now)
    made = secrets.addresses(request.app.state.settings.address, secret)
    more = await queries.left_out_for(state.database, person, today)
    return page(request, "feeds/mine.html", since=now, made=made, left_out=more, most=queries.MOST_DATES)


@post("/me/feeds/revoke", guards=[only(REQUESTS)])
async def revoke_feeds(session: Session, person: Who, now: Now) -> Redirect:
    await secrets.revoke(session, person, now)
    return see_other("/me/feeds")


Secret = FromPath[str]


@asynccontextmanager
async def _opened(request: WebRequest, secret: str) -> AsyncIterator[tuple[FeedReader, AsyncSession]]:
    """The person behind the secret, whoever else is signed in here, and what they see now."""
    database = request.app.state.database
    async with database.under(Login.AUTH).transaction() as session:
        reader = await reader_of(session, secret)
    if reader is None:
        raise NotFound
    async with database.under(login_of(reader.person)).transaction(reader.person.id) as session:
        yield reader, session


def _answer(request: WebRequest, content: bytes, media_type: str) -> Response[bytes]:
    """The feed, or 304 where the program has these very bytes already (RFC 9110, 13.1.2)."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def _refused() -> Response[bytes]:
    return Response(b"", status_code=404, media_type="text/plain")


@get("/feeds/{secret:str}/deadlines.ics", guards=[open_to_all])
async def deadlines(request: WebRequest, secret: Secret, today: Today) -> Response[bytes]:
    settings = request.app.state.settings
    try:
        async with _opened(request, secret) as (reader, session):
            found = await queries.due_dates(session, reader.person, today)
            more = await queries.left_out(session, reader.person, today)
    except NotFound:
        return _refused()
    t = Reader(reader.person.language, settings.timezone)
    entries = [
        calendar.Entry(
            uid=f"{each.request.id}-{each.clock.kind}-{each.clock.epoch}@{settings.mail_host}",
            day=each.clock.due_on,
            summary=_due(each, t, named=reader.named),
            description=_caveats(each, t),
            url=_url(request, each.request),
            sequence=each.moves,
            changed_at=told_at(each.changed_at, hidden=is_hidden(reader.person, each.request)),
        )
        for each in found
        if each.clock.due_on
    ]
    if more:
        entries.append(
            _cut(more, today, f"{reader.person.id}-more@{settings.mail_host}", settings.address, t)
        )
    shown = calendar.calendar(entries, name=t.translate("Requests"), alarm_hour=reader.alarm_hour)
    return _answer(request, shown, "text/calendar")


def _cut(left_out: int, today: date, uid: str, address: str, t: Reader) -> calendar.Entry:
    """An entry of today that says what is missing."""
    said = t.ngettext(
        "{count} more date does not fit into this calendar",
        "{count} more dates do not fit into this calendar",
        left_out,
    ).format(count=left_out)
    caveat = t.translate(
        "A calendar holds at most {most} dates: those to come first, then those that passed last. "
        "You find all of them in your list of requests."
    ).format(most=queries.MOST_DATES)
    changed_at = datetime.combine(today, time.min, UTC)
    return calendar.Entry(uid, today, said, caveat, f"{address}/requests", today.toordinal(), changed_at)


@get("/feeds/{secret:str}/changes.atom", guards=[open_to_all])
async def changes(request: WebRequest, secret: Secret) -> Response[bytes]:
    settings = request.app.state.settings
    try:
        async with _opened(request, secret) as (reader, session):
            found = await queries.changes(session, reader.person)
    except NotFound:
        return _refused()
    t = Reader(reader.person.language, settings.timezone)
    entries = [
        atom.Entry(
            each.entry.id,
            _change(each, t, named=reader.named),
            _url(request, each.request),
            told_at(each.at, hidden=is_hidden(reader.person, each.request)),
        )
        for each in found
    ]
    shown = atom.feed(
        entries,
        id=reader.person.id,
        title=t.translate("Requests"),
        language=t.language,
        since=reader.since,
    )
    return _answer(request, shown, "application/atom+xml; charset=utf-8")


def _url(request: WebRequest, of: RequestRow) -> str:
    return f"{request.app.state.settings.address}/requests/{of.id}"


def _due(due: DueDate, t: Reader, *, named: bool) -> str:
    if named:
        return f"{due.request.reference} {due.request.title} – {t.name(due.body)}: {t.label(due.clock.kind)}"
    _ = t.translate
    if due.clock.kind in FILING:
        return _("The time to complain about 1 request ends")
    if due.clock.kind is ClockKind.FOLLOW_UP:
        return _("Ask again about 1 request")
    if due.clock.kind is ClockKind.ACKNOWLEDGEMENT:
        return _("The acknowledgement of 1 request is due")
    return _("1 request is due")


def _caveats(due: DueDate, t: Reader) -> str:
    _ = t.translate
    clock = due.clock
    said = [
        "" if clock.binding else _("not a legal deadline"),
        "" if clock.confirmed else _("unconfirmed: a lawyer must check it"),
        _("a target, not a duty") if clock.soft else "",
        _("Provisional") if clock.provisional else "",
    ]
    return "\n".join(filter(None, said))


def _change(change: Change, t: Reader, *, named: bool) -> str:
    _ = t.translate
    moved = isinstance(change.entry, DateChangeRow)
    if not named:
        return (
            _("A date of 1 request was recalculated") if moved else _("An event was recorded for 1 request")
        )
    what = (
        f"{t.label(change.entry.kind)}: {t.date(change.entry.old_due_on)} → {t.date(change.entry.new_due_on)}"
        if isinstance(change.entry, DateChangeRow)
        else f"{t.date(change.entry.happened_on)} {_happened(change.entry, t)}"
    )
    return f"{change.request.reference} {change.request.title} – {t.name(change.body)}: {what}"


def _happened(event: EventRow, t: Reader) -> str:
    if "campaign_id" in (event.changes or {}):
        return t.translate("Request put into or taken out of a campaign")
    return t.label(event.kind)


ROUTES = [show_feeds, renew_feeds, revoke_feeds, deadlines, changes]

"""Jinja pages: strict about names, escaped by default, and the same few helpers everywhere."""

import asyncio
import hashlib
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache, lru_cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote_plus

from jinja2 import FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from litestar import Litestar, Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.enums import MediaType
from litestar.response import Template
from litestar.response.base import ASGIResponse
from litestar.template.base import csrf_token
from litestar.types import Receive, Scope, Send
from markupsafe import Markup

from rti.accounts.passwords import new_token
from rti.accounts.sessions import SignedIn
from rti.core import i18n
from rti.core.alphabet import alphabetical
from rti.core.errors import Message
from rti.core.pagination import MOST_COUNTED
from rti.core.roles import Person
from rti.core.wallclock import day_of, now
from rti.labels import CORRECTABLE, REASONS, label
from rti.law.bilingual import BilingualName
from rti.law.explanations import N_, limit_in_words
from rti.law.limits import Limit, parse_limit
from rti.law.next_steps import usual_step
from rti.law.statutes import Statute
from rti.letters.commands import LETTER_FOR
from rti.models.bodies import AreaRow
from rti.models.topics import TopicRow
from rti.web import cookies
from rti.web.compiling import InLanguage, shown
from rti.web.forms import CSRF_FIELD, DONE, ONCE_FIELD, Form
from rti.web.menu import every_day, menu, seldom
from rti.web.transfers import READS

WebRequest = Request[Person | None, SignedIn | None, State]

_LOCKED = N_("Locked organisation")
STATIC = Path(__file__).parent / "static"
STATIC_FILES = {path.name: path for path in STATIC.iterdir()}


@pass_context
def sending(context: Context) -> Markup:
    """The hidden fields of a form that is posted: that our page showed it, and which sending it is."""
    csrf: Markup = context["csrf"]
    return csrf + _hidden(ONCE_FIELD, new_token())


def _csrf(request: WebRequest) -> Markup:
    """Where there is no such address, or a form was refused, the framework gives no token, but the browser still has its own."""
    return _hidden(CSRF_FIELD, csrf_token({"request": request}) or cookies.read(request, cookies.CSRF))


def _hidden(name: str, value: str) -> Markup:
    return Markup(f'<input type="hidden" name="{name}" value="{shown(value)}">')  # noqa: S704 -- escaped here


@lru_cache
def static_url(name: str) -> str:
    """The address of a static file; it changes with the content, so browsers may keep it for ever."""
    return f"/static/{name}?v={hashlib.sha256(STATIC_FILES[name].read_bytes()).hexdigest()[:12]}"


def today_of(connection: ASGIConnection[Any, Any, Any, Any]) -> date:
    """The day it is where the installation is."""
    return day_of(now(), connection.app.state.settings.timezone)


def who(request: WebRequest) -> Person:
    """Who is signed in, for routes that require somebody."""
    person = request.user
    assert person is not None  # noqa: S101 -- the guard of such a route let them in
    return person


def chosen_language(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """What the reader chose on this device; empty where that is nothing."""
    chosen = cookies.read(connection, cookies.LANGUAGE)
    return chosen if chosen in i18n.LANGUAGES else ""


def language_of(request: WebRequest) -> str:
    """What the reader chose on this device, else in the account, else in the browser."""
    if chosen := chosen_language(request):
        return chosen
    me: SignedIn | None = request.scope.get("auth")
    if me:
        return me.person.language
    return i18n.preferred(request.headers.get("accept-language", ""), request.app.state.settings.language)


# Members of two enumerations may be equal as texts.
@lru_cache(maxsize=1000, typed=True)
def _words(member: StrEnum, language: str) -> str:
    return i18n.translator(language)(label(member))


class Reader:
    """How one reader sees texts, dates and names; `t` in every template."""

    def __init__(self, language: str, zone: str) -> None:
        self.language = language
        self.zone = zone
        self.translate = i18n.translator(language)
        self.ngettext = i18n.translations(language).ngettext

    def label(self, member: StrEnum | None) -> str:
        """The words for a member of one of our enumerations."""
        return "" if member is None else _words(member, self.language)

    def choices(self, kind: Any) -> list[tuple[str, str]]:
        return [(member.value, self.label(member)) for member in kind]

    def name(self, named: Any) -> str:
        """The name of an area, body, CBO or statute in the reader's language; of a locked CBO it is none."""
        if getattr(named, "locked_at", None):
            return self.translate(_LOCKED)
        if isinstance(named, BilingualName):
            return named.km if self.language == "km" else named.en
        return str(named.name_km if self.language == "km" else named.name_en)

    def place(self, within: Sequence[AreaRow]) -> str:
        """Where a body is, as `bodies.places` tells it."""
        return ", ".join(self.name(area) for area in within)

    def placed(self, body: Any) -> str:
        """The same of a body that was read with its place."""
        return str(body.place_km if self.language == "km" else body.place_en)

    def named(self, rows: Any, key: str = "id") -> list[tuple[str, str]]:
        """Choices out of rows with names in both languages."""
        return [(str(getattr(row, key)), self.name(row)) for row in rows]

    def by_name(self, rows: Any, key: str = "id") -> list[tuple[str, str]]:
        """The same in the order of the reader's alphabet."""
        return sorted(self.named(rows, key), key=lambda choice: alphabetical(choice[1]))

    def statutes(self, statutes: Any) -> list[tuple[str, str]]:
        """Choices of laws, drafts and standards, each with its country, and those of Cambodia first."""
        laws = [(self.country(each), self.name(each.name), each) for each in statutes]
        laws.sort(key=lambda law: ("KH" not in law[2].countries, law[:2]))
        return [
            (each.id, f"{f'{country}: ' if country else ''}{name} ({self.label(each.status)})")
            for country, name, each in laws
        ]

    def country(self, statute: Statute) -> str:
        """The country or union of a law by the keys of its calendars, else of its identifier; of a standard it is none."""
        key = (*statute.countries, statute.id)[0].partition("-")[0]
        return i18n.country_name(key, self.language)

    def date(self, day: Any) -> str:
        return i18n.show_date(day, self.language) if day else "–"

    def month(self, day: Any) -> str:
        return i18n.show_month(day, self.language)

    def day(self, moment: datetime) -> str:
        """The day on which a moment falls where the reader is."""
        return self.date(day_of(moment, self.zone))

    def number(self, count: int) -> str:
        """A number that was counted as far as `MOST_COUNTED`."""
        more = count > MOST_COUNTED
        return self.translate(N_("more than {count}")).format(count=MOST_COUNTED) if more else str(count)

    def counted(self, requests: int) -> str:
        """How many requests there are."""
        return self.ngettext("{count} request", "{count} requests", requests).format(
            count=self.number(requests)
        )

    def moment(self, moment: Any) -> str:
        return i18n.show_moment(moment, self.language, self.zone) if moment else "–"

    def limit(self, limit: Limit | str) -> str:
        """An amount of time in words, such as 15 working days; also as an event keeps it, such as 15 working."""
        limit = parse_limit(limit) if isinstance(limit, str) else limit
        return limit_in_words(limit, self.translate)

    def reason(self, key: str) -> str:
        """Why a limit was extended, as a statute calls it, in words; of a statute of others as near to words as it gets."""
        words = REASONS.get(key)
        return self.translate(words) if words else key.replace("_", " ")

    def reasons(self, keys: Iterable[str]) -> list[tuple[str, str]]:
        return [(key, self.reason(key)) for key in keys]

    def topics(self, topics: Iterable[Any], chosen: str | None = None) -> list[tuple[str, str]]:
        """Choices of topics: those that are offered, and the one that was chosen before."""
        return self.named([each for each in topics if not each.retired or each.code == chosen], "code")

    def topic(self, topics: Iterable[Any], code: str) -> str:
        """The name of a topic; its code where there is none such."""
        return dict(self.named(topics, "code")).get(code, code)

    def changes(self, changes: Mapping[str, Any] | None, topics: Iterable[Any]) -> list[tuple[str, str, str]]:
        """What a correction changed: the words for it, for what was there and for what is; a campaign has its own."""
        lines = []
        for name, each in (changes or {}).items():
            if name not in CORRECTABLE:
                continue
            words, kind = CORRECTABLE[name]
            before, after = (self._value(kind, value, topics) for value in each)
            lines.append((self.translate(words), before, after))
        return lines

    def _value(self, kind: type, value: Any, topics: Iterable[Any]) -> str:
        if kind is TopicRow:
            return self.topic(topics, value)
        if kind is bool:
            return self.translate(N_("Yes") if value else N_("No"))
        if not value:
            return "–"
        return self.label(kind(value)) if issubclass(kind, StrEnum) else str(value)

    def say(self, message: Message) -> str:
        return message.render(self.translate)

    def steps(self, steps: Any) -> list[str]:
        return [step.text(self.translate, self.date, self.language) for step in steps]


_reader = cache(Reader)


def reader_of(request: WebRequest) -> Reader:
    return _reader(language_of(request), request.app.state.settings.timezone)


@cache
def templates_in(language: str, zone: str) -> InLanguage:
    """The templates of the pages; Khmer has no word spaces, so nothing is truncated by letters."""
    reader = _reader(language, zone)
    found = InLanguage(
        reader.translate,
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    quote, quoted = found.filters["urlencode"], lru_cache(1000)(found.filters["urlencode"])
    found.filters["urlencode"] = lambda each: quoted(each) if isinstance(each, str) else quote(each)
    found.globals.update(
        t=reader,
        _=reader.translate,
        ngettext=reader.ngettext,
        languages=i18n.LANGUAGES,
        static=static_url,
        menu=menu,
        every_day=every_day,
        seldom=seldom,
        sending=sending,
        exit_mark=partial(cookies.cookie_name, cookies.LEFT),
        constant=constant,
        usual_step=usual_step,
        letter_for=LETTER_FOR,
    )
    return found


@pass_context
def constant(context: Context, template: str, **given: Hashable) -> Markup:
    """A part of a page that depends only on the reader and its arguments: rendered once, and cached."""
    return _constant(template, context["t"], tuple(given.items()))


@lru_cache(maxsize=500)
def _constant(template: str, reader: Reader, given: tuple[tuple[str, Hashable], ...]) -> Markup:
    written = templates_in(reader.language, reader.zone).get_template(template)
    return Markup(written.render(dict(given), form=Form().shown({})))  # noqa: S704 -- escaped there


def _way_back(request: WebRequest) -> str:
    """The address of the page that is shown, or where it answers a form, that of the nearest page above."""
    path, query = request.url.path, request.url.query
    if request.method == "GET":
        return f"{path}?{query}" if query else path
    pages = {route.path_format for route in request.app.routes if "GET" in route.methods}
    pattern = request.scope.get("path_template", "")
    while pattern and pattern not in pages:
        path, pattern = path.rpartition("/")[0], pattern.rpartition("/")[0]
    return path or "/"


_quoted = lru_cache(maxsize=1000)(quote_plus)


def _here(request: WebRequest) -> Callable[..., str]:
    """Makes the address of the page that is shown, with changes in what is asked of it."""
    path, asked = request.url.path, dict(request.query_params)

    def here(**changes: object) -> str:
        kept = {**asked, **changes}
        pairs = [
            f"{_quoted(key)}={_quoted(str(value))}" for key, value in kept.items() if value not in {None, ""}
        ]
        return f"{path}?{'&'.join(pairs)}" if pairs else path

    return here


class Page(Template):
    """A page that is written when it is sent: off the event loop, where a long one stops nobody else."""

    def to_asgi_response(  # type: ignore[override]
        self,
        app: Litestar | None,  # noqa: ARG002 -- the interface
        request: WebRequest,
        **how: Any,
    ) -> "Unwritten":
        return Unwritten(partial(self._written, request, **how))

    def _written(self, request: WebRequest, **how: Any) -> ASGIResponse:
        reader = reader_of(request)
        template = templates_in(reader.language, reader.zone).get_template(str(self.template_name))
        context = self.create_template_context(request)
        self.content = template.render(context, csrf=_csrf(request)).encode()
        return Response.to_asgi_response(self, request=request, app=None, **how)


@dataclass(frozen=True, slots=True)
class Unwritten:
    """The answer with a page that is still to be written."""

    write: Callable[[], ASGIResponse]

    async def written(self) -> ASGIResponse:
        return await asyncio.to_thread(self.write)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        handler = scope.get("route_handler")
        short = handler is not None and READS in handler.opt
        answer = self.write() if short else await self.written()
        await answer(scope, receive, send)


def page(
    request: WebRequest,
    template: str,
    view: object = None,
    *,
    form: Form | None = None,
    initial: Mapping[str, object] = MappingProxyType({}),
    status: int = 200,
    **more: object,
) -> Page:
    """A page: what it shows is `view`; reader, person and address are there on every page.

    Its `form` shows what was sent, else what is `initial`; with faults the page is a 422.
    """
    form = form or Form()
    me: SignedIn | None = request.scope.get("auth")
    done = cookies.read(request, cookies.DONE)
    context = {
        "view": view,
        "done": DONE.get(done),
        "person": request.scope.get("user"),
        "settings": request.app.state.settings,
        "path": request.url.path,
        "here": _here(request),
        "back": _way_back(request),
        "form": form.shown(initial, proved=bool(me and me.recently_authenticated(now()))),
        "kept": form.kept,
        "shown_again": request.method == "POST" and bool(form.values),
        **more,
    }
    answer = Page(
        template, context=context, media_type=MediaType.HTML, status_code=422 if form.faults else status
    )
    for cookie in cookies.forget(request, cookies.DONE) if done else ():
        answer.set_cookie(cookie)
    return answer

"""Forms: read what was sent, attempt the action, and show the same form again with its faults."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Any

from litestar import Litestar, Request, Response
from litestar.datastructures import UploadFile
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect
from litestar.response.base import ASGIResponse
from msgspec import Struct
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import is_busy
from rti.core.errors import Busy, Fault, Invalid, Message, invalid, say
from rti.core.validation import decode
from rti.law.explanations import N_
from rti.web import cookies, typed

CSRF_FIELD = "_csrf_token"
ONCE_FIELD = "_once"
"""The idempotency key of a form, for `once`."""
KEPT_FIELD = "_kept"
"""What was typed before signing in again, for `typed`."""
DONE = {
    "saved": N_("Saved."),
    "filed": N_("The request has been recorded."),
    "recorded": N_("The entry has been recorded."),
    "deleted": N_("The draft has been deleted."),
}
"""What the next page says after a successful form."""
_TOLD_WITHIN = 60
"""Seconds within which the next page must be requested."""
_NOT_TYPED = {CSRF_FIELD, ONCE_FIELD, KEPT_FIELD}
_OURS = {"form", "command"}
_ASKED = {"request": Parameter("request", Parameter.KEYWORD_ONLY, annotation=Request[Any, Any, Any])}

Answer = Callable[..., Awaitable[Response[Any]]]


class Faults:
    """The faults of a form by field, for the templates."""

    def __init__(self, faults: tuple[Fault, ...] = ()) -> None:
        self._by_field = {fault.field: fault.message for fault in faults}

    def __getitem__(self, field: str) -> Message | None:
        return self._by_field.get(field)

    def __bool__(self) -> bool:
        return bool(self._by_field)

    def items(self) -> list[tuple[str, Message]]:
        return list(self._by_field.items())


@dataclass(slots=True)
class Form:
    """What a form sent: its texts (the last of each name) and its files; blank before anything was sent."""

    values: dict[str, str] = field(default_factory=dict)
    files: dict[str, UploadFile] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    kept: str = ""

    def refuse(self, wrong: Invalid) -> None:
        """Keep what is wrong. A browser fills in everything again but files, so those are asked for once more."""
        named = {fault.field for fault in wrong.faults}
        again = [Fault(name, say("Choose this file again")) for name in self.files if name not in named]
        self.faults = (*wrong.faults, *again)

    def shown(self, initial: Mapping[str, Any], *, proved: bool = False) -> "ShownForm":
        """What its fields show: what was sent, or else what they begin with."""
        values = self.values if self.values or self.faults else initial
        return ShownForm(values, Faults(self.faults), proved)


@dataclass(frozen=True, slots=True)
class ShownForm:
    """A form as a page shows it; `proved` is whether the password was entered a short time ago."""

    values: Mapping[str, Any]
    faults: Faults
    proved: bool

    def get(self, name: str, default: Any = None) -> Any:
        value = self.values.get(name)
        return default if value is None else value

    def __bool__(self) -> bool:
        return bool(self.values)


async def read(request: Request[Any, Any, Any]) -> Form:
    """The fields of a form that are not empty.

    A browser sends a file field in which no file was chosen as an empty text.
    """
    sent = await request.form()
    form = Form(kept=str(sent.get(KEPT_FIELD, "")))
    for name, value in sent.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                form.files[name] = value
        elif value and name not in _NOT_TYPED:
            form.values[name] = str(value)
    return form


def read_query(request: Request[Any, Any, Any]) -> Form:
    """A form sent in the address, so that the address can be bookmarked and shared."""
    return Form({name: value for name, value in dict(request.query_params).items() if value})


def fields_of(row: object, command: type[Struct]) -> dict[str, object]:
    """The initial values of a command's form for an existing record."""
    fields = {name: getattr(row, name, None) for name in command.__struct_fields__}
    return {name: value for name, value in fields.items() if value is not None}


@asynccontextmanager
async def attempt(form: Form, *sessions: AsyncSession) -> AsyncIterator[None]:
    """Do the block in savepoints; if it finds faults, undo it and keep them in `form.faults`."""
    try:
        async with AsyncExitStack() as savepoints:
            for session in sessions:
                await savepoints.enter_async_context(session.begin_nested())
            yield
    except Invalid as wrong:
        form.refuse(wrong)
    except DBAPIError as fault:
        if not is_busy(fault):
            raise
        form.refuse(invalid("busy", Busy.title))


def else_show(
    page: HTTPRouteHandler | Answer, read: Callable[..., Awaitable[Form]] = read
) -> Callable[[Answer], Answer]:
    """Attempt the action that is decorated; if it finds faults, undo it and answer with `page` instead.

    `read` reads the form. The page and the action get it as `form`, and an action that names a `command` gets its
    texts decoded as one. All three are called with whatever else they name, as handlers are; a parameter of the
    page with a default keeps that.
    """
    again = page.fn if isinstance(page, HTTPRouteHandler) else page

    def decorate(action: Answer) -> Answer:
        command = signature(action).parameters.get("command")
        reading, acting, showing = by_name(read), by_name(action), by_name(again)
        own = _parameters(action)

        @wraps(action)
        async def handler(**given: Any) -> Response[Any]:
            form: Form = given["form"] if "form" in given else await reading(given)
            given["form"] = form
            if form.kept and _show_typed(given["request"], form):
                shown: Response[Any] = await showing(given)
                return shown
            # A savepoint takes a connection: none for a session with which only the page is shown.
            sessions = [
                each for name, each in given.items() if name in own and isinstance(each, AsyncSession)
            ]
            async with attempt(form, *sessions):
                if form.faults:
                    raise Invalid(*form.faults)
                if command:
                    given["command"] = decode(command.annotation, form.values)
                answer: Response[Any] = await acting(given)
            if form.faults:
                answer = await showing(given)
            return answer

        asked = {**_ASKED, **_parameters(read), **_parameters(again), **_parameters(action)}
        parameters = [each for name, each in asked.items() if name not in _OURS]
        returns = signature(action).return_annotation
        handler.__signature__ = Signature(parameters, return_annotation=returns)  # type: ignore[attr-defined]
        handler.shows_again = True  # type: ignore[attr-defined]
        # Reading may ask for the password, for which it takes a connection: before anybody else holds one.
        handler.reading = reading  # type: ignore[attr-defined]
        handler.acting = action  # type: ignore[attr-defined]
        handler.__annotations__ = {each.name: each.annotation for each in parameters} | {"return": returns}
        return handler

    return decorate


def _show_typed(request: Request[Any, Any, Any], form: Form) -> bool:
    """Whether a form only brings what was typed before signing in again; that is then in it, if it is of this form."""
    before = typed.opened(request, form.kept, request.app.state.settings.secret)
    if before:
        form.kept, form.values = "", before.values
        form.faults = tuple(Fault(name, say("Choose this file again")) for name in before.files)
    return before is not None or not form.values


def shows_again(app: Litestar, path: str) -> bool:
    """Whether a form that is sent to this path can be shown again with what was typed."""
    try:
        _, handler, *_ = app.asgi_router.handle_routing(path, "POST")
    except (NotFoundException, MethodNotAllowedException):
        return False
    return hasattr(handler.fn, "shows_again")


class Onward(Redirect):
    """Redirect to another page, which says what is `done`: a key of `DONE`, or empty."""

    def __init__(self, path: str, done: str, **more: Any) -> None:
        super().__init__(path, status_code=303, **more)
        self.done = done

    def to_asgi_response(
        self, app: Litestar | None, request: Request[Any, Any, Any], **how: Any
    ) -> ASGIResponse:
        if self.done and request.scope.get("user"):
            cookie = cookies.keep(request, cookies.DONE, self.done, seconds=_TOLD_WITHIN)
            how["cookies"] = [*(how.get("cookies") or ()), cookie]
        return super().to_asgi_response(app, request, **how)


def see_other(path: str, done: str = "saved", **more: Any) -> Onward:
    """Redirect after a form (RFC 9110, 15.4.4)."""
    return Onward(path, done, **more)


def _parameters(function: Callable[..., Any]) -> dict[str, Parameter]:
    """What a function has to be given, in the way of handlers: by name."""
    return {
        name: each.replace(kind=Parameter.KEYWORD_ONLY)
        for name, each in signature(function).parameters.items()
        if each.default is Parameter.empty
    }


def by_name(function: Callable[..., Awaitable[Any]]) -> Callable[[Mapping[str, Any]], Awaitable[Any]]:
    """Call it with what it names out of all that is given."""
    names = tuple(_parameters(function))

    def call(given: Mapping[str, Any]) -> Awaitable[Any]:
        return function(**{name: given[name] for name in names})

    return call

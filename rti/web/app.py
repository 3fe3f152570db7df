"""The web process: only the wiring of its parts."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Any

from litestar import Litestar, Request
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin
from litestar.types import Middleware

from rti.accounts.entering import Entrance
from rti.accounts.sessions import SignedIn
from rti.core import logs, wallclock
from rti.core.db import PATIENCE, Database
from rti.core.db_roles import WEB, Login
from rti.core.roles import Person
from rti.core.settings import Settings
from rti.readiness import require_ready
from rti.web import cookies, guards, head, headers, openapi, origins, problems, routes
from rti.web.denial_log import note_refusal
from rti.web.forms import Form
from rti.web.json_body import JsonBodies
from rti.web.packing import Packing
from rti.web.request_class import ReceivedRequest
from rti.web.routers import WithoutOptions
from rti.web.transfers import Transfers

LARGEST_BODY = 27_000_000
MIDDLEWARE: Sequence[Middleware] = (
    origins.SameOrigin(),
    guards.Authentication,
    Transfers(),
    Packing(),
)


def _me(request: Request[Any, Any, Any]) -> SignedIn:
    me: SignedIn = request.auth
    return me


def _person(request: Request[Any, Any, Any]) -> Person:
    return _me(request).person


def _auth_database(state: State) -> Database:
    auth_database: Database = state.database.under(Login.AUTH)
    return auth_database


def _form() -> Form:
    return Form()


def _now() -> datetime:
    return wallclock.now()


def _today(state: State) -> date:
    return wallclock.day_of(wallclock.now(), state.settings.timezone)


def _form_tokens(settings: Settings) -> CSRFConfig:
    return CSRFConfig(
        secret=settings.secret,
        cookie_name=cookies.cookie_name("csrf", secure=settings.secure_cookies),
        cookie_secure=settings.secure_cookies,
        # Forms carry their token in a field; no header is looked at.
        header_name="",
        cookie_httponly=True,
        cookie_samesite="strict",
        exclude=r"^/(api|feeds|static|unsubscribe)/",
    )


def database_of(settings: Settings) -> Database:
    """The database of one worker, which has its share of the connections of the server."""
    return Database.of(
        settings, max(1, settings.connections // settings.workers), WEB, PATIENCE, settings.workers
    )


class Application(Litestar, WithoutOptions):  # type: ignore[misc]
    """Without what the framework does for classes of other libraries: it would load them, 8 MB in every process."""

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


def create_app(settings: Settings) -> Litestar:
    """The application of one process, for `settings` that name a database and a secret."""
    logs.configure()
    database = database_of(settings)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        await require_ready(database)
        yield
        await database.close()

    guards.require_declared_guards(routes.HANDLERS)
    app = Application(
        route_handlers=routes.ROUTERS,
        lifespan=[lifespan],
        state=State({"settings": settings, "database": database, "entrance": Entrance(settings.demo)}),
        dependencies={
            "me": Provide(_me, sync_to_thread=False),
            "person": Provide(_person, sync_to_thread=False),
            "auth_database": Provide(_auth_database, sync_to_thread=False),
            "form": Provide(_form, sync_to_thread=False),
            "found": Provide(guards.read_along, sync_to_thread=False),
            "now": Provide(_now, sync_to_thread=False),
            "today": Provide(_today, sync_to_thread=False),
        },
        plugins=[JsonBodies()],
        return_dto=None,
        middleware=MIDDLEWARE,
        request_class=ReceivedRequest,
        exception_handlers=problems.HANDLERS,
        after_exception=[note_refusal],
        csrf_config=_form_tokens(settings),
        # Else the framework asks the environment, and shows traces to everybody.
        debug=False,
        logging_config=None,
        request_max_body_size=LARGEST_BODY,
        openapi_config=openapi.CONFIG,
        before_send=[headers.protect],
    )
    app.asgi_handler = head.answered(app.asgi_handler)
    return app

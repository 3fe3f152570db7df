"""Every route of the application with its guard."""

from collections.abc import Iterator
from dataclasses import dataclass

from litestar import Litestar
from litestar.routes import HTTPRoute

from rti.core.roles import Role, SignInState
from rti.core.settings import Settings
from rti.web.app import create_app
from rti.web.guards import open_to_all

FRAMEWORK = {"/api/schema", "/api/schema/openapi.json", "/api/schema/{path:str}"}
"""The description of the API, which the framework serves without a guard of ours."""


@dataclass(frozen=True)
class Route:
    """A method of an address; `roles` is None where it is open to all, `standings` are those that it is for."""

    method: str
    path: str
    roles: frozenset[Role] | None
    standings: frozenset[SignInState]
    parameters: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    def at(self, names: dict[str, str]) -> str:
        """The address with its parameters; an unknown one is a KeyError, so that this file learns of it."""
        address = self.path
        for name in self.parameters:
            kind = address.split(f"{{{name}:", 1)[1].split("}", 1)[0]
            address = address.replace(f"{{{name}:{kind}}}", names[name])
        return address


def routes_of(app: Litestar) -> Iterator[Route]:
    for route in app.routes:
        if not isinstance(route, HTTPRoute) or route.path in FRAMEWORK:
            continue
        for handler in route.route_handlers:
            for method in sorted(handler.http_methods):
                guards = handler.guards or ()
                found = [guard for guard in guards if hasattr(guard, "roles")]
                assert found or open_to_all in guards, f"{method} {route.path} has no guard"
                roles, standings = (
                    (found[0].roles, found[0].standings) if found else (None, frozenset(SignInState))
                )
                yield Route(method, route.path, roles, standings, tuple(route.path_parameters))


APP = create_app(Settings(database_url="postgresql+asyncpg://nobody@127.0.0.1/none", secret="x" * 40))
ROUTES = sorted(routes_of(APP), key=str)

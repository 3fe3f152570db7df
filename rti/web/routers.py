"""Routers without the handler of the method OPTIONS that the framework adds to each address: nobody asks for it, and almost half
of all handlers would be such."""

from litestar import Router
from litestar.routes import BaseRoute, HTTPRoute
from litestar.types import ControllerRouterHandler


class WithoutOptions(Router):
    __slots__ = ()

    def register(self, value: ControllerRouterHandler) -> list[BaseRoute]:
        routes = super().register(value)
        for route in routes:
            if isinstance(route, HTTPRoute):
                route.methods.discard("OPTIONS")
                route.route_handlers = [
                    each for each in route.route_handlers if "OPTIONS" not in each.http_methods
                ]
        return routes

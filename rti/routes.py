"""Every address of the web pages and the JSON API."""

from typing import Any

from rti.accounts import api as accounts_api
from rti.accounts import pages as accounts_pages
from rti.bodies import api as bodies_api
from rti.bodies import pages as bodies_pages
from rti.requests import api as requests_api
from rti.requests import pages as requests_pages
from rti.web import home, static

HANDLERS: list[Any] = [
    *home.ROUTES,
    *static.ROUTES,
    *accounts_pages.ROUTES,
    *accounts_api.ROUTES,
    *bodies_pages.ROUTES,
    *bodies_api.ROUTES,
    *requests_pages.ROUTES,
    *requests_api.ROUTES,
]

"""Every address of the web pages and the JSON API, and under which login each works."""

from typing import Any

from litestar import Router

from rti import health, home, metrics, promises, status_page
from rti.accounts import api as accounts_api
from rti.accounts import (
    assignment_api,
    assignment_pages,
    factor_pages,
    invitation_pages,
    me_api,
    me_pages,
    people_api,
    people_pages,
)
from rti.accounts import pages as accounts_pages
from rti.audit import pages as audit_pages
from rti.bodies import api as bodies_api
from rti.bodies import pages as bodies_pages
from rti.calendars import api as calendars_api
from rti.calendars import pages as calendars_pages
from rti.campaigns import api as campaigns_api
from rti.campaigns import pages as campaigns_pages
from rti.cbos import api as cbos_api
from rti.cbos import pages as cbos_pages
from rti.cbos import sending_api, sending_pages
from rti.correspondence import (
    address_api,
    address_pages,
    letter_api,
    letter_pages,
    rule_api,
    rule_pages,
    unsubscribe_pages,
)
from rti.correspondence import api as correspondence_api
from rti.correspondence import pages as correspondence_pages
from rti.feeds import api as feeds_api
from rti.feeds import pages as feeds_pages
from rti.feeds import serving as feeds_serving
from rti.imports import api as imports_api
from rti.imports import pages as imports_pages
from rti.requests import api as requests_api
from rti.requests import pages as requests_pages
from rti.requests import sealed_pages, snooze_api, snooze_pages
from rti.retention import pages as retention_pages
from rti.statistics import pages as statistics_pages
from rti.statistics import what_if_pages
from rti.statutes import api as statutes_api
from rti.statutes import pages as statutes_pages
from rti.tenancy.logins import figures_login_of, login_of
from rti.web import static
from rti.web.describing import describe
from rti.web.transactions import as_safety, as_worker, at_the_door, under

_ACCOUNTS: list[Any] = [
    *accounts_pages.ROUTES,
    *accounts_api.ROUTES,
    *invitation_pages.ROUTES,
    *factor_pages.ROUTES,
    *me_pages.ROUTES,
    *me_api.ROUTES,
    *people_pages.ROUTES,
    *people_api.ROUTES,
    *assignment_pages.ROUTES,
    *assignment_api.ROUTES,
    *feeds_pages.ROUTES,
    *feeds_api.ROUTES,
    *feeds_serving.ROUTES,
    *address_pages.ROUTES,
    *address_api.ROUTES,
    *unsubscribe_pages.ROUTES,
]
_SAFETY: list[Any] = [*cbos_pages.SAFETY, *cbos_api.SAFETY]
_FIGURES: list[Any] = [*statistics_pages.ROUTES, *what_if_pages.ROUTES]
_OTHERS: list[Any] = [
    *home.ROUTES,
    *promises.ROUTES,
    *static.ROUTES,
    *health.ROUTES,
    *status_page.ROUTES,
    *metrics.ROUTES,
    *audit_pages.ROUTES,
    *retention_pages.ROUTES,
    *bodies_pages.ROUTES,
    *bodies_api.ROUTES,
    *calendars_pages.ROUTES,
    *calendars_api.ROUTES,
    *statutes_pages.ROUTES,
    *statutes_api.ROUTES,
    *campaigns_pages.ROUTES,
    *campaigns_api.ROUTES,
    *cbos_pages.READING,
    *cbos_api.READING,
    *imports_pages.ROUTES,
    *imports_api.ROUTES,
    *requests_pages.ROUTES,
    *requests_api.ROUTES,
    *snooze_pages.ROUTES,
    *snooze_api.ROUTES,
    *sending_pages.ROUTES,
    *sending_api.ROUTES,
    *sealed_pages.ROUTES,
    *correspondence_pages.ROUTES,
    *correspondence_api.ROUTES,
    *letter_pages.ROUTES,
    *rule_pages.ROUTES,
    *rule_api.ROUTES,
    *letter_api.ROUTES,
]
HANDLERS = [*_ACCOUNTS, *_SAFETY, *_FIGURES, *_OTHERS]
describe(HANDLERS)
ROUTERS = [
    Router("/", route_handlers=_ACCOUNTS, dependencies=under(at_the_door)),
    Router("/", route_handlers=_SAFETY, dependencies=under(as_safety)),
    Router("/", route_handlers=_FIGURES, dependencies=under(figures_login_of)),
    Router("/", route_handlers=_OTHERS, dependencies=under(login_of) | under(as_worker, "recomputing")),
]

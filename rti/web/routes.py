"""Every address of the web pages and the JSON API, and under which login each works."""

from typing import Any

from rti.core.db_roles import login_of, statistics_login_of
from rti.web import api, health, pages, static
from rti.web.once import each_once
from rti.web.openapi import describe
from rti.web.routers import WithoutOptions
from rti.web.transactions import (
    for_authentication,
    for_erasure,
    for_figures,
    for_worker,
    reading_under,
    under,
)

_ACCOUNTS: list[Any] = [
    *pages.sign_in.ROUTES,
    *pages.mfa.ROUTES,
    *pages.my_account.ROUTES,
    *pages.people.ROUTES,
    *pages.inviting.ROUTES,
    *pages.feeds.ROUTES,
    *pages.channels.ROUTES,
    *api.accounts.ROUTES,
    *api.people.ROUTES,
    *api.feeds.ROUTES,
    *api.channels.ROUTES,
]
_SAFETY: list[Any] = [*pages.cbos.SAFETY, *api.cbos.SAFETY]
_FIGURES: list[Any] = [
    *pages.statistics.ROUTES,
    *pages.participation.ROUTES,
    *pages.refusals.ROUTES,
    *pages.publication.ROUTES,
    *pages.answers.ROUTES,
    *api.statistics.ROUTES,
    *api.flat_figures.ROUTES,
    *api.participation.ROUTES,
    *api.refusals.ROUTES,
    *api.visits.FIGURES,
    *api.coding.FIGURES,
]
_RELEASES: list[Any] = [*pages.releases.ROUTES, *api.releases.ROUTES]
_OTHERS: list[Any] = [
    *static.ROUTES,
    *health.ROUTES,
    *pages.guidance.ROUTES,
    *pages.home.ROUTES,
    *pages.search.ROUTES,
    *pages.protections.ROUTES,
    *pages.system.ROUTES,
    *pages.audit.ROUTES,
    *pages.retention.ROUTES,
    *pages.bodies.ROUTES,
    *pages.calendars.ROUTES,
    *pages.statutes.ROUTES,
    *pages.topics.ROUTES,
    *pages.campaigns.ROUTES,
    *pages.batches.ROUTES,
    *pages.visits.ROUTES,
    *pages.coding.ROUTES,
    *pages.cbos.ROUTES,
    *pages.organisations.ROUTES,
    *pages.imports.ROUTES,
    *pages.columns.ROUTES,
    *pages.inbox.ROUTES,
    *pages.jobs.ROUTES,
    *pages.requests.ROUTES,
    *pages.bulk.ROUTES,
    *pages.saved_lists.ROUTES,
    *pages.counts.ROUTES,
    *pages.saved_reports.ROUTES,
    *pages.corrections.ROUTES,
    *pages.drafts.ROUTES,
    *pages.filing.ROUTES,
    *pages.steps.ROUTES,
    *pages.evidence.ROUTES,
    *pages.redaction.ROUTES,
    *pages.messages.ROUTES,
    *pages.statistics.EXPORTS,
    *pages.exports.ROUTES,
    *pages.what_if.ROUTES,
    *pages.chasers.ROUTES,
    *api.search.ROUTES,
    *pages.letters.ROUTES,
    *pages.print_runs.ROUTES,
    *pages.dossiers.ROUTES,
    *api.audit.ROUTES,
    *api.retention.ROUTES,
    *api.bodies.ROUTES,
    *api.calendars.ROUTES,
    *api.statutes.ROUTES,
    *api.topics.ROUTES,
    *api.campaigns.ROUTES,
    *api.batches.ROUTES,
    *api.visits.ROUTES,
    *api.coding.ROUTES,
    *api.cbos.ROUTES,
    *api.imports.ROUTES,
    *api.inbox.ROUTES,
    *api.jobs.ROUTES,
    *api.requests.ROUTES,
    *api.redactions.ROUTES,
    *api.scans.ROUTES,
    *api.bulk.ROUTES,
    *api.saved_lists.ROUTES,
    *api.counts.ROUTES,
    *api.saved_reports.ROUTES,
    *api.messages.ROUTES,
    *api.chasers.ROUTES,
    *api.drafts.ROUTES,
    *api.letters.ROUTES,
    *api.print_runs.ROUTES,
    *api.what_if.ROUTES,
    *api.exports.ROUTES,
    *api.dossiers.ROUTES,
]
each_once([*_ACCOUNTS, *_FIGURES, *_RELEASES, *_OTHERS])
HANDLERS = [*_ACCOUNTS, *_SAFETY, *_FIGURES, *_RELEASES, *_OTHERS]
describe(HANDLERS)
ROUTERS = [
    WithoutOptions("/", route_handlers=_ACCOUNTS, dependencies=under(for_authentication)),
    WithoutOptions("/", route_handlers=_SAFETY, dependencies=under(for_erasure)),
    WithoutOptions(
        "/",
        route_handlers=_FIGURES,
        dependencies=under(statistics_login_of) | reading_under(statistics_login_of),
    ),
    WithoutOptions(
        "/", route_handlers=_RELEASES, dependencies=under(login_of) | under(for_figures, "counting")
    ),
    WithoutOptions(
        "/",
        route_handlers=_OTHERS,
        dependencies=under(login_of) | under(for_worker, "recalculating") | reading_under(login_of),
    ),
]

"""The pages in the menu, by role: a few for daily use, and all others behind "More"."""

from collections.abc import Mapping, Sequence

from rti.core.roles import (
    ADMINISTRATION,
    COMPARING,
    COUNTING,
    EVERYBODY,
    INVITING,
    MESSAGES,
    ORGANISATIONS,
    REQUESTS,
    STAFF,
    SUPPORT,
    Role,
)
from rti.law.explanations import N_

MENU = (
    ("/requests", N_("Requests"), REQUESTS),
    ("/file", N_("File a request"), REQUESTS),
    ("/bodies", N_("Public bodies"), EVERYBODY),
    ("/campaigns", N_("Campaigns"), EVERYBODY),
    ("/calendar", N_("Calendar"), EVERYBODY),
    ("/statutes", N_("Statutes"), EVERYBODY),
    ("/calculator", N_("Calculator"), EVERYBODY),
    ("/statistics", N_("Statistics"), EVERYBODY),
    ("/participation", N_("Participation"), COUNTING),
    ("/publication", N_("What public bodies publish"), COUNTING),
    ("/answers", N_("What was answered"), COUNTING),
    ("/refusals", N_("Grounds of refusal"), COUNTING),
    ("/what-if", N_("What if"), COMPARING),
    ("/releases", N_("Releases"), EVERYBODY),
    ("/topics", N_("Topics"), ADMINISTRATION),
    ("/imports", N_("Import"), REQUESTS | ADMINISTRATION),
    ("/coding", N_("Read answers"), STAFF),
    ("/visits", N_("Visits"), REQUESTS),
    ("/inbox", N_("Inbox"), REQUESTS),
    ("/letters", N_("Letters"), REQUESTS),
    ("/mail", N_("Messages"), MESSAGES),
    ("/cbos", N_("Organisations"), ORGANISATIONS),
    ("/status", N_("System"), SUPPORT),
    ("/people", N_("People"), INVITING),
    ("/audit", N_("Audit log"), INVITING),
    ("/help", N_("Help"), EVERYBODY),
    ("/me", N_("My account"), EVERYBODY),
)
_CBO = ("/requests", "/file", "/letters", "/statistics", "/help")
_EVERY_DAY: Mapping[Role, Sequence[str]] = {
    Role.CBO_MEMBER: _CBO,
    Role.CBO_LEAD: _CBO,
    Role.STAFF: ("/requests", "/bodies", "/campaigns", "/letters", "/statistics"),
    Role.WORKING_GROUP: ("/statistics", "/releases", "/what-if", "/bodies", "/help"),
    Role.ADMINISTRATOR: ("/cbos", "/people", "/bodies", "/imports", "/status"),
}


def menu(role: Role) -> list[tuple[str, str]]:
    """Address and message id of each page that the role may open."""
    return [(address, words) for address, words, roles in MENU if role in roles]


def every_day(role: Role) -> list[tuple[str, str]]:
    """Those that are always seen, in their order."""
    words = dict(menu(role))
    return [(address, words[address]) for address in _EVERY_DAY[role]]


def seldom(role: Role) -> list[tuple[str, str]]:
    """Those behind "More"."""
    return [entry for entry in menu(role) if entry[0] not in _EVERY_DAY[role]]

"""The pages in the menu, by role."""

from rti.core.roles import (
    ADMINISTRATION,
    COMPARING,
    EVERYBODY,
    INVITING,
    MESSAGES,
    ORGANISATIONS,
    REQUESTS,
    SUPPORT,
    Role,
)
from rti.law.explanations import N_

MENU = (
    ("/requests", N_("Requests"), REQUESTS),
    ("/bodies", N_("Public bodies"), EVERYBODY),
    ("/campaigns", N_("Campaigns"), EVERYBODY),
    ("/calendar", N_("Calendar"), EVERYBODY),
    ("/statutes", N_("Statutes"), EVERYBODY),
    ("/calculator", N_("Calculator"), EVERYBODY),
    ("/statistics", N_("Statistics"), EVERYBODY),
    ("/what-if", N_("What if"), COMPARING),
    ("/imports", N_("Import"), REQUESTS | ADMINISTRATION),
    ("/inbox", N_("Inbox"), REQUESTS),
    ("/letters", N_("Letters"), REQUESTS),
    ("/mail", N_("Messages"), MESSAGES),
    ("/cbos", N_("Organisations"), ORGANISATIONS),
    ("/status", N_("System"), SUPPORT),
    ("/people", N_("People"), INVITING),
    ("/audit", N_("Audit log"), INVITING),
    ("/me", N_("My account"), EVERYBODY),
)


def menu(role: Role) -> list[tuple[str, str]]:
    """Address and message id of each page that the role may open."""
    return [(address, words) for address, words, roles in MENU if role in roles]

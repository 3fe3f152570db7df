"""The pages in the menu, by role."""

from rti.accounts.policy import EVERYBODY, REQUESTS, Role
from rti.law.steps import N_

MENU = (
    ("/requests", N_("Requests"), REQUESTS),
    ("/bodies", N_("Public bodies"), EVERYBODY),
)


def menu(role: Role) -> list[tuple[str, str]]:
    """Address and message id of each page that the role may open."""
    return [(address, words) for address, words, roles in MENU if role in roles]

"""What each role may do: pure, and the only place that says so."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    CBO_MEMBER = "cbo_member"
    CBO_LEAD = "cbo_lead"
    STAFF = "staff"
    WORKING_GROUP = "working_group"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader: everything that decides which requests they see."""

    id: UUID
    role: Role


@dataclass(frozen=True, slots=True)
class Person(Reader):
    """The person who is signed in, as far as rules need to know."""

    name: str
    cbo_id: UUID | None
    language: str


class SignInState(StrEnum):
    """How far somebody has come in signing in."""

    COMPLETE = "complete"
    MUST_PROVE = "must_prove"
    """The password was right, and the second factor has still to be entered."""
    MUST_ENROL = "must_enrol"
    """The password was right, and the role needs a second factor that the account has not got yet."""


class TokenScope(StrEnum):
    """The scope of an API token; each includes those before it."""

    STATISTICS = "statistics"
    READ = "read"
    WRITE = "write"

    def covers(self, needed: "TokenScope") -> bool:
        order = list(TokenScope)
        return order.index(needed) <= order.index(self)


_FIGURES = ("/api/statistics", "/api/what-if", "/api/releases")


def scope_needed(method: str, path: str) -> TokenScope:
    """The scope that a token needs for an address of the API."""
    if method not in {"GET", "HEAD"}:
        return TokenScope.WRITE
    return TokenScope.STATISTICS if path.startswith(_FIGURES) else TokenScope.READ


CBO = frozenset({Role.CBO_MEMBER, Role.CBO_LEAD})
LEADS = frozenset({Role.CBO_LEAD})
STAFF = frozenset({Role.STAFF})
ADMINISTRATION = frozenset({Role.ADMINISTRATOR})
SUPPORT = STAFF | ADMINISTRATION
REQUESTS = CBO | STAFF
MESSAGES = CBO | SUPPORT
ORGANISATIONS = CBO | SUPPORT
LOCKING = SUPPORT | {Role.CBO_LEAD}
COUNTING = SUPPORT | {Role.WORKING_GROUP}
COMPARING = STAFF | {Role.WORKING_GROUP}
EVERYBODY = frozenset(Role)
INVITING = ADMINISTRATION | {Role.CBO_LEAD}
TWO_FACTORS = STAFF | ADMINISTRATION | {Role.WORKING_GROUP}
"""The roles that need a second factor; it is offered to all others."""


def sign_in_state_of(role: Role, *, enrolled: bool, shown: bool, demo: bool) -> SignInState:
    """The state after a correct password; the demo asks for a second factor only if there is one."""
    if shown:
        return SignInState.COMPLETE
    if enrolled:
        return SignInState.MUST_PROVE
    return SignInState.MUST_ENROL if role in TWO_FACTORS and not demo else SignInState.COMPLETE


def manages(by: Person, role: Role, cbo_id: UUID | None) -> bool:
    """Whether `by` invites, resets and disables people of a role: a lead does the members of the own organisation."""
    if by.role is Role.CBO_LEAD:
        return role is Role.CBO_MEMBER and cbo_id == by.cbo_id
    return by.role in ADMINISTRATION

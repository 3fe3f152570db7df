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
class Person:
    """Whoever is signed in, as far as rules need to know."""

    id: UUID
    name: str
    role: Role
    cbo_id: UUID | None
    language: str


CBO = frozenset({Role.CBO_MEMBER, Role.CBO_LEAD})
LEADS = frozenset({Role.CBO_LEAD})
STAFF = frozenset({Role.STAFF})
ADMINISTRATION = frozenset({Role.ADMINISTRATOR})
SUPPORT = STAFF | ADMINISTRATION
REQUESTS = CBO | STAFF
MESSAGES = CBO | SUPPORT
ORGANISATIONS = CBO | SUPPORT
LOCKING = SUPPORT | {Role.CBO_LEAD}
COMPARING = STAFF | {Role.WORKING_GROUP}
EVERYBODY = frozenset(Role)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose requests a person may see: all of them, those of one organisation, or none."""

    everything: bool
    cbo_id: UUID | None


def scope_of(person: Person) -> Scope:
    """A CBO sees its own requests and staff all of them; other roles see figures and never a row."""
    if person.role in CBO:
        return Scope(everything=False, cbo_id=person.cbo_id)
    return Scope(everything=person.role in STAFF, cbo_id=None)


def counted_scope_of(person: Person) -> Scope:
    """Whose requests count in the figures that a person sees: a CBO's own, for every other role all."""
    return scope_of(person) if person.role in CBO else Scope(everything=True, cbo_id=None)

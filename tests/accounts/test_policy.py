"""What each role may do, written out once more: whoever widens a rule has to say so here too."""

from uuid import UUID

import pytest

from rti.core import roles
from rti.core.roles import (
    Person,
    Role,
    SignInState,
    TokenScope,
    manages,
    scope_needed,
    sign_in_state_of,
)

OURS, THEIRS = UUID(int=1), UUID(int=2)
MEMBER, LEAD, STAFF, GROUP, ADMIN = Role
MAY = {
    "CBO": {MEMBER, LEAD},
    "LEADS": {LEAD},
    "STAFF": {STAFF},
    "ADMINISTRATION": {ADMIN},
    "SUPPORT": {STAFF, ADMIN},
    "REQUESTS": {MEMBER, LEAD, STAFF},
    "MESSAGES": {MEMBER, LEAD, STAFF, ADMIN},
    "ORGANISATIONS": {MEMBER, LEAD, STAFF, ADMIN},
    "LOCKING": {LEAD, STAFF, ADMIN},
    "COMPARING": {STAFF, GROUP},
    "EVERYBODY": {MEMBER, LEAD, STAFF, GROUP, ADMIN},
    "INVITING": {LEAD, ADMIN},
    "TWO_FACTORS": {STAFF, GROUP, ADMIN},
}


def person(role: Role) -> Person:
    cbo_id = OURS if role in {MEMBER, LEAD} else None
    return Person(id=UUID(int=9), name="Sok Dara", role=role, cbo_id=cbo_id, language="km")


def test_each_set_of_roles_holds_those_roles_and_no_others() -> None:
    assert {name: value for name, value in vars(roles).items() if isinstance(value, frozenset)} == MAY


@pytest.mark.parametrize("of", list(Role))
@pytest.mark.parametrize("by", list(Role))
@pytest.mark.parametrize("cbo_id", [OURS, THEIRS, None])
def test_administrators_manage_everybody_and_leads_the_members_of_their_own_organisation(
    by: Role, of: Role, cbo_id: UUID | None
) -> None:
    own_member = by is LEAD and of is MEMBER and cbo_id == OURS
    assert manages(person(by), of, cbo_id) == (by is ADMIN or own_member)


def test_the_scope_of_a_token_covers_itself_and_those_before_it() -> None:
    covered = [(a, b) for a in TokenScope for b in TokenScope if a.covers(b)]
    statistics, read, write = TokenScope
    assert covered == [
        (statistics, statistics),
        *((read, each) for each in (statistics, read)),
        *((write, each) for each in (statistics, read, write)),
    ]


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/api/statistics", TokenScope.STATISTICS),
        ("HEAD", "/api/what-if", TokenScope.STATISTICS),
        ("GET", "/api/requests", TokenScope.READ),
        ("HEAD", "/api/requests/statistics", TokenScope.READ),
        ("POST", "/api/statistics", TokenScope.WRITE),
        ("DELETE", "/api/requests", TokenScope.WRITE),
        ("OPTIONS", "/api/requests", TokenScope.WRITE),
    ],
)
def test_a_program_needs_the_scope_of_what_it_asks_for(method: str, path: str, scope: TokenScope) -> None:
    assert scope_needed(method, path) is scope


@pytest.mark.parametrize("role", list(Role))
def test_only_the_demo_lets_a_role_that_needs_two_factors_in_with_one(role: Role) -> None:
    must = SignInState.MUST_ENROL if role in MAY["TWO_FACTORS"] else SignInState.COMPLETE
    assert sign_in_state_of(role, enrolled=False, shown=False, demo=False) is must
    assert sign_in_state_of(role, enrolled=False, shown=False, demo=True) is SignInState.COMPLETE
    for demo in (True, False):
        assert sign_in_state_of(role, enrolled=True, shown=False, demo=demo) is SignInState.MUST_PROVE
        assert sign_in_state_of(role, enrolled=True, shown=True, demo=demo) is SignInState.COMPLETE

"""What the rules about roles and tokens come to."""

from itertools import product
from uuid import UUID

import pytest

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


def person(role: Role) -> Person:
    cbo_id = OURS if role in {MEMBER, LEAD} else None
    return Person(id=UUID(int=9), name="Sok Dara", role=role, cbo_id=cbo_id, language="km")


def test_administrators_manage_everybody_and_leads_the_members_of_their_own_organisation() -> None:
    managed = {
        (by, of, cbo_id)
        for by, of, cbo_id in product(Role, Role, (OURS, THEIRS, None))
        if manages(person(by), of, cbo_id)
    }
    everybody = {(ADMIN, of, cbo_id) for of, cbo_id in product(Role, (OURS, THEIRS, None))}
    assert managed == everybody | {(LEAD, MEMBER, OURS)}


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
    must = SignInState.MUST_ENROL if role in {STAFF, GROUP, ADMIN} else SignInState.COMPLETE
    assert sign_in_state_of(role, enrolled=False, shown=False, demo=False) is must
    assert sign_in_state_of(role, enrolled=False, shown=False, demo=True) is SignInState.COMPLETE
    for demo in (True, False):
        assert sign_in_state_of(role, enrolled=True, shown=False, demo=demo) is SignInState.MUST_PROVE
        assert sign_in_state_of(role, enrolled=True, shown=True, demo=demo) is SignInState.COMPLETE

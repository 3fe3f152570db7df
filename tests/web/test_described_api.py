"""The JSON API against its own description, by a program that reads it and sends whatever it can think of."""

import re
from collections import Counter
from functools import cache

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from rti.core.db import Database
from rti.core.roles import Role
from tests import make
from tests.sizes import FULL, size
from tests.web.asking import Visitor, who_tries
from tests.web.routes import APP, ROUTES

pytestmark = pytest.mark.xdist_group("described API")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@cache
def _cases() -> list[tuple[schemathesis.Case, bool]]:
    """Cases of every operation; half of them name things that are there. Made once for all roles."""
    drawn: list[tuple[schemathesis.Case, bool]] = []
    for found in schemathesis.openapi.from_dict(APP.openapi_schema.to_schema()).get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=size(2, 152),
            database=None,
            derandomize=not FULL,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(
            st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)),
            st.booleans(),
        )
        def draw(case: schemathesis.Case, there: bool) -> None:
            drawn.append((case, there))

        draw()
    assert len({case.operation.label for case, _ in drawn}) >= 50
    return drawn


async def _sent(visitor: Visitor, case: schemathesis.Case) -> httpx.Response:
    sent = requests.Request(**case.as_transport_kwargs("http://127.0.0.1", visitor.headers)).prepare()
    return await visitor.send(
        str(sent.method), str(sent.url), headers=dict(sent.headers), content=sent.body or b""
    )


_WHO = {(each.method, re.sub(r":\w+}", "}", each.path)): who_tries(each) for each in ROUTES}


def _asked_by(role: Role | None) -> list[tuple[schemathesis.Case, bool]]:
    """In `make test` strangers ask every operation once, and one role for whom it is asks it as often as it is drawn."""
    if FULL:
        return _cases()
    once = {case.operation.label: (case, there) for case, there in _cases()}
    if role is None:
        return list(once.values())
    return [
        (case, there)
        for case, there in _cases()
        if role is _WHO[case.operation.method.upper(), case.operation.path]
    ]


@pytest.mark.torture
@pytest.mark.parametrize("role", [None, *Role])
async def test_whatever_is_sent_to_the_api_is_answered_as_it_is_described(
    client: httpx.AsyncClient, database: Database, role: Role | None
) -> None:
    statuses: Counter[int] = Counter()
    async with database.transaction() as session:
        await make.unbounded(session)
    visitor = Visitor(client, database, role)
    asked = _asked_by(role)
    for case, there in asked:
        named = list(case.path_parameters or {}) if there else []
        names = await visitor.ready(*named)
        if named:
            case.path_parameters |= {name: names[name] for name in named}
        answer = await _sent(visitor, case)
        statuses[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)
    print(f"{role}: {dict(sorted(statuses.items()))}")
    assert statuses.total() == len(asked) > 0

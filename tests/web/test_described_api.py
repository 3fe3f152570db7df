"""The JSON API against its own description, by a program that reads it and sends whatever it can think of."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest
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
from rti.core.settings import Settings
from rti.web.app import create_app
from tests import make
from tests.sizes import FULL, size
from tests.web.routes import peopled

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
API = schemathesis.openapi.from_dict(
    create_app(
        Settings(database_url="postgresql+asyncpg://nobody@127.0.0.1/none", secret="x" * 40)
    ).openapi_schema.to_schema()
)
OPERATIONS = [found.ok() for found in API.get_all_operations()]


def _sent(operation: Any, address: str, headers: dict[str, str], names: dict[str, str]) -> Counter[int]:
    """Send cases of an operation and check each answer; half of them name things that are there."""
    statuses: Counter[int] = Counter()

    @settings(
        max_examples=size(4, 152),
        deadline=None,
        database=None,
        derandomize=not FULL,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)),
        st.booleans(),
    )
    def run(case: schemathesis.Case, there: bool) -> None:
        if there:
            case.path_parameters |= {name: names[name] for name in case.path_parameters or {}}
        answer = case.call(base_url=address, headers=headers, timeout=30)
        statuses[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    run()
    return statuses


@pytest.mark.torture
@pytest.mark.parametrize("role", [None, *Role])
async def test_whatever_is_sent_to_the_api_is_answered_as_it_is_described(
    client: httpx.AsyncClient, database: Database, address: str, role: Role | None
) -> None:
    statuses: Counter[int] = Counter()
    async with database.transaction() as session:
        await make.unbounded(session)
    for operation in OPERATIONS:
        async with database.transaction() as session:
            person, names = await peopled(session, role or Role.CBO_MEMBER)
        headers = await make.session_of(client, person, database) if role else {}
        statuses += await asyncio.to_thread(_sent, operation, address, headers, names)
    print(f"{role}: {dict(sorted(statuses.items()))}")
    assert statuses.total() >= len(OPERATIONS)

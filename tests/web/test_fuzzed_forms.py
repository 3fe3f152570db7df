"""Every form with whatever can be typed or sent into its fields."""

import asyncio
from collections import Counter
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rti.core.db import Database
from rti.core.roles import Role
from tests import make
from tests.sizes import FULL, size
from tests.web.routes import Route, peopled
from tests.web.test_hostile_input import NAMES
from tests.web.test_matrix import ROUTES

FORMS = [route for route in ROUTES if route.method == "POST" and not route.is_api]
STRANGE = [
    *(
        "\x00",
        "\ud800",
        "\u202e txt.exe",
        "\u200b",
        "\u200bក្រុង\u200bខ្មែរ",
        "ក្ខ្ម៉ំ" * 50,
        "៣០/០២/២០២៦",
        "0",
        "-0",
        "1e9",
        "NaN",
    ),
    *(
        str(2**31),
        str(2**63),
        str(-(2**63) - 1),
        "9" * 400,
        "2026-02-30",
        "2026-11-25T25:00",
        "x" * 1_000_000,
    ),
    *(
        "' OR 1=1 --",
        "{{7*7}}",
        "<script>alert(1)</script>",
        "../../etc/passwd",
        "%00",
        "\r\nBcc: a@b.example",
    ),
]
FIELDS = st.dictionaries(
    st.sampled_from(NAMES),
    st.one_of(st.sampled_from(STRANGE), st.text(max_size=200)),
    min_size=1,
    max_size=12,
)


def _bombard(form: Route, address: str, visitor: httpx.Client, token: str) -> Counter[int]:
    statuses: Counter[int] = Counter()

    @settings(
        max_examples=size(3, 265),
        deadline=None,
        database=None,
        derandomize=not FULL,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(FIELDS)
    def run(fields: dict[str, str]) -> None:
        body = urlencode({**fields, "_csrf_token": token}, errors="surrogatepass")
        headers = {"content-type": "application/x-www-form-urlencoded"}
        answer = visitor.post(address, content=body, headers=headers)
        statuses[answer.status_code] += 1
        assert answer.status_code < 500, f"{form}: {answer.status_code}"

    run()
    return statuses


@pytest.mark.torture
@pytest.mark.parametrize("role", [None, *Role])
async def test_whatever_is_typed_into_a_form_is_taken_or_refused_in_words(
    database: Database, address: str, role: Role | None
) -> None:
    statuses: Counter[int] = Counter()
    async with database.transaction() as session:
        await make.unbounded(session)
    for form in FORMS:
        if form.roles and role not in form.roles:
            continue
        async with database.transaction() as session:
            person, names = await peopled(session, role or Role.CBO_MEMBER)
        async with httpx.AsyncClient(base_url=address) as signing_in:
            if role:
                await make.session_of(signing_in, person, database)
            token = await make.form_token(signing_in, "/me/feeds" if role else "/sign-in")
            cookies = dict(signing_in.cookies)
        with httpx.Client(base_url=address, cookies=cookies, timeout=30) as visitor:
            statuses += await asyncio.to_thread(_bombard, form, form.at(names), visitor, token)
    print(f"{role}: {statuses.total()} forms, {dict(sorted(statuses.items()))}")
    assert statuses.total()

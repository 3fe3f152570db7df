"""Every form with whatever can be typed or sent into its fields."""

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
from tests.web.asking import Visitor, who_tries
from tests.web.routes import ROUTES, Route
from tests.web.test_hostile_input import NAMES

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
ROUNDS = size(1, 265)
"""How often every form is sent: in `make test` by one role for whom it is, else by each of them."""
FIELDS = st.dictionaries(
    st.sampled_from(NAMES),
    st.one_of(st.sampled_from(STRANGE), st.text(max_size=200)),
    min_size=1,
    max_size=12,
)


def _who_asks(form: Route) -> Role | None:
    """Strangers where it is open to all."""
    return who_tries(form) if form.roles else None


def _filled_in(count: int) -> list[dict[str, str]]:
    """So many forms as they are filled in, in `make test` the same ones each time."""
    drawn: list[dict[str, str]] = []

    @settings(
        max_examples=count,
        database=None,
        derandomize=not FULL,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(FIELDS)
    def draw(fields: dict[str, str]) -> None:
        drawn.append(fields)

    draw()
    return drawn


@pytest.mark.torture
@pytest.mark.parametrize("role", [None, *Role])
async def test_whatever_is_typed_into_a_form_is_taken_or_refused_in_words(
    client: httpx.AsyncClient, database: Database, role: Role | None
) -> None:
    statuses: Counter[int] = Counter()
    async with database.transaction() as session:
        await make.unbounded(session)
    visitor = Visitor(client, database, role)
    headers = {"content-type": "application/x-www-form-urlencoded"}
    forms = [form for form in FORMS if (FULL and role in (form.roles or [role])) or role is _who_asks(form)]
    for form, fields in zip(forms * ROUNDS, _filled_in(len(forms) * ROUNDS), strict=True):
        address = form.at(await visitor.ready(*form.parameters))
        body = urlencode({**fields, "_csrf_token": visitor.token}, errors="surrogatepass")
        answer = await visitor.send("POST", address, content=body, headers=headers)
        statuses[answer.status_code] += 1
        assert answer.status_code < 500, f"{form} with {fields}: {answer.status_code}"
    print(f"{role}: {statuses.total()} forms, {dict(sorted(statuses.items()))}")
    assert statuses.total()

"""Adding and correcting public bodies."""

import httpx
import pytest

from rti.core.roles import Role
from tests import make
from tests.conftest import SignIn

BODY = {
    "code": "HC-0102-1",
    "kind": "health_centre",
    "name_km": "មណ្ឌលសុខភាព",
    "name_en": "Example health centre",
    "area_code": "010201",
    "email": "Office@Example.ORG",
}


async def test_staff_add_and_correct_a_body(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    await sign_in(Role.STAFF)
    added = await make.post_form(client, "/bodies/new", BODY)
    assert added.status_code == 303, added.text
    address = added.headers["location"]
    changed = await make.post_form(
        client, f"{address}/edit", {**BODY, "name_en": "Corrected", "area_code": ""}
    )
    assert changed.status_code == 303, changed.text
    stored = (await client.get(f"/api{address}")).json()
    assert (stored["name_en"], stored["area_code"], stored["email"]) == (
        "Corrected",
        None,
        "office@example.org",
    )


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": "KH-01"}, "code"),
        ({"code": "white space"}, "code"),
        ({"kind": "palace"}, "kind"),
        ({"area_code": "99"}, "area_code"),
        ({"email": "nobody"}, "email"),
        ({"name_km": ""}, "name_km"),
        ({"phone": "1" * 61}, "phone"),
        ({"created_at": "2026-01-01"}, "created_at"),
    ],
)
async def test_a_wrong_body_names_the_field(
    client: httpx.AsyncClient, sign_in: SignIn, wrong: dict[str, str], field: str
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    answer = await client.post("/api/bodies", json={**BODY, **wrong})
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["faults"]] == [field]


@pytest.mark.parametrize("role", [Role.CBO_MEMBER, Role.CBO_LEAD, Role.WORKING_GROUP])
async def test_other_roles_change_no_body(client: httpx.AsyncClient, sign_in: SignIn, role: Role) -> None:
    await sign_in(role)
    assert (await client.get("/bodies/new")).status_code == 403
    assert (await client.post("/api/bodies", json=BODY)).status_code == 403
    assert "/bodies/new" not in (await client.get("/bodies")).text

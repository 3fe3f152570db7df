"""What people type is shown as text, wherever it is shown."""

import httpx

from rti.core.db import Database
from rti.core.roles import Role
from rti.law.events import EventKind
from tests import make
from tests.conftest import NOW, TODAY, SignIn

SCRIPT = "<script>alert(1)</script>"
BROKEN_OUT = "\"'><img src=x onerror=alert(1)>"


async def test_nothing_that_is_typed_becomes_part_of_a_page(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        request = await make.request(session, member.person, NOW, title=SCRIPT, question=BROKEN_OUT)
        await make.event(
            session, request.id, member.person, NOW, EventKind.MESSAGE, TODAY, note=SCRIPT + BROKEN_OUT
        )
    shown = 0
    for path in (
        "/",
        "/requests",
        f"/requests/{request.id}",
        f"/requests/{request.id}/why",
        f"/bodies?q={BROKEN_OUT}",
    ):
        page = (await client.get(path)).text
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path
        shown += "&lt;script&gt;" in page or "&lt;img" in page
    assert shown >= 4
    refused = await make.post_form(
        client,
        f"/requests/{request.id}/record/replied",
        {"note": BROKEN_OUT},
        page=f"/requests/{request.id}",
    )
    assert refused.status_code == 422
    assert "<img src=x" not in refused.text

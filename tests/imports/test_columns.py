"""Columns of somebody else's log: guessed, and confirmed in the browser or as a mapping."""

import httpx
import lxml.html
import pytest
from sqlalchemy import select

from rti.core.db import Database
from rti.core.roles import Role
from rti.core.wallclock import now
from rti.models.bodies import PublicBodyRow
from rti.models.requests import RequestRow
from tests import make
from tests.conftest import DoJobs, SignIn
from tests.imports.files import HERE, send

pytestmark = pytest.mark.usefixtures("nobody_waits")

LOG = (
    "No;Office;Subject;Received;Closed;Status;Requester\n"
    "1;{body};Road;05/10/2026;20/10/2026;Given away;Sok\n"
    "2;{body};Bridge;06/10/2026;;Pending;Dara\n"
    "3;Nowhere;School;07/10/2026;;Pending;Dara\n"
)


async def with_columns(client: httpx.AsyncClient, database: Database) -> str:
    """Send a log of somebody else; where its columns are confirmed."""
    async with database.transaction() as session:
        name = await session.scalar(select(PublicBodyRow.name_en).where(PublicBodyRow.code == "KH-010201"))
    sent = await send(client, "requests", LOG.format(body=name))
    assert sent.status_code == 303, sent.text
    place: str = sent.headers["location"]
    assert place.startswith("/imports/columns/")
    return place


def chosen(html: str) -> dict[str, str]:
    """What the form sends as it stands."""
    form = lxml.html.fromstring(html).xpath("//form[contains(@action, '/imports/columns/')]")[0]
    return {name: value for name, value in form.form_values() if value and not name.startswith("_")}


async def test_a_log_with_columns_of_its_own_is_guessed_corrected_checked_and_imported(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await sign_in(Role.CBO_MEMBER)
    place = await with_columns(client, database)
    assert f'href="{place}"' in (await client.get("/imports")).text, "it waits, and is found again"
    shown = await client.get(place)
    fields = chosen(shown.text)
    assert [fields.get(f"column.{n}") for n in range(7)] == [
        *("reference", "body", "title", "received_on", "answered_on", "outcome"),
        None,
    ]
    assert "05/10/2026 → 5 October 2026" in shown.text
    assert (fields["word.5.1"], fields.get("word.5.0")) == ("open", None)

    refused = await make.post_form(client, place, {**fields, "act": "check"}, page=place)
    assert refused.status_code == 422
    assert "enter what holds for every line: Topic" in refused.text
    assert chosen(refused.text) == fields, "nothing that was chosen is lost"

    fields |= {"defaults.topic": "budget", "word.5.0": "full"}
    checked = await make.post_form(client, place, {**fields, "act": "check"}, page=place)
    await do_jobs()
    report = (await client.get(checked.headers["location"])).text
    assert "This was only a check" in report
    assert f'href="{place}">Back to the columns' in report
    imported = await make.post_form(client, place, {**fields, "act": "import"}, page=place)
    await do_jobs()
    report = (await client.get(imported.headers["location"])).text
    assert "There is no public body with the name Nowhere" in report
    async with database.transaction() as session:
        rows = (await session.scalars(select(RequestRow).order_by(RequestRow.reference))).all()
    assert [(row.title, row.topic, row.outcome) for row in rows] == [
        ("Road", "budget", "full"),
        ("Bridge", "budget", None),
    ]


async def test_what_was_confirmed_is_downloaded_and_sent_with_the_next_file(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await sign_in(Role.STAFF)
    async with database.transaction() as session:
        cbo = await make.cbo(session, now(), "LOGS")
        name = await session.scalar(select(PublicBodyRow.name_en).where(PublicBodyRow.code == "KH-010201"))
    place = await with_columns(client, database)
    fields = chosen((await client.get(place)).text)
    response = await make.post_form(client, place, {**fields, "act": "import"}, page=place)
    assert "Enter the code of the requesting organisation" in response.text
    fields |= {"defaults.topic": "budget", "defaults.cbo_code": cbo.code, "column.6": "topic"}
    again = await make.post_form(client, place, {**fields, "act": "import"}, page=place)
    assert "Check below what the words of this column stand for" in again.text
    fields |= {"column.6": "", "word.5.0": "-"}
    mapping = await make.post_form(client, place, {**fields, "act": "mapping"}, page=place)
    assert "attachment" in mapping.headers["content-disposition"]
    assert '# not imported: "Requester"' in mapping.text
    files = {
        "file": ("log.csv", LOG.format(body=name), "text/csv"),
        "mapping": ("map.toml", mapping.text, "application/toml"),
    }
    sent = await make.post_form(client, "/imports", {"kind": "requests"}, files=files)
    await do_jobs()
    assert (
        "There is no public body with the name Nowhere" in (await client.get(sent.headers["location"])).text
    )
    guessed = await client.post("/api/imports/requests/guess", content=LOG.format(body=name).encode())
    assert guessed.json()["columns"]["Received"] == "received_on"
    answer = await client.post("/api/imports/requests?dry_run=1", files=files)
    assert (answer.status_code, answer.json()["total"]) == (202, 3)


async def test_a_mapping_that_is_wrong_or_makes_what_a_member_may_not_is_told(
    client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    await sign_in(Role.CBO_MEMBER)
    makes = (HERE / "log.toml").read_text("utf-8")
    for mapping, message in (("[colums]", "did you mean columns"), (makes, "Only staff can import with")):
        files = {"file": ("log.csv", "a,b\n1,2\n", "text/csv"), "mapping": ("m.toml", mapping, "text/plain")}
        shown = await make.post_form(client, "/imports", {"kind": "requests"}, files=files)
        assert (shown.status_code, message in shown.text) == (422, True), shown.text
        assert message in (await client.post("/api/imports/requests", files=files)).text

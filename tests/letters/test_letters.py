"""Letters about a request, from the page to the file that is kept."""

import re
from dataclasses import dataclass
from io import BytesIO

import httpx
import pikepdf
import pytest
from sqlalchemy import select, text

from rti.core.db import Database
from rti.core.roles import Role
from rti.models.cbos import CboRow
from rti.models.letters import WrittenLetterRow
from rti.models.requests import Filing, RequestRow
from tests import make
from tests.conftest import NOW


@dataclass(frozen=True)
class Case:
    """A member of an organisation with a request."""

    member: make.Member
    request: RequestRow
    cbo: CboRow

    @property
    def path(self) -> str:
        return f"/requests/{self.request.id}/letters"


async def _case(database: Database, **more: object) -> Case:
    async with database.transaction() as session:
        member = await make.member(session)
        campaign = await make.campaign(session, NOW)
        request = await make.request(session, member.person, NOW, campaign_id=campaign.id, **more)
        return Case(member, request, await session.get_one(CboRow, request.cbo_id))


async def _written(database: Database) -> list[WrittenLetterRow]:
    async with database.transaction() as session:
        return list(await session.scalars(select(WrittenLetterRow)))


async def test_one_click_on_the_page_of_a_request_gives_a_pdf_that_stays_as_it_is(
    client: httpx.AsyncClient, database: Database
) -> None:
    case = await _case(database)
    await make.sign_in(client, case.member)
    page = f"/requests/{case.request.id}"
    answer = await make.post_form(client, case.path, {"kind": "request", "language": "km"}, page=page)
    first = await client.get(answer.headers["location"])
    assert first.content.startswith(b"%PDF")
    assert first.headers["content-disposition"].startswith("attachment")
    async with database.transaction() as session:
        await session.execute(text("UPDATE request SET title = 'Another title'"))
    assert (await client.get(answer.headers["location"])).content == first.content
    assert answer.headers["location"] in (await client.get(page)).text
    listed = (await client.get(f"/api{case.path}")).json()["letters"]
    assert [each["kind"] for each in listed] == ["request"]


@pytest.mark.parametrize("filing", [Filing.PROXY, Filing.SEALED])
async def test_a_letter_through_the_campaign_names_the_organisation_nowhere(
    client: httpx.AsyncClient, database: Database, filing: Filing
) -> None:
    case = await _case(database, filing=filing)
    await make.sign_in(client, case.member)
    made = (await client.post(f"/api{case.path}", json={"kind": "request", "language": "en"})).json()
    shown = (await client.get(f"{case.path}/new?language=en")).text
    assert re.search(r"signed by Campaign \d+", shown)
    content = (await client.get(f"/api{case.path}/{made['id']}")).content
    with pikepdf.open(BytesIO(content)) as opened:
        plain = BytesIO()
        opened.save(plain, stream_decode_level=pikepdf.StreamDecodeLevel.all, compress_streams=False)
    for name in (case.cbo.code, case.cbo.name_en, case.cbo.name_km, "Test person", case.member.email):
        assert name.encode() not in plain.getvalue()
        assert name.encode("utf-16-be") not in plain.getvalue()


async def test_staff_are_told_of_no_letter_of_a_sealed_request(
    client: httpx.AsyncClient, database: Database
) -> None:
    case = await _case(database, filing=Filing.SEALED)
    async with database.transaction() as session:
        written = await make.written_letter(session, case.request, NOW)
        staff = await make.member(session, Role.STAFF)
    await make.sign_in(client, staff)
    assert (await client.get(f"/api{case.path}")).status_code == 404
    assert (await client.get(f"{case.path}/{written.id}")).status_code == 404
    assert (await client.post(f"/api{case.path}", json={"kind": "request"})).status_code == 404
    assert "letters/new" not in (await client.get(f"/requests/{case.request.id}")).text


async def test_a_complaint_goes_to_the_administration_above_and_its_words_can_be_changed(
    client: httpx.AsyncClient, database: Database
) -> None:
    case = await _case(database)
    await make.sign_in(client, case.member)
    shown = (await client.get(f"{case.path}/new?kind=complaint&language=en")).text
    assert "The Governor" in shown
    assert "District" in shown
    wrong = await make.post_form(
        client,
        case.path,
        {"kind": "complaint", "language": "nothing", "body": "My own words"},
        page=f"{case.path}/new",
    )
    assert wrong.status_code == 422
    assert "My own words" in wrong.text
    assert (await make.post_form(client, case.path, {}, page=f"{case.path}/new")).status_code == 422
    assert await _written(database) == []


async def test_a_letter_that_was_altered_in_the_database_is_not_given_out(
    client: httpx.AsyncClient, database: Database
) -> None:
    case = await _case(database)
    async with database.transaction() as session:
        written = await make.written_letter(session, case.request, NOW)
        await session.execute(text("UPDATE written_letter SET sha256 = '\\x00'"))
    await make.sign_in(client, case.member)
    assert (await client.get(f"{case.path}/{written.id}")).status_code == 409


async def test_staff_change_the_words_of_letters_with_a_preview_and_take_them_back(
    client: httpx.AsyncClient, database: Database
) -> None:
    case = await _case(database)
    async with database.transaction() as session:
        staff = await make.member(session, Role.STAFF)
    await make.sign_in(client, staff)
    path = "/letter-texts/request/en"
    shipped = (await client.get(f"/api{path}")).json()
    wrong = await make.post_form(client, path, {"subject": "About {minister}", "body": "x"})
    assert wrong.status_code == 422
    assert "{minister}" in wrong.text
    own = {"subject": "On {title}", "body": "Our own words"}
    preview = await make.post_form(client, f"{path}/preview", own, page=path)
    assert preview.content.startswith(b"%PDF")
    assert (await client.get(f"/api{path}")).json() == shipped
    assert (await make.post_form(client, path, own)).status_code == 303
    assert "Our own words" in (await client.get(f"{case.path}/new?language=en")).text
    back = {name: shipped[name] for name in ("subject", "body")}
    assert (await client.put(f"/api{path}", json=back)).status_code == 200
    assert "Our own words" not in (await client.get(f"{case.path}/new?language=en")).text

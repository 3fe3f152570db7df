"""What goes wrong is told in one shape, in the reader's language, and gives nothing away."""

import gzip
import html
import re
from pathlib import Path

import httpx
import pytest

from rti.core.db import Database
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.web.app import create_app
from rti.web.headers import PROTECTION
from tests import make
from tests.conftest import NOW, SignIn


@pytest.mark.parametrize(
    "path", ["/nothing", "/requests/x", "/static/../app.py", "/static/none.css", "/api/none"]
)
async def test_an_address_that_is_not_there_is_a_404(
    client: httpx.AsyncClient, sign_in: SignIn, path: str
) -> None:
    await sign_in(Role.CBO_MEMBER)
    assert (await client.get(path)).status_code == 404


async def test_a_page_of_what_went_wrong_can_be_read_in_the_other_language(
    client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    await sign_in(Role.CBO_MEMBER)
    await client.get("/")
    refused = await client.post("/sign-out", data={})
    assert refused.status_code == 403
    for shown in (await client.get("/nothing"), refused):
        fields = dict(re.findall(r'name="(_csrf_token|back)" value="([^"]*)"', shown.text))
        changed = await client.post("/language", data={**fields, "language": "km"})
        assert changed.status_code == 303, changed.text


async def test_each_page_of_what_went_wrong_says_in_both_languages_what_to_do_next(
    client: httpx.AsyncClient, sign_in: SignIn, tmp_path: Path
) -> None:
    away = create_app(
        Settings(database_url=f"postgresql+asyncpg://nobody@/none?host={tmp_path}", secret="x" * 40)
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(away), base_url="http://127.0.0.1") as visitor:
        visitor.cookies.set("session", "of somebody")
        for language, outage in (("en", "Try again in a few minutes"), ("km", "សូមព្យាយាម")):
            visitor.cookies.set("language", language)
            answer = await visitor.get("/requests?overdue=1")
            assert (answer.status_code, outage in answer.text) == (503, True), answer.text
            assert 'class="button" href="/requests?overdue=1"' in answer.text
    client.cookies.set("language", "km")
    ended = await make.post_form(client, "/requests/many", {"act": "record"}, page="/sign-in")
    assert ended.status_code == 401
    assert 'class="button" href="/sign-in?back=%2Frequests%2Fmany"' in ended.text
    await sign_in(Role.CBO_MEMBER)
    for language, unknown, forbidden in (
        ("en", "The address may be mistyped", "ask an administrator"),
        ("km", "អាសយដ្ឋានអាចសរសេរខុស", "សូមសួរអ្នកគ្រប់គ្រងប្រព័ន្ធ"),
    ):
        client.cookies.set("language", language)
        for path, status, words in (("/requests/x", 404, unknown), ("/people", 403, forbidden)):
            answer = await client.get(path)
            assert (answer.status_code, words in answer.text) == (status, True), path
            assert '<a href="/">' in answer.text


async def test_json_faults_have_one_shape_everywhere(client: httpx.AsyncClient) -> None:
    for method, path in (
        ("GET", "/api/none"),
        ("GET", "/api/requests"),
        ("DELETE", "/api/requests"),
        ("POST", "/api/sessions"),
    ):
        answer = await client.request(method, path)
        assert set(answer.json()) == {"type", "title", "status", "detail", "faults"}
        assert answer.json()["status"] == answer.status_code


async def test_every_answer_carries_the_protecting_headers(client: httpx.AsyncClient) -> None:
    for path in ("/sign-in", "/nothing", "/api/none", "/static/style.css"):
        answer = await client.get(path)
        assert {name.lower() for name in PROTECTION} <= set(answer.headers)
        assert "unsafe-inline" not in answer.headers["content-security-policy"]


async def test_a_form_without_its_token_does_nothing_and_says_why(client: httpx.AsyncClient) -> None:
    answer = await client.post("/sign-in", data={"email": "a@b.example", "password": "x"})
    assert answer.status_code == 403
    assert "reload the page" in answer.text


async def test_pages_come_in_khmer_and_english(client: httpx.AsyncClient) -> None:
    khmer = await client.get("/sign-in", headers={"accept-language": "km-KH,km;q=0.9,en;q=0.8"})
    english = await client.get("/sign-in", headers={"accept-language": "en-GB"})
    assert '<html lang="km">' in khmer.text
    assert "ចូល" in khmer.text
    assert '<html lang="en">' in english.text
    chosen = await make.post_form(
        client, "/language", {"language": "km", "back": "/sign-in"}, page="/sign-in"
    )
    assert chosen.status_code == 303
    assert '<html lang="km">' in (await client.get("/sign-in", headers={"accept-language": "en"})).text


async def test_the_language_changes_on_the_very_page_that_is_shown(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        request = await make.request(session, member.person, NOW)
    filed = f"/requests/{request.id}"
    token = await make.form_token(client, filed)
    faulty = await client.post(f"{filed}/record/replied", data={"_csrf_token": token})
    assert faulty.status_code == 422
    searched = await client.get("/bodies?q=ឃុំ&province=01")
    for shown, page in (
        (searched, "/bodies?q=%E1%9E%83%E1%9E%BB%E1%9F%86&province=01"),
        (faulty, f"{filed}/record/replied"),
    ):
        back = re.search('name="back" value="([^"]+)"', shown.text)
        assert back, shown.text
        form = {"language": "km", "back": html.unescape(back[1]), "_csrf_token": token}
        assert (await client.post("/language", data=form)).headers["location"] == page


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", ""])
async def test_choosing_a_language_never_leads_to_another_site(client: httpx.AsyncClient, back: str) -> None:
    answer = await make.post_form(client, "/language", {"language": "km", "back": back}, page="/sign-in")
    assert answer.headers["location"] == "/"


async def test_the_khmer_font_comes_from_this_host(client: httpx.AsyncClient) -> None:
    font = await client.get("/static/khmer.woff2")
    assert font.content[:4] == b"wOF2"
    assert len(font.content) < 40_000
    assert "immutable" in font.headers["cache-control"]


@pytest.mark.parametrize(
    "name", ["style.css", "icon.svg", "manifest.webmanifest", "exit.js", "typed.js", "photos.js"]
)
async def test_what_browsers_keep_for_everybody_sets_no_cookie(client: httpx.AsyncClient, name: str) -> None:
    answer = await client.get(f"/static/{name}")
    assert answer.status_code == 200
    assert "public" in answer.headers["cache-control"]
    assert "set-cookie" not in answer.headers


async def test_a_first_view_is_light_and_asks_for_no_font_where_there_is_no_khmer(
    client: httpx.AsyncClient,
) -> None:
    page = await client.get("/sign-in", headers={"accept-language": "en"})
    wanted = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    sizes = [len(gzip.compress((await client.get(each)).content)) for each in wanted]
    assert sum(sizes) + len(gzip.compress(page.content)) < 12_000
    assert not [each for each in wanted if "woff" in each], "the style names it for Khmer letters only"


@pytest.mark.parametrize("path", ["/", "/sign-in", "/safety", "/nothing", "/static/style.css", "/requests"])
async def test_head_is_answered_as_get_without_its_body(client: httpx.AsyncClient, path: str) -> None:
    got, headed = await client.get(path), await client.head(path)
    assert (headed.status_code, headed.content) == (got.status_code, b"")
    for name in ("content-type", "location", "content-security-policy"):
        assert headed.headers.get(name) == got.headers.get(name), name

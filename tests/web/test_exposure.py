"""What the server tells of itself, to whoever asks."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from email.message import Message
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from rti.core.db import Database
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.models.accounts import PersonRow
from rti.web.app import create_app
from rti.web.headers import DOWNLOAD_POLICY, PROTECTION, attachment
from rti.web.menu import menu
from rti.web.templating import STATIC
from tests import make
from tests.conftest import SignIn, visiting

WEB = STATIC.parent
EVERYWHERE = (
    "/sign-in",
    "/nothing",
    "/api/none",
    "/static/style.css",
    "/static/icon.svg",
    "/feeds/x/changes.atom",
)


@pytest.fixture
async def visitor(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A visitor of an installation behind TLS, started where somebody asked the framework to debug."""
    async with visiting(replace(settings, base_url="https://rti.example.org")) as visitor:
        yield visitor


async def test_every_answer_asks_for_tls_for_a_year_here_and_below(visitor: httpx.AsyncClient) -> None:
    for path in EVERYWHERE:
        answer = await visitor.get(path)
        assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains", path


def test_nothing_is_framed_and_nothing_moves_the_base_of_links() -> None:
    for policy in (PROTECTION["Content-Security-Policy"], DOWNLOAD_POLICY):
        assert {"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(policy.split("; "))


async def test_every_text_says_its_encoding(visitor: httpx.AsyncClient) -> None:
    for path in EVERYWHERE:
        kind = (await visitor.get(path)).headers["content-type"]
        assert "json" in kind or kind.endswith("; charset=utf-8"), f"{path} as {kind}"


@pytest.mark.parametrize("path", ["/static/", "/static", "/.git/config", "/.env", "/docs", "/schema"])
async def test_no_folder_is_listed_and_no_file_is_served_that_is_not_meant(
    visitor: httpx.AsyncClient, path: str
) -> None:
    assert (await visitor.get(path)).status_code == 404


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "TRACK", "PROPFIND", "OPTIONS"])
async def test_methods_that_nothing_is_for_are_refused(visitor: httpx.AsyncClient, method: str) -> None:
    answer = await visitor.request(method, "/sign-in", headers={"x-told": "canary"})
    assert answer.status_code == 405
    assert "canary" not in answer.text


async def test_no_other_site_is_allowed_to_read_answers(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get("/api/none", headers={"origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_a_field_of_a_form_is_not_taken_from_the_address(client: httpx.AsyncClient) -> None:
    answer = await make.post_form(client, "/language?language=km", {"back": "/sign-in"}, page="/sign-in")
    assert "language" not in str(answer.headers.get_list("set-cookie"))


async def test_a_crash_tells_a_reference_and_its_trace_goes_to_the_log(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A database that is not there, where somebody even asked the framework to show traces."""
    monkeypatch.setenv("LITESTAR_DEBUG", "1")
    app = create_app(
        Settings(database_url=f"postgresql+asyncpg://nobody@/none?host={tmp_path}", secret="x" * 40)
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as visitor:
        visitor.cookies.set("session", "canary")
        response = await visitor.get("/requests")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "60"
    assert not re.search(r"Traceback|asyncpg|sqlalchemy|canary|\.py", response.text)
    (logged,) = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert logged["reference"] in response.text
    assert "Traceback" in logged["exception"]
    assert "canary" not in str(logged)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50))
def test_the_name_of_a_download_stays_one_name(name: str) -> None:
    written = attachment(name)
    assert written.isascii()
    assert written.isprintable()
    answer = Message()
    answer["Content-Disposition"] = written
    assert answer.get_content_disposition() == "attachment"
    assert unquote(written.rpartition("filename*=UTF-8''")[2]) == name
    assert written.count('"') == 2


@pytest.mark.parametrize("role", Role)
async def test_every_page_of_the_menu_offers_to_sign_out(
    client: httpx.AsyncClient, sign_in: SignIn, role: Role
) -> None:
    await sign_in(role)
    for address, _ in menu(role):
        assert '<form method="post" action="/sign-out">' in (await client.get(address)).text, address


async def test_a_new_installation_has_no_account(database: Database) -> None:
    async with database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(PersonRow)) == 0


def test_scripts_keep_nothing_in_the_browser_and_write_no_html() -> None:
    """Pages need none of this, so nothing that somebody typed can be run by one of our own scripts.

    But that somebody left in a hurry is marked in a cookie, faster than the server is reached.
    """
    for script in STATIC.glob("*.js"):
        used = re.findall(
            r"localStorage|sessionStorage|indexedDB|document\.(?:cookie|write)|(?:inner|outer|insertAdjacent)HTML"
            r"|\beval\b|\bFunction\(|postMessage|__proto__|paste",
            script.read_text(encoding="utf-8"),
        )
        assert used == (["document.cookie"] if script.name == "exit.js" else []), script.name


def test_fields_for_passwords_are_masked_and_known_to_password_managers() -> None:
    found = 0
    for template in (WEB / "templates").glob("**/*.html"):
        for field in re.findall(
            r'field\(form, "\w*password".*|<input[^>]*name="\w*password"[^>]*',
            template.read_text(encoding="utf-8"),
        ):
            assert 'type="password"' in field, template.name
            assert re.search(r'"?autocomplete"?[:=] ?"(current|new)-password"', field), template.name
            found += 1
    assert found >= 5

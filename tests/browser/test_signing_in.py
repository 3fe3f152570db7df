"""Signing in with a second factor, and leaving in a hurry, in a real browser."""

import base64
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.async_api import Browser, Page, expect

from rti.accounts import totp
from rti.core.wallclock import now
from tests.browser.conftest import PASSWORD, Demo, start_demo, stop
from tests.commands import free_port

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


class _Neutral(BaseHTTPRequestHandler):
    """The site to which somebody leaves."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>Weather</title>It will rain.")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def neutral() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Neutral)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def named_demo(tmp_path_factory: pytest.TempPathFactory, neutral: str) -> Iterator[Demo]:
    """A demo that is reached by a name, for which browsers make passkeys."""
    port = free_port()
    folder = tmp_path_factory.mktemp("demo")
    address = f"http://localhost:{port}"
    running = start_demo(folder / "var", RTI_PORT=str(port), RTI_BASE_URL=address, RTI_EXIT_URL=neutral)
    yield Demo(address, running.printed, running.process)
    stop(running)


@pytest.fixture
async def visitor(chromium: Browser, named_demo: Demo) -> AsyncIterator[Page]:
    """A page in English; whatever goes wrong in it fails the test."""
    context = await chromium.new_context(locale="en-GB", base_url=named_demo.address)
    shown = await context.new_page()
    wrong: list[str] = []
    shown.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    shown.on("pageerror", lambda error: wrong.append(str(error)))
    yield shown
    await context.close()
    assert not [each for each in wrong if "422" not in each and "404" not in each]


async def _sign_in(page: Page, who: str) -> None:
    await page.goto("/sign-in")
    await page.fill("#email", f"{who}@demo.example")
    await page.fill("#password", PASSWORD)
    await page.click("form[action='/sign-in'] button")


async def test_a_code_of_an_app_is_set_up_and_then_asked_for(visitor: Page) -> None:
    await _sign_in(visitor, "group")
    await visitor.goto("/me/factors")
    secret = base64.b32decode((await visitor.locator("#letters").inner_text()).replace(" ", ""))
    picture = await visitor.locator("svg.code").bounding_box()
    assert picture
    assert picture["width"] > 150
    await visitor.fill("#code", totp.code_at(secret, now()))
    await visitor.click("form[action='/me/factors/app'] button")
    codes = await visitor.locator("main li code").all_inner_texts()
    assert len(codes) == 8
    await visitor.click("text=Sign out")
    await _sign_in(visitor, "group")
    await visitor.wait_for_url("**/second-factor")
    await visitor.goto("/statistics")
    await visitor.wait_for_url("**/second-factor")
    await visitor.fill("#code", "000000")
    await visitor.click("form[action='/second-factor'] button")
    await expect(visitor.locator("#code-fault")).to_contain_text("This code is wrong")
    await visitor.fill("#code", codes[0])
    await visitor.click("form[action='/second-factor'] button")
    await visitor.wait_for_url("**/")
    await expect(visitor.locator("nav.main")).to_be_visible()


async def test_a_passkey_is_made_and_then_asked_for(visitor: Page) -> None:
    protocol = await visitor.context.new_cdp_session(visitor)
    await protocol.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    await protocol.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    await _sign_in(visitor, "admin")
    await visitor.goto("/me/factors")
    await visitor.fill("#name", "This laptop")
    await visitor.click("text=Add a passkey")
    await expect(visitor.locator("h1")).to_have_text("Recovery codes")
    await visitor.goto("/me/factors")
    await expect(visitor.locator("main")).to_contain_text("This laptop")
    await visitor.click("text=Sign out")
    await _sign_in(visitor, "admin")
    await visitor.wait_for_url("**/second-factor")
    await visitor.click("text=Use a passkey")
    await visitor.wait_for_url("**/")
    await expect(visitor.locator("nav.main")).to_contain_text("People")


async def _by_button(page: Page) -> None:
    await page.click("#exit button")


async def _by_keys(page: Page) -> None:
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")


@pytest.mark.parametrize(("how", "scripts"), [(_by_button, True), (_by_button, False), (_by_keys, True)])
async def test_leaving_shows_another_site_and_nobody_gets_back_in(
    chromium: Browser, named_demo: Demo, neutral: str, how: Callable[[Page], Awaitable[None]], scripts: bool
) -> None:
    context = await chromium.new_context(
        locale="en-GB", base_url=named_demo.address, java_script_enabled=scripts
    )
    page = await context.new_page()
    await _sign_in(page, "member")
    await page.goto("/requests")
    (session,) = [each for each in await context.cookies() if each["name"] == "session"]
    await how(page)
    await page.wait_for_url(f"{neutral}/")
    assert await page.title() == "Weather"
    await page.go_back()
    assert re.search("/sign-in$|/$", page.url), page.url
    await expect(page.locator("nav.main")).to_have_count(0)
    kept = {each["name"] for each in await context.cookies()}
    assert not kept & {"session", "device"}
    await context.add_cookies([{"name": "session", "value": session["value"], "url": named_demo.address}])
    await page.goto("/requests")
    assert page.url.endswith("/sign-in")
    await context.close()


async def test_a_visitor_finds_the_way_out_on_every_page_at_every_width(
    visitor: Page, tmp_path: Path
) -> None:
    for width in (360, 1280):
        await visitor.set_viewport_size({"width": width, "height": 800})
        for address in ("/sign-in", "/nothing", "/invitation?token=x"):
            await visitor.goto(address)
            button = await visitor.locator("#exit button").bounding_box()
            assert button
            assert 0 <= button["x"] <= width - button["width"]
            assert button["y"] < 120

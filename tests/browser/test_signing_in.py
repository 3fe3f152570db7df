"""Signing in with a second factor, and leaving in a hurry, in a real browser."""

import base64
import re
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Browser, Page, expect

from rti.accounts import totp
from rti.core.wallclock import now
from tests.browser.conftest import Demo, faultless, submit_password
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
async def visitor(chromium: Browser, demo: Demo) -> AsyncIterator[Page]:
    """A page of somebody who also looks for what is not there."""
    async with faultless(chromium, demo, "404") as shown:
        yield shown


async def _remove_factor(page: Page, form: str) -> None:
    """As it was, for tests that sign in to the same account."""
    await page.goto("/me/factors")
    await page.click(f"form[action$='{form}/remove'] button")
    await expect(page.locator(f"form[action$='{form}/remove']")).to_have_count(0)


async def test_a_code_of_an_app_is_set_up_and_then_asked_for(visitor: Page) -> None:
    await submit_password(visitor, "group")
    await visitor.goto("/me/factors")
    secret = base64.b32decode((await visitor.locator("#letters").inner_text()).replace(" ", ""))
    picture = await visitor.locator("svg.code").bounding_box()
    assert picture
    assert picture["width"] > 150
    await visitor.fill("#code", totp.code_at(secret, now()))
    await visitor.click("form[action='/me/factors/app'] button")
    await expect(visitor.locator("h1")).to_have_text("Recovery codes")
    codes = await visitor.locator("main li code").all_inner_texts()
    assert len(codes) == 8
    await visitor.click("text=Sign out")
    await submit_password(visitor, "group")
    await visitor.wait_for_url("**/second-factor")
    await visitor.goto("/statistics")
    await visitor.wait_for_url("**/second-factor?back=%2Fstatistics")
    await visitor.fill("#code", "000000")
    await visitor.click("form[action='/second-factor'] button")
    await expect(visitor.locator("#code-fault")).to_contain_text("This code is wrong")
    await visitor.fill("#code", codes[0])
    await visitor.click("form[action='/second-factor'] button")
    await visitor.wait_for_url("**/statistics")
    await expect(visitor.locator("nav.main")).to_be_visible()
    await _remove_factor(visitor, "/app")


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
    await submit_password(visitor, "admin")
    await visitor.goto("/me/factors")
    await visitor.fill("#name", "This laptop")
    await visitor.click("text=Add a passkey")
    await expect(visitor.locator("h1")).to_have_text("Recovery codes")
    await visitor.goto("/me/factors")
    await expect(visitor.locator("main")).to_contain_text("This laptop")
    await visitor.click("text=Sign out")
    await submit_password(visitor, "admin")
    await visitor.wait_for_url("**/second-factor")
    await visitor.click("text=Use a passkey")
    await visitor.wait_for_url("**/")
    await expect(visitor.locator("nav.main")).to_contain_text("People")
    await _remove_factor(visitor, "")


async def _by_button(page: Page) -> None:
    await page.click("#exit button")


async def _by_keys(page: Page) -> None:
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")


@pytest.mark.parametrize(("how", "scripts"), [(_by_button, True), (_by_button, False), (_by_keys, True)])
async def test_leaving_shows_another_site_and_nobody_gets_back_in(
    chromium: Browser, demo: Demo, neutral: str, how: Callable[[Page], Awaitable[None]], scripts: bool
) -> None:
    context = await chromium.new_context(locale="en-GB", base_url=demo.address, java_script_enabled=scripts)
    page = await context.new_page()
    await submit_password(page, "member")
    await page.goto("/requests")
    (session,) = [each for each in await context.cookies() if each["name"] == "session"]
    await how(page)
    await page.wait_for_url(f"{neutral}/")
    assert await page.title() == "Weather"
    await page.go_back()
    assert re.search(r"/sign-in(\?|$)|/$", page.url), page.url
    await expect(page.locator("nav.main")).to_have_count(0)

    async def forgotten() -> bool:
        return not {each["name"] for each in await context.cookies()} & {"session", "device", "left"}

    await until(forgotten)
    await context.add_cookies([{"name": "session", "value": session["value"], "url": demo.address}])
    await page.goto("/requests")
    assert "/sign-in" in page.url
    await context.close()


async def test_a_visitor_finds_the_way_out_on_every_page_at_every_width(visitor: Page) -> None:
    for address in ("/sign-in", "/nothing", "/invitation?token=x"):
        await visitor.goto(address)
        for width in (360, 1280):
            await visitor.set_viewport_size({"width": width, "height": 800})
            button = await visitor.locator("#exit button").bounding_box()
            assert button
            assert 0 <= button["x"] <= width - button["width"]
            assert button["y"] < 120

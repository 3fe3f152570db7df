"""A photo of the stamp, sent from a phone on a slow line."""

import io
from collections.abc import AsyncIterator

import pytest
from PIL import Image
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Demo, faultless, open_session

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = {"offline": False, "latency": 100, "downloadThroughput": 4_000_000, "uploadThroughput": 400_000}
"""Bytes in a second, and milliseconds."""


def photo() -> bytes:
    """About 4 MB, as a phone takes them."""
    paper, grain = (
        Image.effect_noise((400, 300), 90).resize((4000, 3000)),
        Image.effect_noise((4000, 3000), 40),
    )
    out = io.BytesIO()
    Image.blend(paper, grain, 0.3).convert("RGB").save(out, "JPEG", quality=88)
    return out.getvalue()


@pytest.fixture
async def phone(chromium: Browser, demo: Demo) -> AsyncIterator[Page]:
    """Whose line breaks off once."""
    async with faultless(chromium, demo, "ERR_INTERNET_DISCONNECTED") as page:
        await page.set_viewport_size({"width": 360, "height": 800})
        await open_session(page, demo, "member")
        yield page


async def test_a_large_photo_is_sent_smaller_with_a_bar_and_shown_where_it_belongs(phone: Page) -> None:
    page = phone
    taken = photo()
    assert len(taken) > 3_000_000
    await page.goto("/file?q=KH-010203")
    await page.click("ul.found a")
    await page.fill("#title", "ថវិកាឃុំ")
    await page.select_option("#topic", "budget")
    await page.click("main form button")
    await page.wait_for_url("**/requests/*/file")
    await page.click("main form button")
    await page.click("text=Everything is correct")
    await page.click("text=They gave me a receipt")
    form = page.locator("main form")
    await form.locator("#document").set_input_files(
        {"name": "stamp.jpg", "mimeType": "image/jpeg", "buffer": taken}
    )
    await expect(form.locator(".photo canvas")).to_be_visible()
    await expect(form).to_contain_text("The original stays on your device")
    size = "document.getElementById('document').files[0].size"
    small = await page.evaluate(size)
    assert small < 1_000_000 < len(taken)
    await form.get_by_text("Send the original").click()
    assert await page.evaluate(size) == len(taken)
    await form.get_by_text("Send the original").click()
    assert await page.evaluate(size) == small

    line = await page.context.new_cdp_session(page)
    await line.send("Network.enable")
    await line.send("Network.emulateNetworkConditions", {**SLOW, "offline": True})
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_contain_text("The connection was lost")
    await line.send("Network.emulateNetworkConditions", SLOW)
    await form.get_by_role("button", name="Save").click()
    await expect(form.locator("progress")).to_be_visible()
    await expect(page.locator("main")).to_contain_text("The entry has been recorded.")
    assert "/record/" not in page.url
    timeline = page.locator("#timeline")
    await expect(timeline).to_contain_text("stamp.jpg")
    picture = timeline.locator("img.small-preview")
    await picture.evaluate("image => image.decode()")
    assert await picture.evaluate("image => image.naturalWidth") == 320
    address = await timeline.get_by_role("link", name="stamp.jpg").get_attribute("href")
    whole = await page.request.get(address or "")
    assert whole.headers["content-disposition"].startswith("inline")
    assert Image.open(io.BytesIO(await whole.body())).width == 2000

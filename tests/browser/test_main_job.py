"""The main job, as its users do it in a browser."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Demo, faultless, open_session

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SignIn = Callable[[str], Awaitable[None]]


def read(path: Path) -> bytes:
    return path.read_bytes()


async def test_a_cbo_files_a_request_records_the_answer_and_sees_both_dates(
    page: Page, sign_in: SignIn
) -> None:
    await sign_in("member")
    await page.goto("/bodies")
    await page.fill("#q", "KH-010203")
    await page.click("main form button")
    await page.click("main >> text=File a request")
    await page.fill("#title", "ថវិកាឃុំ ២០២៣")
    await page.select_option("#topic", "budget")
    await page.click("main form button")
    await page.click("text=It was handed over already")
    await page.fill("#submitted_on", "2023-04-11")
    await page.fill("#received_on", "2023-04-12")
    await page.click("main form button")
    await page.click("text=Everything is correct")
    await expect(page.locator("main")).to_contain_text("20 April 2023")
    await expect(page.locator("main")).to_contain_text("not a legal deadline")

    await page.get_by_role("link", name="They answered", exact=True).click()
    await page.fill("#happened_on", "2023-04-19")
    await page.check("input[name=outcome][value=partial]")
    await page.set_input_files(
        "#document", {"name": "stamp.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 stamp"}
    )
    await page.click("main form button")
    timeline = page.locator("#timeline")
    await expect(timeline).to_contain_text("19 April 2023 Request answered")
    await expect(timeline).to_contain_text("Recorded on")
    await timeline.get_by_text("stamp.pdf").click()
    async with page.expect_download() as download:
        await page.click("text=Download the original")
    kept = await (await download.value).path()
    assert read(kept) == b"%PDF-1.4 stamp"
    await page.go_back()

    await page.click("text=How this date is calculated")
    await expect(page.locator("main")).to_contain_text("14 April 2023 is skipped: Khmer New Year's Day")


async def test_a_form_keeps_what_was_typed_and_says_what_is_wrong_beside_the_field(
    page: Page, sign_in: SignIn
) -> None:
    await sign_in("member")
    await page.goto("/bodies?q=KH-010203")
    await page.click("main >> text=File a request")
    await page.click("text=Everything on one page")
    await page.fill("#title", "Kept as it was typed")
    await page.click("main form button")
    await expect(page.locator("#topic-fault")).to_contain_text("This is required")
    await page.select_option("#topic", "land")
    await page.fill("#submitted_on", "2023-04-12")
    await page.fill("#received_on", "2023-04-10")
    await page.click("main form button")
    await expect(page.locator("#title")).to_have_value("Kept as it was typed")
    await expect(page.locator("#received_on")).to_have_attribute("aria-invalid", "true")
    await expect(page.locator("#received_on-fault")).to_contain_text("before the date of the previous step")
    await page.fill("#title", "Typed before the language was changed")
    await page.click("button[name=language][value=km]")
    await expect(page.locator("html")).to_have_attribute("lang", "km")
    await expect(page.locator("#title")).to_have_value("Typed before the language was changed")
    await expect(page.locator("#topic")).to_have_value("land")
    # The language is kept in the account, which all tests of this demo share.
    await page.click("button[name=language][value=en]")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.locator("#title")).to_have_value("Typed before the language was changed")


async def test_what_was_typed_outlives_a_lost_connection_and_a_file_that_is_refused(
    chromium: Browser, demo: Demo
) -> None:
    async with faultless(chromium, demo, "ERR_INTERNET_DISCONNECTED") as page:
        await open_session(page, demo, "member")
        await page.goto("/file?q=KH-010203")
        await page.click("ul.found a")
        await page.fill("#title", "Kept without a connection")
        await page.select_option("#topic", "budget")
        await page.context.set_offline(True)
        await page.click("main form button")
        await expect(page.locator("main form")).to_contain_text("The connection was lost")
        await expect(page.locator("#title")).to_have_value("Kept without a connection")
        await page.context.set_offline(False)
        await page.click("main form button")
        await page.wait_for_url("**/requests/*/file")
        await page.click("main form button")
        await page.click("text=Everything is correct")

        await page.click("text=They gave me a receipt")
        await page.fill("#note", "Stamped in the afternoon")
        program = {"name": "stamp.exe", "mimeType": "application/octet-stream", "buffer": b"MZ" + bytes(100)}
        await page.set_input_files("#document", program)
        await page.click("main form button")
        await expect(page.locator("#document-fault")).to_be_visible()
        await expect(page.locator("#note")).to_have_value("Stamped in the afternoon")


async def test_khmer_is_shown_in_the_font_that_we_serve(page: Page, sign_in: SignIn) -> None:
    await sign_in("member")
    await page.goto("/bodies?area=01")
    await page.click("button[name=language][value=km]")
    await page.wait_for_selector("html[lang=km]")
    assert await page.evaluate(
        "document.fonts.ready.then(fonts => [...fonts].some("
        "font => font.status === 'loaded' && font.family.includes('Noto Sans Khmer')))"
    )
    await page.click("button[name=language][value=en]")
    await page.wait_for_selector("html[lang=en]")

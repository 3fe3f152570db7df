"""A file is imported in a real browser: its page looks again by itself, and can be closed and found again."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.browser.test_sending import SCHEDULED, fits

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SignIn = Callable[[str], Awaitable[None]]

LINES = 300
LOG = "body_code;title;topic;received_on\n" + "".join(
    f"KH-010203;Well {number};{'budget' if number else 'nothing'};2023-04-10\n" for number in range(LINES)
)


async def test_a_closed_page_of_an_import_is_found_again_and_tells_what_became_of_each_line(
    page: Page, sign_in: SignIn
) -> None:
    await sign_in("lead")
    await page.goto("/imports")
    await page.select_option("#kind", "requests")
    await page.set_input_files("#file", {"name": "log.csv", "mimeType": "text/csv", "buffer": LOG.encode()})
    await page.click("main form button:not(.quiet)")
    await page.wait_for_url("**/jobs/*")
    await page.goto("/imports")
    await fits(page)
    await page.locator("main table a[href^='/jobs/']").first.click()
    await expect(page.locator("main")).to_contain_text(str(LINES - 1), timeout=SCHEDULED * 1000)
    await fits(page)
    await expect(page.locator("main")).to_contain_text("The others were imported.")
    async with page.expect_download() as download:
        await page.click("a[href$='/report.csv']")
    report = (await (await download.value).path()).read_text(encoding="utf-8-sig")
    assert len(report.splitlines()) == 1 + LINES

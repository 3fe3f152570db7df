"""The pictures of README.md, taken of a demo that runs: `make pictures`, then look at them."""

import asyncio
import sys

from playwright.async_api import async_playwright

from tests.browser.conftest import CHROMIUM, submit_password
from tests.sources import ROOT

PICTURES = (
    # Whose it is, how wide the window, where, what is shown from its top on, and how much of it.
    ("member", 390, "/requests", "#timeline", 920),
    ("staff", 1000, "/requests?overdue=true", "table.cards", 640),
    ("group", 1280, "/", "main .columns", 680),
)


async def take(address: str) -> None:
    """Write one picture for each kind of user into docs/."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for who, width, path, shown, height in PICTURES:
            window = {"width": width, "height": height}
            page = await browser.new_page(locale="en-GB", base_url=address, viewport=window)
            await submit_password(page, who)
            await page.wait_for_url("**/")
            await page.goto(path)
            if who == "member":
                await page.locator("main table a[href^='/requests/']").first.click()
            await page.locator(shown).first.evaluate(
                "found => scrollTo(0, found.getBoundingClientRect().top - 16)"
            )
            await page.wait_for_load_state("networkidle")
            await page.screenshot(path=ROOT / "docs" / f"{who}.png")
        await browser.close()


if __name__ == "__main__":
    asyncio.run(take(*sys.argv[1:]))

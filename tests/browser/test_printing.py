"""What is printed fits A4: nothing is cut off, and nothing is there that only a screen can use."""

from collections.abc import Awaitable, Callable

import pypdfium2
import pytest
from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SignIn = Callable[[str], Awaitable[None]]

A4 = (210, 297)
MARGIN = 15
"""Millimetres, as `style.css` says."""
POINTS = 72 / 25.4
MOST_SHEETS = 20
PAGES = (
    "/statistics?by=province&then_by=topic",
    "/statistics?method=uk&by=body_kind",
    "/participation",
    "/publication",
    "/refusals",
    "/statistics/methods",
    "/requests",
    "/requests/{request}",
    "/requests/{request}/why",
    "/calculator?received=2026-11-02&limit=15+working",
    "/bodies",
    "/campaigns",
)
CLICKED = (
    "Quick exit",
    "Sign out",
    "demonstration with made-up",
    "Skip to main",
    "More\n",
    "Save",
    "Download",
)
"""Words of what is there to be clicked, or that belongs to the demo."""
HEADS = """() => [...document.querySelectorAll("main table thead")].flatMap(head =>
    [...head.querySelectorAll("th")].slice(-1).map(cell => cell.textContent.trim().split(/\\s+/)[0]))"""


async def test_every_page_that_is_printed_is_whole_on_a4(page: Page, sign_in: SignIn) -> None:
    await sign_in("staff")
    await page.goto("/requests")
    request = await page.locator("table.cards tbody a").first.get_attribute("href")
    assert request
    for address in PAGES:
        where = address.replace("/requests/{request}", request)
        answer = await page.goto(where)
        assert answer
        assert answer.ok, where
        heads = await page.evaluate(HEADS)
        paper = pypdfium2.PdfDocument(await page.pdf(format="A4", prefer_css_page_size=True))
        texts = []
        for sheet in paper:
            width, height = sheet.get_size()
            assert sorted((round(width / POINTS), round(height / POINTS))) == list(A4), where
            words = sheet.get_textpage()
            texts.append(words.get_text_bounded())
            for each in range(words.count_rects()):
                left, _, right, _ = words.get_rect(each)
                assert (MARGIN - 1) * POINTS < left < right < width - (MARGIN - 1) * POINTS, where
        whole = " ".join(texts)
        squeezed = "".join(whole.split())
        assert [head for head in heads if head not in squeezed] == [], where
        assert [each for each in CLICKED if each in whole] == [], where
        assert len(paper) <= MOST_SHEETS, where

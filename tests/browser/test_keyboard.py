"""Whoever uses the keyboard alone gets to everything on a page, in its order, and sees where they are."""

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SignIn = Callable[[str], Awaitable[None]]

NUMBERED = """() => {
    // Of many rows that are alike a few say enough.
    document.querySelectorAll("tbody tr:nth-child(n + 9)").forEach(row => row.remove());
    const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
        .filter(each => each.checkVisibility() && each.type !== "hidden" && !each.disabled)
        // Of choices that exclude each other the keyboard reaches one, and the arrows the others.
        .filter(each => each.type !== "radio" || each.checked || !document.querySelector(`[name="${each.name}"]:checked`)
            && each === document.querySelector(`[name="${each.name}"]`));
    all.forEach((each, number) => each.dataset.number = number);
    document.activeElement.blur();
    return all.length;
}"""
WHERE = """() => {
    const here = document.activeElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(here);
    return [here.dataset.number ?? null, outlineStyle !== "none" && parseFloat(outlineWidth) >= 2];
}"""
PAGES = ("/", "/file", "/requests", "/requests/counts", "/bodies", "/statistics", "/me")


async def _walked(page: Page) -> tuple[int, list[int], list[int]]:
    """How much there is to reach, what the Tab key reached in its order, and where that could not be seen."""
    count = await page.evaluate(NUMBERED)
    reached: list[int] = []
    unseen: list[int] = []
    for _ in range(3 * count + 10):
        await page.keyboard.press("Tab")
        number, seen = await page.evaluate(WHERE)
        if number is None or (int(number) == 0 and len(reached) > 1):
            break
        if not reached or reached[-1] != int(number):
            reached.append(int(number))
            unseen += [] if seen else [int(number)]
    return count, reached, unseen


async def test_the_keyboard_reaches_everything_in_order_and_shows_where_one_is(
    page: Page, sign_in: SignIn
) -> None:
    await sign_in("staff")
    await page.goto("/requests?overdue=1")
    request = await page.locator("table.cards tbody a").first.get_attribute("href")
    assert request
    assert re.fullmatch("/requests/[0-9a-f-]{36}", request)
    for address in (*PAGES, request, f"{request}/record/answered"):
        await page.goto(address)
        count, reached, unseen = await _walked(page)
        assert reached == list(range(count)), address
        assert unseen == [], address
    await page.goto(request)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    assert page.url.endswith("#content"), "the first thing skips the menu"

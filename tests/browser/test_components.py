"""Photographs of the page that shows every part of the pages."""

from collections.abc import Awaitable, Callable
from io import BytesIO

import pytest
from PIL import Image
from playwright.async_api import Page

from rti.web.pages.guidance import COLOURS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SignIn = Callable[[str], Awaitable[None]]

BOXES = """parts => parts.map(part => {
    const { left, top, right, bottom } = part.getBoundingClientRect();
    return [left, top, right, bottom];
})"""


async def photographs(page: Page, parts: str) -> list[Image.Image]:
    """Cut out of one picture of the whole page: to take each by itself costs ten times as much."""
    whole = Image.open(BytesIO(await page.screenshot(full_page=True))).convert("RGB")
    return [whole.crop(box) for box in await page.locator(parts).evaluate_all(BOXES)]


async def test_every_part_is_drawn_by_day_and_by_night_and_no_two_statuses_look_alike_without_colour(
    page: Page, sign_in: SignIn
) -> None:
    await sign_in("staff")
    await page.goto("/components")
    taken = []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        parts = await photographs(
            page, "main :is(.tag, .notice, .colour, input, select, textarea, button, table)"
        )
        assert all(any(low < high for low, high in part.getextrema()) for part in parts), "one is blank"
        assert await page.locator(".colour").count() == len(COLOURS) > 15
        middles = {part.getpixel((16, 16)) for part in await photographs(page, ".colour")}
        assert len(middles) > 10, "they differ"
        statuses = await photographs(page, "main section:first-of-type p:first-of-type .tag")
        assert len({status.convert("L").tobytes() for status in statuses}) == len(statuses) > 5
        (section,) = await photographs(page, "main section:first-of-type")
        taken.append(section.getpixel((3, 3)))
    light, dark = taken
    assert min(light) > 200
    assert max(dark) < 100

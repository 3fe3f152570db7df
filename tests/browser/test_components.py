"""Photographs of the page that shows every part of the pages."""

from collections.abc import Awaitable, Callable
from io import BytesIO

import pytest
from PIL import Image
from playwright.async_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SignIn = Callable[[str], Awaitable[None]]


async def photograph(part: Locator) -> Image.Image:
    return Image.open(BytesIO(await part.screenshot())).convert("RGB")


async def photographs(page: Page, parts: str) -> list[Image.Image]:
    return [await photograph(part) for part in await page.locator(parts).all()]


async def test_every_part_is_drawn_by_day_and_by_night_and_no_two_statuses_look_alike_without_colour(
    page: Page, sign_in: SignIn
) -> None:
    await sign_in("staff")
    await page.goto("/components")
    taken = []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        parts = await photographs(page, "main :is(.tag, .notice, input, select, textarea, button, table)")
        assert all(len(part.getcolors(maxcolors=1 << 24) or ()) > 1 for part in parts), "one is blank"
        statuses = await photographs(page, "main section:first-of-type p:first-of-type .tag")
        assert len({status.convert("L").tobytes() for status in statuses}) == len(statuses) > 5
        taken.append((await photograph(page.locator("main section").first)).getpixel((3, 3)))
    light, dark = taken
    assert min(light) > 200
    assert max(dark) < 100

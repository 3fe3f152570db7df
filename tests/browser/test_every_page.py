"""What holds on every page: it fits the window, is light, and can be used by everybody (WCAG 2.2 AA, by axe)."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.async_api import Browser, Page, Request, expect

from rti.core.roles import Role
from rti.web.menu import menu
from tests.browser.conftest import Demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SignIn = Callable[[str], Awaitable[None]]

WIDTHS = (360, 768, 1280)
MOST_BYTES, MOST_AT_FIRST = 8_000, 60_000
"""Of a page that follows another, compressed as it is sent; and of the first one with its style, script and font."""
WHO = {
    "member": Role.CBO_MEMBER,
    "lead": Role.CBO_LEAD,
    "staff": Role.STAFF,
    "group": Role.WORKING_GROUP,
    "admin": Role.ADMINISTRATOR,
}
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
FETCH = """async addresses => {
    const fetched = address => new Promise(done => {
        const asked = new XMLHttpRequest();
        asked.responseType = "document";
        asked.onload = () => done(asked);
        asked.open("GET", address);
        asked.send();
    });
    performance.clearResourceTimings();
    window.pages = [];
    const told = {};
    for (const address of addresses) {
        const { status, response } = await fetched(address);
        const [sent] = performance.getEntriesByName(new URL(address, location).href).slice(-1);
        window.pages.push({ address, response });
        told[address] = [status, sent.encodedBodySize, [...response.querySelectorAll("main a")].map(a => a.getAttribute("href"))];
    }
    return told;
}"""
"""Fetches pages, and tells of each its status, its bytes as they were sent, and where it leads."""
SHOW = """async ({ wanted, checked }) => {
    const wrong = [];
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    for (const { address, response } of window.pages.filter(page => wanted.includes(page.address))) {
        document.documentElement.lang = response.documentElement.lang;
        document.title = response.title;
        document.body.replaceWith(document.importNode(response.body, true));
        await document.fonts.ready;
        const wider = document.documentElement.scrollWidth - window.innerWidth;
        if (wider > 0) {
            wrong.push(`${address} is ${wider} pixels too wide`);
        }
        for (const field of document.querySelectorAll("input, textarea")) {
            if (["None", "null", "undefined"].includes(field.value)) {
                wrong.push(`${address}: ${field.name} begins with ${field.value}`);
            }
        }
        if (checked.includes(address)) {
            // Of many rows that are alike a few say enough, and all take most of the time.
            document.querySelectorAll("tbody tr:nth-child(n + 9)").forEach(row => row.remove());
            const found = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
            for (const { id, nodes } of found.violations) {
                wrong.push(`${address}: ${id} at ${nodes.map(node => node.target).join(" and ")}`);
            }
        }
    }
    return wrong;
}"""
"""What is wrong with the pages in this window. Each is put where the one before was, under the same stylesheet: to
open it anew would cost ten times as much."""


@pytest.mark.parametrize("who", WHO)
async def test_every_page_fits_its_window_is_light_and_can_be_used_by_everybody(
    page: Page, sign_in: SignIn, who: str
) -> None:
    """English, which takes less room, is looked at where nobody before has the page; that it is light, everywhere."""
    await sign_in(who)
    await page.goto("/")
    new = _not_seen_by_others(who)
    for language in ("km", "en"):
        button = page.locator(f"button[name=language][value={language}]")
        if await button.count():
            await button.click()
        await expect(page.locator("html")).to_have_attribute("lang", language)
        addresses = ["/", *(address for address, _ in menu(WHO[who]))]
        if language == "km":
            beyond = await _beyond_the_menu(page, who)
            addresses += beyond
        result = await page.evaluate(FETCH, addresses)
        if language == "km":
            await page.evaluate(AXE)
        for address, (status, sent, _) in result.items():
            assert (status, sent < MOST_BYTES) == (200, True), f"{address} has {sent} bytes"
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 800})
            what = {
                "wanted": addresses if language == "km" else new,
                "checked": [*new, *beyond] if (width, language) == (360, "km") else [],
            }
            assert await page.evaluate(SHOW, what) == [], f"at {width} in {language}"
        await page.reload()


async def _beyond_the_menu(page: Page, who: str) -> list[str]:
    """Pages of the daily work: a request with each thing that can be done about it, and what is done to many."""
    if who not in {"lead", "staff"}:
        return []
    led = await page.evaluate(FETCH, ["/requests?overdue=1"])
    request = next(
        each for each in led["/requests?overdue=1"][2] if re.fullmatch(r"/requests/[0-9a-f-]{36}", each)
    )
    if who == "lead":
        actions = (await page.evaluate(FETCH, [request]))[request][2]
        about = {each.partition("?")[0]: each for each in actions if each and each.startswith(f"{request}/")}
        return [request, *about.values()]
    many = ["/requests/many?overdue=1", "/requests/many?overdue=1&act=assign"]
    return [request, *many, "/saved-lists?overdue=1", "/redact", "/components"]


def _not_seen_by_others(who: str) -> list[str]:
    """The pages of the menu that nobody before has: axe looks at each once."""
    before = list(WHO)[: list(WHO).index(who)]
    others = {address for each in before for address, _ in menu(WHO[each])}
    return ["/", *(address for address, _ in menu(WHO[who]) if address not in others)]


async def test_the_first_page_in_khmer_is_light_with_its_font(chromium: Browser, demo: Demo) -> None:
    context = await chromium.new_context(locale="km", base_url=demo.address)
    page = await context.new_page()
    answers: list[Request] = []
    page.on("requestfinished", lambda answer: answers.append(answer))  # noqa: PLW0108 -- it wants a function of ours
    await page.goto("/sign-in", wait_until="networkidle")
    sizes = {each.url: await each.sizes() for each in answers}
    sent = {url: each["responseBodySize"] + each["responseHeadersSize"] for url, each in sizes.items()}
    await context.close()
    assert any("khmer.woff2" in address for address in sent), "the font is among them"
    assert sum(sent.values()) < MOST_AT_FIRST, sent

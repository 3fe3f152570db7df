"""What leaves the system, as people steer it in a browser; a mail server on loopback takes it."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from email import message_from_bytes
from email.policy import default

import pytest
from playwright.async_api import Error, Page, expect

from tests.notifications.servers import Sink

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SignIn = Callable[[str], Awaitable[None]]

OFFICE, OTHER = "office@body.example", "other@test.example"
SCHEDULED = 90
"""Seconds within which the scheduler of a busy machine comes round."""


def to(sink: Sink, address: str) -> list[bytes]:
    return [content for content in sink.accepted if f"To: {address}\r\n".encode() in content]


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(SCHEDULED):
        while not await condition():  # noqa: ASYNC110 -- other processes change it
            await asyncio.sleep(0.3)


async def until_shown(page: Page, words: str) -> None:
    """Look at the same page again until it says so; showing it takes ten times as long as fetching it."""

    async def shown() -> bool:
        if words not in await (await page.request.get(page.url)).text():
            return False
        try:
            await page.reload()
        except Error:
            return False  # The browser was between two pages.
        return words in await page.inner_text("main")

    await until(shown)


async def fits(page: Page) -> None:
    """The page as it stands, in both languages and at both widths."""
    for language in ("km", "en"):
        button = page.locator(f"button[name=language][value={language}]")
        if await button.count():
            await button.click()
        await expect(page.locator("html")).to_have_attribute("lang", language)
        for width in (360, 1280):
            await page.set_viewport_size({"width": width, "height": 800})
            wider = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert wider <= 0, f"{page.url} is {wider} pixels too wide at {width} in {language}"


async def new_lead(page: Page) -> None:
    """The administrator invites a lead, who takes over the browser."""
    await page.goto("/people")
    await page.fill("#email", "lead@test.example")
    await page.select_option("#role", "cbo_lead")
    await page.fill("#cbo_code", "DEMO1")
    await page.click("form[method='post'][action='/people'] button")
    link = await page.inner_text("#link")
    await page.click("form[action='/sign-out'] button")
    await page.goto(link)
    await page.fill("#name", "Lead")
    await page.fill("#password", "seven quiet rivers at dusk")
    await page.click("form[action='/invitation'] button")
    await page.fill("#email", "lead@test.example")
    await page.fill("#password", "seven quiet rivers at dusk")
    await page.click("form[action='/sign-in'] button")
    await page.wait_for_url("**/")


async def test_a_letter_is_approved_breaks_off_and_is_sent_again(
    page: Page, sign_in: SignIn, mail: Sink
) -> None:
    # The server hangs up after the final dot of the first letter to the office.
    mail.hangs_up = lambda: len(to(mail, OFFICE)) == 1 and f"To: {OFFICE}\r\n".encode() in mail.accepted[-1]
    await sign_in("staff")
    await page.goto("/letters")
    await until_shown(page, "DEMO")
    await page.locator("main table a[href^='/letters/']").first.click()
    letter = page.url
    await expect(page.locator("main")).to_contain_text("This letter is not sent by email")
    await page.click("dl a[href^='/requests/']")
    await page.click("main a[href^='/bodies/']")
    await page.click("a[href$='/edit']")
    await page.fill("#email", OFFICE)
    await page.click("main form.panel button")
    await page.wait_for_url("**/bodies/*")
    await page.goto(letter)
    await expect(page.locator("main")).to_contain_text(f"it is sent to {OFFICE} by email")
    await fits(page)
    await page.fill("#subject", "Where is the answer?")
    await page.get_by_role("button", name="Approve").click()
    await expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    await until_shown(page, "Delivery unknown")
    await fits(page)
    await page.get_by_role("button", name="Send it again").click()
    await until_shown(page, "Sent")
    await fits(page)
    first, second = to(mail, OFFICE)
    assert first == second
    assert b"Where is the answer?" in first


async def test_an_address_is_proved_by_the_code_that_was_sent_there(
    page: Page, sign_in: SignIn, mail: Sink
) -> None:
    await sign_in("member")
    await page.goto("/me/channel")
    await fits(page)
    await page.fill("#address", OTHER)
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("main")).to_contain_text(f"We have sent a code to {OTHER}")
    await fits(page)
    await page.fill("#code", "12345678")
    await page.get_by_role("button", name="Confirm address").click()
    await expect(page.locator("#code-fault")).to_contain_text("not the latest code")

    async def code_came() -> bool:
        return bool(to(mail, OTHER))

    await until(code_came)
    # Whatever language the member has chosen before.
    code = re.search(r"\d{8}", message_from_bytes(to(mail, OTHER)[-1], policy=default)["Subject"])
    assert code
    await page.fill("#code", code[0])
    await page.get_by_role("button", name="Confirm address").click()
    await expect(page.locator("main")).to_contain_text("Saved.")
    await expect(page.locator("#code")).to_have_count(0)


async def test_a_lead_switches_every_message_of_the_organisation_off_and_on(
    page: Page, sign_in: SignIn
) -> None:
    await sign_in("admin")
    await new_lead(page)
    await page.goto("/me")
    await fits(page)
    switch = page.locator("form[action='/me/organisation'] button")
    words = await switch.inner_text()
    await switch.click()
    await expect(switch).not_to_have_text(words)
    await switch.click()
    await expect(switch).to_have_text(words)


async def test_the_status_page_tells_staff_how_sending_goes(page: Page, sign_in: SignIn) -> None:
    await sign_in("staff")
    await page.goto("/status")
    await expect(page.locator("main")).to_contain_text("Messages in the queue")
    await until_shown(page, "working normally")
    await fits(page)

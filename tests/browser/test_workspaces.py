"""The main stories from beginning to end on a phone, each in the workspace of its people."""

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import openpyxl
import pypdfium2
import pytest
from PIL import Image
from playwright.async_api import Locator, Page, expect

from rti.core.wallclock import day_of, now
from tests.browser.test_sending import SCHEDULED
from tests.browser.test_story import SignIn, downloaded, speak
from tests.sizes import size

pytestmark = [pytest.mark.browser, pytest.mark.torture, pytest.mark.xdist_group("browser")]

PHONE = {"width": 360, "height": 800}
WAIT = SCHEDULED * 1000
MAPPED = size(62, 621)
"""Organisations in the spreadsheet of a mapping exercise."""
FIRST_SHARE = "#table tbody tr:not(:last-child) td:nth-child(7) meter"
Enter = Callable[[str], Awaitable[Page]]


@pytest.fixture(params=size(["km"], ["km", "en"]))
async def enter(page: Page, sign_in: SignIn, request: pytest.FixtureRequest) -> AsyncIterator[Enter]:
    """Sign in on a phone, in one of the languages. It is kept in the account, which all tests of this demo share."""
    await page.set_viewport_size(PHONE)

    async def entered(who: str) -> Page:
        await sign_in(who)
        await page.goto("/")
        await speak(page, request.param)
        return page

    yield entered
    await page.goto("/")
    await speak(page, "en")


async def press(page: Page, what: str | Locator) -> None:
    """Go on by a link or button to a page that is no wider than the phone."""
    found = page.locator(what).first if isinstance(what, str) else what
    async with page.expect_navigation():
        await found.click()
    wider = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0, f"{page.url} is {wider} pixels too wide"


async def counted(page: Page) -> int:
    """How many requests a list says that it has."""
    words = await page.locator("main [role=status] strong").first.inner_text()
    return int("".join(filter(str.isdigit, words)))


def photo() -> dict[str, str | bytes]:
    out = io.BytesIO()
    Image.new("RGB", (1200, 900), "white").save(out, "JPEG")
    return {"name": "stamp.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def workbook(header: list[str], lines: list[list[object]], name: str) -> dict[str, str | bytes]:
    book = openpyxl.Workbook()
    assert book.active
    for line in (header, *lines):
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": name, "mimeType": kind, "buffer": out.getvalue()}


async def test_an_organisation_files_a_request_and_follows_it_to_its_answer_with_photos_of_the_papers(
    enter: Enter,
) -> None:
    page = await enter("member")
    await press(page, "main a[href='/file']")
    await page.fill("#q", "អូរអំបិល" if await page.locator("html[lang=km]").count() else "Ou Ambel")
    await press(page, "main form[role=search] button")
    await press(page, "ul.found a")
    await press(page, "ul.choices a")
    title = await page.input_value("#title")
    assert title
    assert await page.input_value("#question"), "the wording is taken over"
    await press(page, "main form[method=post] button")
    await press(page, "main form[method=post] button")
    await expect(page.locator("main")).to_contain_text(title)
    await press(page, "main .actions a.button")
    request = page.url.partition("#")[0]
    for number, kind in enumerate(("submitted", "received", "answered")):
        await press(page, f".next a[href$='/record/{kind}']")
        if kind == "answered":
            await page.check("input[name=outcome][value=full]")
        if kind != "submitted":
            await page.set_input_files("#document", photo())
        await press(page, "main form.panel button")
        assert page.url.partition("#")[0] == request
        await expect(page.locator(".notice.done")).to_be_visible()
        await expect(page.locator("#timeline img.small-preview")).to_have_count(number)
    await expect(page.locator("main .tag.good").first).to_be_visible()
    await page.goto("/")
    await expect(page.locator("ul.tasks")).not_to_contain_text(title)


async def test_campaign_staff_go_from_what_is_overdue_to_a_saved_list_and_do_one_thing_to_all_of_it(
    enter: Enter,
) -> None:
    page = await enter("staff")
    overdue = int(await page.inner_text("a[href='/requests?overdue=1'] .figure"))
    await press(page, "a[href='/requests?overdue=1']")
    assert await counted(page) == overdue > 1
    await press(page, "main a[href^='/requests/counts']")
    group = page.locator("main td a[href*='province=']").first
    of_province = int(await group.inner_text())
    await press(page, group)
    assert await counted(page) == of_province
    await press(page, "main a[href^='/saved-lists']")
    await page.fill("#name", "ខេត្តរបស់ខ្ញុំ")
    await press(page, "main form[action='/saved-lists'] button:not(.quiet)")
    await page.goto("/")
    await press(page, page.get_by_role("link", name="ខេត្តរបស់ខ្ញុំ"))
    rows = await downloaded(page, "main a[href^='/requests.csv']")
    assert len(list(csv.reader(io.StringIO(rows.read_text(encoding="utf-8-sig"))))) == 1 + of_province

    await press(page, "main a[href^='/requests/many']")
    await press(page, "main a[href$='act=snooze']")
    await page.fill("#until", (day_of(now(), "Asia/Phnom_Penh") + timedelta(days=30)).isoformat())
    await page.fill("#reason", "រង់ចាំកិច្ចប្រជុំ")
    await press(page, "main form.panel button")
    await expect(page.locator("main")).to_contain_text("រង់ចាំកិច្ចប្រជុំ")
    await press(page, "main form.panel button")
    undo = page.locator("form[action$='/undo'] button")
    await expect(undo).to_be_visible(timeout=WAIT)
    await press(page, undo)
    await page.goto("/saved-lists")
    await press(page, "form[action$='/delete'] button")


async def test_the_working_group_goes_from_its_first_page_to_sorted_figures_a_comparison_files_and_paper(
    enter: Enter,
) -> None:
    page = await enter("group")
    for picture in await page.locator("main img.picture").all():
        await picture.scroll_into_view_if_needed()
        await picture.evaluate("image => image.decode()")
        assert await picture.evaluate("image => image.naturalWidth") > 300
    figure = await page.locator("main .figure").first.inner_text()
    assert figure.endswith("%")
    await press(page, "main .actions a[href='/statistics']")
    assert await page.locator("main .figure").first.inner_text() == figure
    await page.select_option("#by", "province")
    await press(page, "main form.panel button")
    await page.select_option("#order", "-on_time_rate")
    await press(page, "main form.panel button")
    shares = [float(await each.get_attribute("value") or 0) for each in await page.locator(FIRST_SHARE).all()]
    assert shares == sorted(shares, reverse=True)
    assert len(set(shares)) > 1
    rows = await downloaded(page, "main a[href^='/statistics.csv']")
    lines = list(csv.DictReader(io.StringIO(rows.read_text(encoding="utf-8-sig"))))
    book = openpyxl.load_workbook(
        io.BytesIO((await downloaded(page, "main a[href^='/statistics.xlsx']")).read_bytes())
    )
    assert book.worksheets
    briefing = pypdfium2.PdfDocument(await downloaded(page, "main a[href^='/statistics.pdf']"))
    assert len(briefing) <= 2
    assert len(lines) > 1
    paper = pypdfium2.PdfDocument(await page.pdf(format="A4", prefer_css_page_size=True))
    assert len(paper) < 8
    await press(page, "main a[href^='/statistics/methods']")
    assert await page.locator("main section.panel table").count() >= 6, "of each method"


async def test_an_administrator_takes_all_mapped_organisations_and_their_people_out_of_spreadsheets(
    enter: Enter,
) -> None:
    page = await enter("admin")
    run = await page.get_attribute("html", "lang")
    await page.goto("/cbos")
    before = int(await page.inner_text("main h1 .count"))
    lines: list[list[object]] = [
        [f"{run}-{number:03}", f"សហគមន៍នេសាទ {run}{number}", f"Fishery {run}{number}", 1 + number % 25]
        for number in range(MAPPED)
    ]
    header = ["Code", "Name KM", "Name EN", "Area code"]
    await press(page, "main a[href^='/imports']")
    await page.set_input_files("#file", workbook([*header[:3], "Head of it"], lines, "mapping.xlsx"))
    await press(page, "main form.panel button:not(.quiet)")
    await expect(page.locator("#file-fault")).to_contain_text("Head of it")

    wrong = [*lines, lines[0], [f"{run}-X", "ខុស", "Wrong", 77]]
    await page.set_input_files("#file", workbook(header, wrong, "mapping.xlsx"))
    await press(page, "main form.panel button:not(.quiet)")
    await page.locator("main a[href$='/report.csv']").wait_for(timeout=WAIT)
    await expect(page.locator("main table.cards")).to_contain_text("area_code")
    await press(page, "nav.main a[href='/cbos']")
    assert int(await page.inner_text("main h1 .count")) == before + MAPPED

    await page.fill("#q", f"Fishery {run}{MAPPED - 1}")
    await press(page, "main form.panel button")
    await press(page, "main table.cards a")
    await press(page, "main a[href^='/people?cbo=']")
    people: list[list[object]] = [
        [f"{run}{number}@test.example", "cbo_lead", f"{run}-{number:03}", "km"] for number in range(3)
    ]
    await page.goto("/people/invite")
    await page.set_input_files(
        "#file", workbook(["Email", "Role", "CBO code", "Language"], people, "people.xlsx")
    )
    await press(page, "main form.panel button")
    await page.goto(f"/people?pending=1&cbo={run}-002")
    await expect(page.locator("main table.cards")).to_contain_text(f"{run}2@test.example")

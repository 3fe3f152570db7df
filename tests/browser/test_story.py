"""A batch from its question to the bundle for a court, as the people of an organisation work through it in a browser."""

import asyncio
import shutil
import smtplib
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import ImageDraw
from playwright.async_api import Page, expect

from rti.core.wallclock import day_of, now
from rti.files.pages import code_in
from tests.browser.conftest import Demo
from tests.browser.test_sending import SCHEDULED, fits, until_shown
from tests.commands import environment, free_port, reap
from tests.inbox.mails import attached
from tests.sizes import size

pytestmark = [pytest.mark.browser, pytest.mark.torture, pytest.mark.xdist_group("browser")]
SignIn = Callable[[str], Awaitable[None]]

COMMUNES = [f"KH-0102{number:02}" for number in range(1, size(3, 7) + 1)] + [
    f"KH-0103{number:02}" for number in range(1, size(2, 4) + 1)
]
"""Of two districts."""
STAMPED = len(COMMUNES) - 1
PER_INCH = 150
WAIT = SCHEDULED * 1000


@contextmanager
def receiving(demo: Demo) -> Iterator[int]:
    """The port at which `rti receive` takes mail for the demo."""
    port = free_port()
    env = environment(**demo.settings, RTI_RECEIVE_ON=f"lmtp://127.0.0.1:{port}")
    command = [sys.executable, "-m", "rti", "receive"]
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert "Taking mail" in process.stdout.readline()
    yield port
    process.terminate()
    assert reap(process) == 0


def send(port: int, raw: bytes, to: str) -> None:
    with smtplib.LMTP("127.0.0.1", port) as line:
        line.sendmail("office@commune.example", [to], raw)


def scanned(printed: bytes) -> tuple[bytes, str]:
    """The receipts of printed letters, stamped and scanned as one PDF; and the reference of the last, which is missing.

    Each letter has two pages, and the lower half of the second comes back.
    """
    document, pages = pypdfium2.PdfDocument(printed), []
    for number in range(1, len(document), 2):
        page = document[number].render(scale=PER_INCH / 72).to_pil().convert("RGB")
        receipt = page.crop((0, page.height // 2 - 60, page.width, page.height))
        ImageDraw.Draw(receipt).ellipse((780, 480, 1080, 780), outline=(190, 30, 40), width=9)
        pages.append(receipt.rotate(number % 5 - 2, expand=True, fillcolor="white"))
    refused = code_in(pages.pop())
    out = BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=PER_INCH)
    return out.getvalue(), refused


def checked_with_public_tools(bundle: Path, folder: Path) -> str:
    """The words of the dossier in a bundle that was unpacked and checked, by programs of Debian where they are installed."""

    def run(*command: str) -> str:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    if shutil.which("unzip"):
        run("unzip", "-q", str(bundle))
    else:
        shutil.unpack_archive(bundle, folder)
    assert run("sha256sum", "--check", "SHA256SUMS").count(": OK") == len(
        (folder / "SHA256SUMS").read_text().splitlines()
    )
    with pikepdf.open(folder / "dossier.pdf") as opened:
        assert opened.check_pdf_syntax() == []
    if shutil.which("qpdf"):
        run("qpdf", "--check", "dossier.pdf")
    if shutil.which("pdftotext"):
        return run("pdftotext", "-layout", "dossier.pdf", "-")
    return "\n".join(
        each.get_textpage().get_text_range() for each in pypdfium2.PdfDocument(folder / "dossier.pdf")
    )


async def downloaded(page: Page, link: str) -> Path:
    async with page.expect_download() as download:
        await page.locator(link).first.click(timeout=WAIT)
    return await (await download.value).path()


async def speak(page: Page, language: str) -> None:
    button = page.locator(f"button[name=language][value={language}]")
    if await button.count():
        await button.click()
    await expect(page.locator("html")).to_have_attribute("lang", language)


async def file_batch(page: Page, title: str) -> str:
    """The address of the board, once the requests are filed."""
    await page.goto("/campaigns")
    await page.locator("main a[href^='/campaigns/']").first.click()
    await page.locator("main a[href$='/batches']").click()
    await page.locator("main a[href$='/batches/new']").click()
    await page.fill("#title", title)
    await page.fill("#question", "១. គម្រោងថវិកាឃុំ និងការចំណាយ\n២. បញ្ជីគម្រោងអភិវឌ្ឍន៍")
    await page.select_option("#topic", "budget")
    await page.uncheck("[name=in_target_areas]")
    await page.fill("#codes", "\n".join(COMMUNES))
    await page.click("main form[enctype] button:not(.quiet)")
    await expect(page.locator("button[name=foreseen]")).to_have_attribute("value", str(len(COMMUNES)))
    await page.click("button[name=foreseen]")
    await expect(page.locator("a[href^='/print-runs/new']").first).to_be_visible(timeout=WAIT)
    return page.url


async def record_for_all(page: Page, board: str, kind: str, without: str) -> None:
    await page.goto(board)
    await page.locator("main a[href^='/requests/many']").first.click()
    await page.select_option("#kind", kind)
    await page.fill("#leave_out", without)
    await page.click("main form.panel button:not(.quiet)")
    await page.click("main form.panel button:not(.quiet)")
    await expect(page.locator("form[action$='/undo']")).to_be_visible(timeout=WAIT)


async def standing(page: Page, board: str, status: str) -> dict[str, str]:
    """The requests of a batch with a status: the address of each by its reference."""
    batch = board.rsplit("/", 1)[1]
    await page.goto(f"/requests?batch_id={batch}&status={status}")
    links = page.locator("table.cards tbody a[href^='/requests/']")
    return {(await each.inner_text()): (await each.get_attribute("href") or "") for each in await links.all()}


async def record(page: Page, request: str, kind: str, **fields: str) -> None:
    await page.goto(f"{request}/record/{kind}")
    for name, value in fields.items():
        await page.fill(f"#{name}", value)
    await page.click("main form.panel button")
    await page.wait_for_url(f"**{request}")


async def write(page: Page, request: str, kind: str) -> bytes:
    """The letter to which the page of a request leads."""
    await page.goto(request)
    await page.locator(f".next a[href$='letters/new?kind={kind}']").click()
    path = await downloaded(page, "main form[method=post] button")
    return path.read_bytes()


async def print_all(page: Page) -> bytes:
    """The letters of the batch whose board is shown, and before them its run sheets."""
    with pikepdf.open(await downloaded(page, "a[href^='/run-sheet.pdf']")) as sheets:
        assert len(sheets.pages) == 2, "a page for each district"
    await page.locator("main a[href^='/print-runs/new']").first.click()
    await page.click("main form.panel button:not(.quiet)")
    return (await downloaded(page, "a[href$='/letters.pdf']")).read_bytes()


async def file_scans(page: Page, stack: bytes) -> None:
    await page.goto("/inbox/scans")
    sent = {"name": "stack.pdf", "mimeType": "application/pdf", "buffer": stack}
    await page.set_input_files("#document", sent)
    await page.click("main form.panel button:not(.quiet)")
    await expect(page.locator("main .tag.good")).to_have_count(STAMPED, timeout=WAIT)


async def answer_by_mail(page: Page, demo: Demo, reference: str, request: str) -> None:
    """The office writes to our address with the reference in its subject; somebody reads that, and says what it is."""
    with receiving(demo) as port:
        raw = attached(subject=f"ចម្លើយ {reference}", message_id=f"<{reference}@commune.example>")
        await asyncio.to_thread(send, port, raw, demo.settings["RTI_REPLY_ADDRESS"])
        await page.goto(request)
        await until_shown(page, "decision.pdf")
    attachment = page.locator("#timeline a", has_text="decision.pdf")
    opened = await page.request.get(f"{await attachment.get_attribute('href')}/original")
    assert opened.ok
    await page.locator("#timeline a[href^='/inbox/']").click()
    await page.select_option("#outcome", "full")
    await page.click("form[action$='/means'] button")
    await page.wait_for_url(f"**{request}#timeline")


async def backdate(page: Page, request: str) -> None:
    """The letter had been carried long before anybody entered it."""
    today = day_of(now(), "Asia/Phnom_Penh")
    await page.goto(f"{request}/correct")
    for name, days in (("drafted_on", 40), ("submitted_on", 39), ("received_on", 38)):
        await page.fill(f"#{name}", (today - timedelta(days=days)).isoformat())
    await page.click("main form.panel button")
    await expect(page.locator(".tag.bad").first).to_be_visible()


async def make_bundle(page: Page, request: str) -> Path:
    await page.goto(f"{request}/dossier")
    await page.check("input[name=identity][value=true]")
    await page.click("main form.panel button")
    return await downloaded(page, "a[href$='/bundle.zip']")


@pytest.mark.parametrize("language", size(["km"], ["km", "en"]))
async def test_letters_are_printed_carried_stamped_refused_answered_and_complained_about(
    page: Page, sign_in: SignIn, demo: Demo, tmp_path: Path, language: str
) -> None:
    await sign_in("lead")
    await page.goto("/")
    await speak(page, language)
    board = await file_batch(page, f"ថវិកាឃុំ ២០២៧ ({language})")
    stack, refused = scanned(await print_all(page))
    await record_for_all(page, board, "submitted", without=refused)
    await file_scans(page, stack)
    received = await standing(page, board, "open")
    assert len(received) == STAMPED

    not_taken = (await standing(page, board, "draft"))[refused]
    await record(page, not_taken, "refused_at_counter", note="They said it needs a stamp")
    assert (await write(page, not_taken, "refusal_record")).startswith(b"%PDF")
    assert [*await standing(page, board, "not_submitted")] == [refused]

    (by_mail, answered), (unanswered, silent), *_ = received.items()
    await answer_by_mail(page, demo, by_mail, answered)
    assert [*await standing(page, board, "answered")] == [by_mail]

    await backdate(page, silent)
    assert (await write(page, silent, "complaint")).startswith(b"%PDF")
    await record(page, silent, "complaint_filed")
    await fits(page)
    await speak(page, language)
    bundle = await make_bundle(page, silent)
    words = await asyncio.to_thread(checked_with_public_tools, bundle, tmp_path)
    assert unanswered in words
    assert len([*(tmp_path / "originals").iterdir()]) == 1, "the stamped receipt"
    await page.goto(board)
    await fits(page)

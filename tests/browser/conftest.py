"""A real browser against the real thing: `rti demo` with its web server, scheduler and database."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.commands import environment, free_port, reap
from tests.notifications.servers import Sink, smtp_server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PASSWORD = "demonstration"


@dataclass(frozen=True)
class Demo:
    """A running demo: its address, and what it printed when it was ready."""

    address: str
    printed: str
    process: subprocess.Popen[str]


def start_demo(folder: Path, **settings: str) -> Demo:
    """Start `rti demo` and read what it prints until it is ready."""
    settings = {"RTI_DATA_DIR": str(folder), "RTI_PORT": str(free_port()), **settings}
    process = subprocess.Popen(
        [sys.executable, "-m", "rti", "demo"],
        env=environment(**settings),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    printed = ""
    for line in process.stdout:
        printed += line
        if "Ctrl-C" in line:
            return Demo(f"http://127.0.0.1:{settings['RTI_PORT']}", printed, process)
    raise AssertionError(f"the demo ended with {reap(process)}: {printed}")


def stop(demo: Demo, how: signal.Signals = signal.SIGTERM) -> int:
    demo.process.send_signal(how)
    return reap(demo.process)


@pytest.fixture(scope="session")
async def mail() -> AsyncIterator[Sink]:
    async with smtp_server(Sink()) as sink:
        yield sink


@pytest.fixture(scope="session")
async def demo(mail: Sink) -> AsyncIterator[Demo]:
    """A demo whose messages go to `mail`."""
    with tempfile.TemporaryDirectory(prefix="rti-demo-") as folder:
        running = await asyncio.to_thread(start_demo, Path(folder) / "var", RTI_SMTP_URL=mail.url)
        yield running
        await asyncio.to_thread(stop, running)


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    if not CHROMIUM:
        if os.environ.get("BROWSER_REQUIRED"):
            pytest.fail("there is no Chromium here, and it is required")
        pytest.skip("there is no Chromium on this machine")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        await browser.close()


@pytest.fixture
async def page(chromium: Browser, demo: Demo) -> AsyncIterator[Page]:
    """A page in English; anything that goes wrong in it, or leaves this machine, fails the test."""
    context = await chromium.new_context(locale="en-GB", base_url=demo.address)
    shown = await context.new_page()
    wrong: list[str] = []
    shown.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    shown.on("pageerror", lambda error: wrong.append(str(error)))
    shown.on("request", lambda sent: None if sent.url.startswith(demo.address) else wrong.append(sent.url))
    yield shown
    await context.close()
    assert not [each for each in wrong if "422" not in each]


@pytest.fixture
def sign_in(page: Page) -> Callable[[str], object]:
    async def signed_in(who: str) -> None:
        await page.goto("/sign-in")
        await page.fill("#email", f"{who}@demo.example")
        await page.fill("#password", PASSWORD)
        await page.click("form[action='/sign-in'] button")
        await page.wait_for_url("**/")

    return signed_in

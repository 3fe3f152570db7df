"""A real browser against the real thing: one `rti demo` with its web server, scheduler and database for all tests."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import psutil
import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.commands import environment, free_port, reap
from tests.notifications.servers import Sink, smtp_server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PASSWORD = "demonstration"


@dataclass
class Demo:
    """A demo: its settings, its address, and what it printed when it was ready."""

    settings: dict[str, str]
    printed: str = ""

    def __post_init__(self) -> None:
        self.start()

    @property
    def address(self) -> str:
        return self.settings["RTI_BASE_URL"]

    @property
    def folder(self) -> Path:
        return Path(self.settings["RTI_DATA_DIR"])

    def start(self) -> None:
        """Start `rti demo` and read what it prints until it is ready."""
        command = [sys.executable, "-m", "rti", "demo"]
        self.process = subprocess.Popen(
            command, env=environment(**self.settings), stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        self.printed = ""
        for line in self.process.stdout:
            self.printed += line
            if "Ctrl-C" in line:
                return
        raise AssertionError(f"the demo ended with {reap(self.process)}: {self.printed}")

    def family(self) -> list[psutil.Process]:
        """The processes that the demo started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def database_server(self) -> psutil.Process:
        return psutil.Process(int((self.folder / "postgres" / "postmaster.pid").read_text().split()[0]))

    def stop(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return reap(self.process)


class _Neutral(BaseHTTPRequestHandler):
    """The site to which somebody leaves."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>Weather</title>It will rain.")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def neutral() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Neutral)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
async def mail() -> AsyncIterator[Sink]:
    async with smtp_server(Sink()) as sink:
        yield sink


@pytest.fixture(scope="session")
async def demo(mail: Sink, neutral: str) -> AsyncIterator[Demo]:
    """A demo whose messages go to `mail`, reached by a name, for which browsers make passkeys."""
    with tempfile.TemporaryDirectory(prefix="rti-demo-") as folder:
        port = free_port()
        settings = {
            "RTI_DATA_DIR": f"{folder}/var",
            "RTI_PORT": str(port),
            "RTI_BASE_URL": f"http://localhost:{port}",
            "RTI_SMTP_URL": mail.url,
            "RTI_EXIT_URL": neutral,
            "RTI_REPLY_ADDRESS": "replies@rti.example",
        }
        running = await asyncio.to_thread(Demo, settings)
        yield running
        started = [*running.family(), running.database_server()]
        assert await asyncio.to_thread(running.stop, signal.SIGINT) == 0
        assert not [process for process in started if process.is_running() and process.status() != "zombie"]
        assert not (running.folder / "postgres" / "postmaster.pid").exists()


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


@asynccontextmanager
async def faultless(chromium: Browser, demo: Demo, *expected: str) -> AsyncIterator[Page]:
    """A page in English; anything that goes wrong in it, or leaves this machine, fails the test."""
    context = await chromium.new_context(locale="en-GB", base_url=demo.address)
    shown = await context.new_page()
    wrong: list[str] = []
    shown.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    shown.on("pageerror", lambda error: wrong.append(str(error)))
    shown.on("request", lambda sent: None if sent.url.startswith(demo.address) else wrong.append(sent.url))
    yield shown
    await context.close()
    assert not [each for each in wrong if not any(part in each for part in ("422", *expected))]


@pytest.fixture
async def page(chromium: Browser, demo: Demo) -> AsyncIterator[Page]:
    async with faultless(chromium, demo) as shown:
        yield shown


@pytest.fixture
def sign_in(page: Page, demo: Demo) -> Callable[[str], object]:
    return partial(open_session, page, demo)


async def open_session(page: Page, demo: Demo, who: str) -> None:
    """Sign in by the API, which takes a fifth of the time of the form; test_signing_in tries that one."""
    given = {"email": f"{who}@demo.example", "password": PASSWORD}
    opened = await page.request.post("/api/sessions", data=given)
    token = (await opened.json())["token"]
    await page.context.add_cookies([{"name": "session", "value": token, "url": demo.address}])


async def submit_password(page: Page, who: str) -> None:
    """The first step of signing in to an account of the demo."""
    await page.goto("/sign-in")
    await page.fill("#email", f"{who}@demo.example")
    await page.fill("#password", PASSWORD)
    await page.click("form[action='/sign-in'] button")

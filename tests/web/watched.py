"""`rti serve` with somebody in the process who notes for how long the event loop stood still: python -m tests.web.watched.

What is counted is time in which the thread of the event loop was at work, so that a busy machine makes no stop longer
than it is, and neither does what is done in other threads, which give way every five milliseconds.
GET /longest tells the longest stop since it was asked last, in milliseconds.
"""

import asyncio
import os
import signal
import time
from contextlib import suppress
from typing import Any

import uvicorn

from rti.cli.workers import spare_collections
from rti.core.settings import Settings
from rti.web.app import create_app

EVERY = 0.002


class Watch:
    """The application, and beside it a task that wants to be woken often."""

    def __init__(self, app: Any) -> None:
        self.app, self.longest = app, 0.0
        self.task: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self.task is None:
            self.task = asyncio.ensure_future(self.watch())
        if scope.get("path") != "/longest":
            await self.app(scope, receive, send)
            return
        result, self.longest = f"{self.longest * 1_000:.1f}", 0.0
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": result.encode()})

    async def watch(self) -> None:
        while True:
            began, worked = time.monotonic(), time.thread_time()
            await asyncio.sleep(EVERY)
            late, at_work = time.monotonic() - began - EVERY, time.thread_time() - worked
            self.longest = max(self.longest, min(late, at_work))


def main() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = Settings.from_env(os.environ)
    watched = Watch(create_app(settings))
    spare_collections()
    with suppress(KeyboardInterrupt):
        uvicorn.run(watched, host=settings.host, port=settings.port, log_level="warning")


if __name__ == "__main__":
    main()

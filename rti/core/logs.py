"""Logs as JSON lines on standard error: traces without the values in them, and nobody's name or address."""

import logging
import sys
from contextlib import suppress
from typing import TextIO, cast

import structlog


class _Lossy:
    """A stream whose disk may be full: what cannot be written is lost, and nobody waits or fails for it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def configure() -> None:
    """Set up logging of this process; a traceback shows where, never with what."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        # Whatever is standard error at that moment: tests put another in its place, and close it.
        logger_factory=lambda *_: structlog.PrintLogger(cast("TextIO", _Lossy(sys.stderr))),
    )

"""Logs as JSON lines on standard error: traces without the values in them, and nobody's name or address."""

import logging
import sys

import structlog


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
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )

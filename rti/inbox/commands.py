"""Commands about incoming messages and scans."""

from datetime import date
from typing import Annotated

import msgspec

from rti.core.validation import Code, ShortText
from rti.law.events import EventKind, Outcome
from rti.models.inbox import IncomingState


class IncomingFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which to list: what is held for a person, or filed and waits for somebody to say what it means."""

    state: IncomingState = IncomingState.HELD
    after: ShortText = ""


class FileIncoming(msgspec.Struct, frozen=True, kw_only=True):
    """Put it with the request that has this reference, of this organisation where several use the same."""

    reference: Code
    cbo_code: Code | None = None


class FileScans(msgspec.Struct, frozen=True, kw_only=True):
    """What the pages of a stack show, and on which day that happened."""

    kind: EventKind
    happened_on: date
    outcome: Outcome | None = None


class DiscardIncoming(msgspec.Struct, frozen=True, kw_only=True):
    """It is about no request of ours, and why."""

    reason: Annotated[str, msgspec.Meta(min_length=3, max_length=500)]

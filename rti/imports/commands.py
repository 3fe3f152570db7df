"""A line of a log of requests, as the one command that an import reads from each."""

from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

from rti.core.validation import Code, ShortText
from rti.law.events import Ground, Outcome
from rti.models.requests import Medium
from rti.requests.commands import FilingFields


class LineOutcome(StrEnum):
    """The outcome of a request in a log: that of its answer, or that it is open or withdrawn."""

    FULL = Outcome.FULL.value
    PARTIAL = Outcome.PARTIAL.value
    REFUSED = Outcome.REFUSED.value
    ORAL_REFUSAL = Outcome.ORAL_REFUSAL.value
    NOT_HELD = Outcome.NOT_HELD.value
    REFERRED = Outcome.REFERRED.value
    INADEQUATE = Outcome.INADEQUATE.value
    UNKNOWN = Outcome.UNKNOWN.value
    OPEN = "open"
    WITHDRAWN = "withdrawn"


class RequestLine(FilingFields, frozen=True, kw_only=True):
    """A request out of a file, with its answer; organisation, body and campaign by their codes.

    `body` is a name where the file knows bodies by their names. `answered_on` is the day of the withdrawal
    where the `outcome` is one.
    """

    body: ShortText
    cbo_code: Code | None = None
    campaign_code: Code | None = None
    answered_on: date | None = None
    outcome: LineOutcome | None = None
    ground: Ground | None = None
    section: Annotated[str, msgspec.Meta(max_length=80)] | None = None
    answer_medium: Medium | None = None
    extended_to: date | None = None

"""Commands about statutes."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from rti.core.validation import Code, Hour, LimitText, reads, toml_document
from rti.law.rules import Receipt


class RollChoice(StrEnum):
    """What happens if the last day is a day off."""

    NONE = "none"
    FORWARD = "forward"


class AddStatute(msgspec.Struct, frozen=True, kw_only=True):
    """A statute as the document that its TOML file holds."""

    document: dict[str, Any]


class AddStatuteText(msgspec.Struct, frozen=True, kw_only=True):
    """A statute as the text of its TOML file."""

    text: Annotated[dict[str, Any], reads(toml_document)]


class Commence(msgspec.Struct, frozen=True, kw_only=True):
    """The day on which a statute comes into force."""

    in_force_from: date


class Calculate(msgspec.Struct, frozen=True, kw_only=True):
    """When an answer is due: a limit or a statute, the day of receipt, and how to count.

    What is left out is as the statute says; for a limit it is the usual way: the day after the receipt
    is day 1, and nothing rolls.
    """

    received: date
    at: Hour | None = None
    channel: Code | None = None
    urgent: bool = False
    limit: LimitText | None = None
    statute_id: Code | None = None
    extend: LimitText | None = None
    country: Code | None = None
    count_start_day: bool = False
    roll: RollChoice | None = None
    receipt: Receipt | None = None

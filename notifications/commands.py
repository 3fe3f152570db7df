"""What a person asks about reminders and letters, as values."""

import re
from typing import Annotated
from uuid import UUID

import msgspec

from rti.core.errors import say
from rti.core.i18n import Language
from rti.core.validation import ShortText, reads
from rti.law.reminders import About, Audience
from rti.models.messages import Decision, LetterState


def _rule_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", text):
        raise ValueError(text)
    return text


RuleName = Annotated[str, reads(_rule_name, say("Use letters, digits, - and _ only"), max_length=40)]
WorkingDays = Annotated[int, msgspec.Meta(ge=-60, le=250)]


class SaveRule(msgspec.Struct, frozen=True, kw_only=True):
    """A reminder rule; `begins` and `ends` in working days after the due date, before it negative."""

    name: RuleName
    about: About
    begins: WorkingDays
    ends: WorkingDays
    every: Annotated[int, msgspec.Meta(ge=1, le=250)] | None = None
    to: Audience = Audience.EVERYBODY


class LetterFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which letters to list; `after` is the mark of the page before."""

    state: LetterState = LetterState.PROPOSED
    request_id: UUID | None = None
    after: ShortText = ""


def _one_line(text: str) -> str:
    if len(text.splitlines()) > 1:
        raise ValueError(text)
    return text


class ShowLetter(msgspec.Struct, frozen=True, kw_only=True):
    """In which language a draft is to be shown."""

    language: Language | None = None


class ApproveLetter(msgspec.Struct, frozen=True, kw_only=True):
    """The letter as it is to go out."""

    language: Language
    # A draft has the whole title in it, and has to pass.
    subject: Annotated[str, reads(_one_line, say("Enter this on one line"), min_length=1, max_length=400)]
    body: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]


class ApproveAll(msgspec.Struct, frozen=True, kw_only=True):
    """All letters that were proposed together, in this language."""

    language: Language = Language.KM


class SettleLetter(msgspec.Struct, frozen=True, kw_only=True):
    """What a person found out about a letter with unknown delivery."""

    decision: Decision

"""What a person asks about reminders and letters, as values."""

from typing import Annotated

import msgspec

from rti.intake import Code, Name, Paragraphs
from rti.law.reminders import About, Audience

WorkingDays = Annotated[int, msgspec.Meta(ge=-60, le=250)]


class SaveRule(msgspec.Struct, frozen=True, kw_only=True):
    """A reminder rule; `begins` and `ends` in working days after the due date, before it negative."""

    name: Code
    about: About
    begins: WorkingDays
    ends: WorkingDays
    every: Annotated[int, msgspec.Meta(ge=1, le=250)] | None = None
    to: Audience = Audience.EVERYBODY


class ApproveLetter(msgspec.Struct, frozen=True, kw_only=True):
    """The letter as it is to go out."""

    subject: Name
    body: Paragraphs

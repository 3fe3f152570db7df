"""Stored keys in words: results of periodic jobs, details of audit entries, names of reminder rules.

Keys are written for programs and logs and stay as they are; pages show these words, and whatever has none as it is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import chain
from typing import Any, Final
from uuid import UUID

from rti.core.roles import Role, TokenScope
from rti.imports.report import LineResult
from rti.labels import CORRECTABLE, label
from rti.law.events import EventKind
from rti.law.explanations import N_
from rti.models.bodies import BodyKind
from rti.models.imports import FileKind
from rti.models.inbox import FoundBy, IncomingState
from rti.models.jobs import JobKind, JobState
from rti.models.letters import LetterKind
from rti.models.messages import Channel as MessageChannel
from rti.models.messages import LetterState, MessageState
from rti.retention.schedule import RULES

RULE_NAMES: Final[Mapping[str, str]] = {
    "soon": N_("An answer is due soon"),
    "today": N_("An answer is due today"),
    "late": N_("An answer is late"),
    "chase": N_("Letter about a late answer"),
    "unacknowledged": N_("No acknowledgement has come"),
    "window_closing": N_("The time to complain ends soon"),
    "follow_up": N_("Follow up where no time limit runs"),
}
"""The rules of every campaign without rules of its own."""

_SENTENCES: Final[Mapping[str, str]] = {
    "another process is at it": N_("Another process is already doing this"),
    "done today": N_("Done today"),
    "on another machine": N_("On another machine"),
    "no tesseract": N_("Tesseract is not installed, or has neither khm nor eng"),
    "backup failed": N_("The backup failed"),
    "backup drill failed": N_("The restore drill failed"),
    "the folder of the mailbox cannot be opened": N_("The folder of the mailbox cannot be opened"),
    "the mail server cannot be reached": N_("The mail server cannot be reached"),
    "the mail server does not accept messages from us": N_(
        "The mail server does not accept messages from us"
    ),
    "the mail server offers no encryption or sign-in that matches our settings": N_(
        "The mail server offers no encryption or sign-in that matches our settings"
    ),
    "the mail server refuses our sign-in": N_("The mail server refuses our sign-in"),
    "the mail server responds too slowly": N_("The mail server responds too slowly"),
    "the mail server's certificate cannot be trusted": N_("The mail server's certificate cannot be trusted"),
}
_COUNTED: Final[Mapping[str, str]] = {
    "reminders": N_("Reminders"),
    "messages": N_("Messages"),
    "entries chained": N_("Entries added to the hash chain"),
    "digest": N_("Digests"),
    "rows": N_("Rows"),
    "documents opened": N_("Documents opened"),
    "new": N_("New messages"),
    "removed from the disk": N_("Removed from the disk"),
    "whole": N_("Unchanged"),
    "read": N_("Scans read"),
    "altered": N_("Missing or altered"),
    "closed": N_("Not checked, because the organisation is locked"),
    "unscanned": N_("Not scanned, the scanner does not answer"),
    **{kept.value: rule.what for kept, rule in RULES.items()},
    **{each.value: label(each) for each in chain(IncomingState, JobState, LineResult, MessageState)},
}
_NAMES: Final[Mapping[str, str]] = {
    **_COUNTED,
    "address": N_("Page"),
    "after": N_("Now"),
    "areas": N_("Areas"),
    "before": N_("Before"),
    "calls": N_("Calls"),
    "cause": N_("Reason"),
    "change": N_("Change"),
    "changed": N_("Changed"),
    "channel": N_("Channel"),
    "checklist": N_("Checklist"),
    "code": N_("Code"),
    "day": N_("Day"),
    "defaults": N_("Default rules restored"),
    "digest": N_("Digest"),
    "entries": N_("Entries"),
    "factors": N_("Second factors removed"),
    "fields": N_("Changed"),
    "found_by": N_("Found by"),
    "hash": N_("Digest"),
    "identity": N_("Names the requester"),
    "kind": N_("Kind"),
    "language": N_("Language"),
    "photos": N_("Photos"),
    "place": N_("Reader"),
    "position": N_("Position"),
    "questions": N_("Questions"),
    "removed": N_("Rule removed"),
    "requests": N_("Requests"),
    "role": N_("Role"),
    "saved": N_("Rule saved"),
    "scope": N_("Permission"),
    "sends": N_("Messages are sent"),
    "sha256": N_("Digest"),
    "state": N_("Status"),
    "status": N_("Status"),
    "statute": N_("Statute"),
    "step": N_("Step"),
    "times": N_("How often"),
    "to": N_("Recipients"),
    "until": N_("Until"),
}
_KINDS: Final[Mapping[str, Sequence[type[StrEnum]]]] = {
    "after": (Role,),
    "before": (Role,),
    "channel": (MessageChannel,),
    "checklist": (BodyKind,),
    "found_by": (FoundBy,),
    "kind": (EventKind, LetterKind, FileKind),
    "role": (Role,),
    "scope": (TokenScope,),
    "state": (LetterState,),
}
_VALUES: Final[Mapping[str, str]] = {
    "password": N_("Password"),
    "password_again": N_("Password, entered again"),
    "code": N_("Code"),
    "passkey": N_("Passkey"),
    "everything": N_("Everything"),
    JobKind.IMPORT: N_("Import"),
    JobKind.PRINT: N_("Print letters"),
    JobKind.COMPARE: N_("What if"),
    JobKind.EXPORT: N_("Export"),
    JobKind.DOSSIER: N_("Dossier"),
    JobKind.RELEASE: N_("Draft a release"),
    JobKind.VERIFICATION: N_("Verify a release"),
    **RULE_NAMES,
}


def result_in_words(result: str, translate: Any) -> str:
    """What a periodic job came to; such as "2 reminders, 1 messages"."""
    if result in _SENTENCES:
        return str(translate(_SENTENCES[result]))
    if failed := re.fullmatch(r"failed for (.+)", result):
        return f"{translate(N_('Failed'))}: {', '.join(_failed(each, translate) for each in failed[1].split(', '))}"
    return ", ".join(_part(part, translate) for part in result.split(", "))


def _part(part: str, translate: Any) -> str:
    counted = re.fullmatch(r"([\d.,]+(?: of [\d,]+)?) (.+)", part)
    if counted and counted[2] in _COUNTED:
        return f"{translate(_COUNTED[counted[2]])}: {counted[1].replace(' of ', ' / ')}"
    return part


def _failed(what: str, translate: Any) -> str:
    """A rule, or a part of the sweep."""
    return str(translate(_COUNTED[what])) if what in _COUNTED else _worded(what, translate)


def _worded(value: str, translate: Any) -> str:
    return str(translate(_VALUES[value])) if value in _VALUES else value


def details_in_words(details: Mapping[str, Any], reader: Any) -> Iterator[tuple[str, str]]:
    """Names and values of the details of an audit entry; identifiers, which tell a reader nothing, are left out."""
    for name, value in details.items():
        if not _is_identifier(value):
            words = reader.translate(_NAMES[name]) if name in _NAMES else name
            yield words, _value(name, value, reader)


def _value(name: str, value: Any, reader: Any) -> str:
    text = str(value)
    if name in {"fields", "changed"}:
        fields = re.split(r"[ ,]+", text)
        return ", ".join(
            reader.translate(CORRECTABLE[each][0]) if each in CORRECTABLE else each for each in fields
        )
    for kind in _KINDS.get(name, ()):
        if text in set(kind):
            return str(reader.label(kind(text)))
    if name in {"day", "until"} and text:
        return str(reader.date(date.fromisoformat(text)))
    return _worded(text, reader.translate)


def _is_identifier(value: Any) -> bool:
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True

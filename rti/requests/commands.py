"""Commands about requests, the same for a form, the JSON API and a CSV line."""

import re
import unicodedata
from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from rti.core.errors import say
from rti.core.folding import without_unseen
from rti.core.validation import (
    AreaCode,
    Code,
    Hour,
    InvalidValue,
    Line,
    Paragraphs,
    ShortText,
    plain_digits,
    reads,
)
from rti.files.answers import MOST_PAGES
from rti.law.events import EventKind, Ground, Outcome
from rti.law.monitoring import QuestionClass, RequesterProfile
from rti.law.status import RequestStatus
from rti.models.requests import NEUTRAL, Channel, Filing, Medium


def _reference(text: str) -> str:
    """As it stands on a letter, in any script; "~" is ours, for references that come back (`rti.imports`)."""
    plain = without_unseen(text)
    if "~" in plain or not plain.isprintable():
        raise InvalidValue(say("Enter the reference in one line and without ~"))
    return plain


def _own_reference(text: str) -> str:
    """One that is not, nor is read as, a neutral one: those are made here, and taken from nobody."""
    plain = _reference(text)
    if re.fullmatch(NEUTRAL, unicodedata.normalize("NFKC", plain).strip(), re.IGNORECASE):
        raise InvalidValue(
            say(
                "References such as R-2B4D6F8H are given by the system. Leave this empty, or enter another one"
            )
        )
    return plain


def lines_of(text: str) -> list[str]:
    """The distinct lines of a text."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


Reference = Annotated[str, reads(_reference, max_length=64)]
OwnReference = Annotated[str, reads(_own_reference, max_length=64)]
Wave = Annotated[str, reads(without_unseen, max_length=40)]
"""The name of a round of monitoring, such as 2026-1."""


class PlainFields(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of a request that are stored as given: each is a column of `RequestRow` of the same name.

    `urgent` is one about life or liberty. `question_class`, `requester_profile` and the code `wave` belong to monitoring
    in which the same questions are asked by several and again.
    """

    title: ShortText
    topic: ShortText
    channel: Channel = Channel.COUNTER
    question: Paragraphs = ""
    urgent: bool = False
    question_class: QuestionClass | None = None
    requester_profile: RequesterProfile | None = None
    wave: Wave | None = None


class FilingFields(PlainFields, frozen=True, kw_only=True):
    """What is told of a request wherever it comes from, and is worked upon before it is stored.

    Days on which nothing has happened yet stay empty; any may lie in the past. `received_at` is the hour of
    receipt, where a law counts hours.
    """

    statute_id: Code | None = None
    reference: OwnReference | None = None
    drafted_on: date | None = None
    submitted_on: date | None = None
    received_on: date | None = None
    received_at: Hour | None = None


class FileRequest(FilingFields, frozen=True, kw_only=True):
    """Record a request of an organisation to a body; `resubmission_of` is the reference of one that asked the same."""

    body_id: UUID
    cbo_id: UUID | None = None
    campaign_id: UUID | None = None
    resubmission_of: Reference | None = None
    filing: Filing = Filing.ITSELF
    requester_name: ShortText = ""
    requester_phone: ShortText = ""
    requester_address: Line = ""
    requester_note: Line = ""


class CorrectRequest(PlainFields, frozen=True, kw_only=True):
    """Correct what was recorded when a request was filed; contains the whole request as it should have been.

    Days that are left out stay as they are. The body is named by its code.
    """

    channel: Channel
    body_code: Code
    drafted_on: date | None = None
    submitted_on: date | None = None
    received_on: date | None = None
    received_at: Hour | None = None
    note: Line = ""


class EditDraft(PlainFields, frozen=True, kw_only=True):
    """Change a draft; contains the whole draft. The body is named by its code.

    So is the `campaign`, which its own organisation chooses: `-` is none, and left out it stays.
    """

    body_code: Code
    campaign: Code | None = None


class HandOver(msgspec.Struct, frozen=True, kw_only=True):
    """The channel of a draft, and the dates of handing over and receipt, as far as known."""

    channel: Channel = Channel.COUNTER
    urgent: bool = False
    submitted_on: date | None = None
    received_on: date | None = None


class MarkDuplicate(msgspec.Struct, frozen=True, kw_only=True):
    """Say that a request was recorded twice; `reference` is that of the one to keep."""

    reference: Code


class SaveRequester(msgspec.Struct, frozen=True, kw_only=True):
    """The requester; empty fields are unknown, or removed."""

    requester_name: ShortText = ""
    requester_phone: ShortText = ""
    requester_address: Line = ""
    requester_note: Line = ""


class OpenSealed(msgspec.Struct, frozen=True, kw_only=True):
    """Open an encrypted field; people outside the organisation state their purpose."""

    purpose: Line = ""


def _percent(text: str) -> float:
    number = float(plain_digits(text).replace(",", "."))
    if not 0 <= number <= 100:
        raise ValueError(text)
    return number


Percent = Annotated[float, reads(_percent, say("Enter a number from 0 to 100"), ge=0, le=100)]
PageNumber = Annotated[int, msgspec.Meta(ge=1, le=MOST_PAGES)]


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a page that is to be hidden, in percent of its width and height from the left and from the top."""

    page: PageNumber = 1
    left: Percent
    top: Percent
    right: Percent
    bottom: Percent


class Redact(msgspec.Struct, frozen=True, kw_only=True):
    """Hide boxes, whole pages, words and telephone numbers in the copies of some documents, and say why.

    Words and numbers are found in PDF files that have text: in any case, and across blanks and the ends of lines.
    """

    documents: list[UUID]
    boxes: list[Box] = []
    erased: list[PageNumber] = []
    words: list[ShortText] = []
    phones: bool = False
    reason: Line = ""


class RecordEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Record that something happened, `at` an hour where a law counts hours.

    `ground` and the `section` of the law that was cited belong to an answer, and so does `until` where it names a day for
    the parts that are missing; `days` ("10 working") or `until` and the `reason` (as the statute calls it) to an extension,
    `to_body` to a transfer: the code of the body that it went to, None where that is not known. `medium` is how it
    happened, such as by post or at a meeting.
    """

    kind: EventKind
    happened_on: date
    at: Hour | None = None
    outcome: Outcome | None = None
    ground: Ground | None = None
    section: Annotated[str, msgspec.Meta(max_length=80)] | None = None
    days: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    until: date | None = None
    reason: Code | None = None
    to_body: Code | None = None
    medium: Medium | None = None
    note: Line = ""
    voids: UUID | None = None


class RecordForMany(msgspec.Struct, frozen=True, kw_only=True):
    """Record the same event for many requests; `references` are one to a line."""

    kind: EventKind
    happened_on: date
    references: Paragraphs
    medium: Medium | None = None
    note: Line = ""


class AssignRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Put a request into the campaign with this code, or with `-` into none.

    Staff who would not see it any more afterwards say so with `gives_up`.
    """

    campaign: Code
    reason: Line = ""
    gives_up: bool = False


class SnoozeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Snooze reminders for a request until the day `until`, with a reason."""

    until: date
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]


class KnownOn(msgspec.Struct, frozen=True, kw_only=True):
    """Show a request as it was known at the end of a day; without a day as it stands."""

    known_on: date | None = None


class Sort(StrEnum):
    """The order of a list of requests; with a minus sign in reverse."""

    DUE = "due"
    DUE_LAST = "-due"
    RECEIVED = "received"
    RECEIVED_LAST = "-received"
    BODY = "body"
    BODY_LAST = "-body"
    STATUS = "status"
    STATUS_LAST = "-status"
    REFERENCE = "reference"
    REFERENCE_LAST = "-reference"
    TITLE = "title"
    TITLE_LAST = "-title"

    @property
    def column(self) -> str:
        return self.value.lstrip("-")

    @property
    def descends(self) -> bool:
        return self.value.startswith("-")


class RequestFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which requests to list; `after` is the mark of the page before, `before` that of the page behind.

    `q` are words of title, question, reference, body with its place, or organisation; `cbo` is the code of an
    organisation, `target_of` a campaign: only requests to bodies in its target areas. `due_soon` are those that are
    expected within seven days, `due_on` those whose next date it is, `stalled` those that nobody took further for two weeks; `only` are references, one to
    a line. `area` is the code of a province, district or commune in which the body lies.
    """

    q: Annotated[str, msgspec.Meta(max_length=200)] = ""
    status: RequestStatus | None = None
    topic: Code | None = None
    overdue: bool = False
    due_soon: bool = False
    stalled: bool = False
    due_on: date | None = None
    province: Code | None = None
    body_id: UUID | None = None
    cbo: Code | None = None
    campaign_id: UUID | None = None
    target_of: UUID | None = None
    area: AreaCode | None = None
    batch_id: UUID | None = None
    reference: Reference | None = None
    only: Paragraphs = ""
    sort: Sort | None = None
    after: ShortText = ""
    before: ShortText = ""

    @property
    def order(self) -> Sort:
        """The order of the list: who says how a reference starts looks for that one."""
        return self.sort or (Sort.REFERENCE if self.reference else Sort.DUE)

    @property
    def narrowed(self) -> bool:
        """Whether the list is filtered."""
        return bool(self.given)

    @property
    def given(self) -> frozenset[str]:
        """The names of what narrows the list: of the columns, and of those that `queries.narrowed` knows beside them."""
        return frozenset(name for name in FILTERS if getattr(self, name))


FILTERS = tuple(name for name in RequestFilter.__struct_fields__ if name not in {"sort", "after", "before"})
"""What a list of requests can be narrowed by, wherever there is one."""


def as_address(wanted: RequestFilter) -> dict[str, str]:
    """What an address says of a list, without the place in it."""
    said = {name: getattr(wanted, name) for name in FILTERS}
    texts = {name: "1" if each is True else str(each) for name, each in said.items() if each}
    return texts | ({"sort": wanted.sort.value} if wanted.sort else {})


class SaveList(RequestFilter, frozen=True, kw_only=True):
    """Keep a filter under a name; `shared_in` is a campaign whose staff see it, too.

    Where it `mails`, its owner is told once a day what is new in it.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    shared_in: UUID | None = None
    mails: bool = False


class BulkAct(StrEnum):
    RECORD = "record"
    SNOOZE = "snooze"
    CHASE = "chase"
    ASSIGN = "assign"


class ActOnMany(RequestFilter, frozen=True, kw_only=True):
    """Do one thing to the requests of a list: record an event, say nothing about them `until` a day, propose a letter to
    each body, or put them into the `campaign` with a code, which is `-` for none.

    `request_id` is the only one of the list to which it is done. `reason` is the note of each event, or why nothing is to be
    said; `leave_out` are references, one to a line. `hits` is to how many requests a preview said that it is done: without
    it, or where they have changed, there is a preview only. With `preview`, its digest, nothing else has changed either.
    """

    act: BulkAct = BulkAct.RECORD
    request_id: UUID | None = None
    kind: EventKind | None = None
    happened_on: date | None = None
    medium: Medium | None = None
    until: date | None = None
    campaign: Code | None = None
    reason: Line = ""
    leave_out: Paragraphs = ""
    hits: int | None = None
    preview: ShortText = ""

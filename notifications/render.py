"""The text of a message, in the recipient's language.

A message is silent: no title, no name, no institution and no reference, because a phone or a mailbox may
be seized. It says how many requests are due when, and where to look. More is included only for readers who asked for it.
An invitation says that there is one, and a code that it is one.
"""

import re
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from notifications.digests import MOST_NAMED
from rti.core import i18n
from rti.law.calendars import Calendar
from rti.law.rules import FILING, ClockKind
from rti.models.messages import MessageKind

_ON_THE_WIRE = SMTP.clone(cte_type="7bit")
"""Not every server accepts eight bits, so Khmer is sent as base64 or quoted-printable (RFC 2045)."""

_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}", re.ASCII)
"""A dot-atom at a host (RFC 5322 3.4.1); what an account may have was checked more closely before."""

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=False,  # noqa: S701 -- plain text; nothing here is HTML
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
    extensions=["jinja2.ext.i18n"],
)


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    """A message as it is stored and sent."""

    subject: str
    body: str


def write(
    kind: MessageKind, values: dict[str, Any], *, language: str, day: date, calendar: Calendar, address: str
) -> RenderedMessage:
    """The text of a message as of `day`, which it names, so that it stays true however late it arrives."""
    if kind is MessageKind.REMINDER:
        values = _what_is_due(values["due"], day, calendar, named=values["named"])
        if not values["requests"]:
            return _silent_reminder(language, day, address, **values)
    if kind is MessageKind.REPORT:
        values = {**values, "as_of": date.fromisoformat(values["as_of"])}
    return _written(kind, values, language, day, address)


@lru_cache(maxsize=1000)
def _silent_reminder(language: str, day: date, address: str, **values: Hashable) -> RenderedMessage:
    """A reminder without details, cached: most of a day say one of a few things."""
    return _written(MessageKind.REMINDER, values, language, day, address)


def _written(
    kind: MessageKind, values: Mapping[str, Any], language: str, day: date, address: str
) -> RenderedMessage:
    catalogue = i18n.translations(language)
    context = {
        "_": catalogue.gettext,
        "ngettext": catalogue.ngettext,
        "date": lambda shown: i18n.show_date(shown, language),
        "name": lambda named: named["name_km" if language == "km" else "name_en"],
        "day": day,
        "address": address,
        **values,
    }
    subject = _render(kind, "subject", context)
    return RenderedMessage(subject, _render(kind, "body", {**context, "subject": subject}) + "\n")


def _what_is_due(
    due: Sequence[Mapping[str, Any]], day: date, calendar: Calendar, *, named: bool
) -> dict[str, Any]:
    """What a reminder says: the date if it is about one, else how many requests are how urgent.

    Requests are listed only where `named`, and only the most urgent ones.
    """
    first = due[0]
    kinds = Counter(_urgency(each, day) for each in due)
    return {
        "count": len({each["request_id"] for each in due}),
        "dates": len(due),
        "kinds": tuple((kind, kinds[kind]) for kind in _URGENCIES if kinds[kind]),
        "requests": tuple(
            sorted(due, key=lambda each: _URGENCIES.index(_urgency(each, day)))[:MOST_NAMED] if named else ()
        ),
        "filing": first["clock"] in FILING,
        "acknowledgement": first["clock"] == ClockKind.ACKNOWLEDGEMENT,
        "follow_up": first["clock"] == ClockKind.FOLLOW_UP,
        "due_on": first["due_on"],
        "days": abs(calendar.working_days_between(day, first["due_on"])),
    }


_URGENCIES = ("complaint", "overdue", "today", "soon", "acknowledgement", "follow_up")
"""Kinds of dates, the most urgent first: the time to complain runs out for us, and only for us."""


def _urgency(due: Mapping[str, Any], day: date) -> str:
    if due["clock"] in FILING:
        return "complaint"
    if due["clock"] in {ClockKind.ACKNOWLEDGEMENT, ClockKind.FOLLOW_UP}:
        return str(due["clock"])
    return "overdue" if due["due_on"] < day else "today" if due["due_on"] == day else "soon"


def compose(
    letter: RenderedMessage,
    *,
    sender: str,
    to: str,
    message_id: str,
    language: str,
    written_at: datetime,
    unsubscribe: str = "",
    reply_to: str = "",
) -> bytes:
    """The message as bytes (RFC 5322), the same at every attempt.

    `reply_to` is where answers go, if not to the sender; `unsubscribe` is where one click ends such messages (RFC 8058). Raises ValueError for an address that
    cannot be written.
    """
    if not _ADDRESS.fullmatch(to):
        raise ValueError("not an e-mail address")
    own = f"To: {to}\r\nDate: {format_datetime(written_at)}\r\nMessage-ID: {message_id}\r\n"
    if reply_to:
        own += f"Reply-To: {reply_to}\r\n"
    if unsubscribe:
        own += f"List-Unsubscribe: <{unsubscribe}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    return own.encode("ascii") + _shared_part(letter, sender, language)


@lru_cache(maxsize=1000)
def _shared_part(letter: RenderedMessage, sender: str, language: str) -> bytes:
    """Everything except the headers of one message, cached: messages without details repeat, and folding Khmer headers is slow."""
    message = EmailMessage(policy=_ON_THE_WIRE)
    message["From"] = Address(addr_spec=sender)
    message["Subject"] = " ".join(letter.subject.split())
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(letter.body)
    message["Content-Language"] = language
    return message.as_bytes()


def _render(kind: MessageKind, part: str, context: dict[str, Any]) -> str:
    return _templates.get_template(f"{kind}/{part}.txt").render(context).strip()

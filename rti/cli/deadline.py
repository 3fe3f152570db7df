"""`rti deadline`: when an answer is due and why, from the law alone; no database is needed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from rti.calendars.holidays import published_calendar
from rti.cli.working import wrong_use
from rti.core.errors import Fault, Invalid, Message, invalid, say
from rti.core.i18n import Language, show_date, translator
from rti.core.validation import (
    FIRST_YEAR,
    InvalidValue,
    LimitText,
    decode,
    parse_date,
    plain_digits,
    reads,
    text_of,
)
from rti.labels import LABELS
from rti.law.bilingual import BilingualName
from rti.law.calendars import Calendar, union
from rti.law.deadlines import Deadline, deadlines
from rti.law.events import Event, EventKind, Outcome
from rti.law.limits import Limit
from rti.law.order import misplaced
from rti.law.rules import ClockKind, Counting, Receipt
from rti.law.statutes import Statute, standard
from rti.requests.checks import misplaced_fault
from rti.statutes.calculator import counted
from rti.statutes.commands import RollChoice
from rti.statutes.documents import load_library

_YEARS_AROUND = 16
_LISTED_DAY = BilingualName("Listed day off", "ថ្ងៃឈប់សម្រាកក្នុងបញ្ជី")
_MOMENT = say("Enter a date or a date and time, for example 2026-04-20 or 2026-04-20T14:30+07:00")

Moment = tuple[date, datetime | None]
"""A day, with the moment where a time was given."""


def _moment(text: str) -> Moment:
    plain = plain_digits(text)
    return parse_date(plain[:10]), datetime.fromisoformat(plain) if len(plain) > 10 else None


def _event(text: str) -> Event:
    name, _, when = text.partition("=")
    if name in set(EventKind):
        return Event(EventKind(name), *_moment(when))
    near = get_close_matches(name, [str(kind) for kind in EventKind], n=1)
    if near:
        raise InvalidValue(say("Enter KIND=DATE; did you mean {name}?", name=near[0]))
    raise InvalidValue(say("Enter KIND=DATE, where KIND is one of: {choices}", choices=", ".join(EventKind)))


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the options say; `holidays` are the lines of the file."""

    received: Annotated[Moment, reads(_moment, _MOMENT)]
    limit: Limit | None = None
    statute: str | None = None
    event: tuple[Annotated[Event, reads(_event, _MOMENT)], ...] = ()
    holidays: dict[str, date] | None = None
    receipt: Receipt | None = None
    extend: LimitText | None = None
    outcome: Outcome | None = None


def _contradictions(options: Options) -> Iterator[Fault]:
    if bool(options.limit) == bool(options.statute):
        yield Fault("--limit, --statute", say("Enter a limit or choose a statute, not both"))
    if options.outcome and not any(event and event.kind is EventKind.ANSWERED for event in options.event):
        yield Fault("--outcome", say("An outcome needs an answer; add --event answered=DATE"))


def deadline(
    received: Annotated[str, typer.Option(help="Date received, such as 2026-11-20, or with a time after T.")],
    limit: Annotated[str | None, typer.Option(help='Limit, such as "20 working" or "1 month".')] = None,
    statute: Annotated[str | None, typer.Option(help="ID of a statute, such as KH-A2I-DRAFT.")] = None,
    event: Annotated[
        list[str] | None, typer.Option(metavar="KIND=DATE", help="Another event. Can be repeated.")
    ] = None,
    holidays: Annotated[Path | None, typer.Option(help="File of days off, one ISO date per line.")] = None,
    country: Annotated[
        list[str] | None, typer.Option(help="Published days off of this country, such as KH or GB-SCT.")
    ] = None,
    roll: Annotated[
        RollChoice | None,
        typer.Option(help="Whether a limit that ends on a non-working day moves. Default: no."),
    ] = None,
    receipt: Annotated[
        str | None, typer.Option(metavar="as-is|roll-forward", help="How a receipt on a day off counts.")
    ] = None,
    count_start_day: Annotated[bool, typer.Option("--count-start-day", help="Receipt is day 1.")] = False,
    extend: Annotated[str | None, typer.Option(help='Extension, such as "10 working".')] = None,
    urgent: Annotated[bool, typer.Option("--urgent", help="Life or liberty is at stake.")] = False,
    channel: Annotated[str | None, typer.Option(help="How it was sent, such as counter or online.")] = None,
    outcome: Annotated[Outcome | None, typer.Option(help="Outcome of the answer given with --event.")] = None,
    lang: Annotated[Language, typer.Option(help="Language of the explanations.")] = Language.EN,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Calculate when an answer is due, and explain why.

    Example: rti deadline --limit "20 working" --received 2008-12-05 --country KH --roll forward
    """
    with wrong_use():
        given = {
            "--received": received,
            "--limit": limit,
            "--statute": statute,
            "--event": event,
            "--extend": extend,
            "--outcome": outcome,
            "--holidays": holidays and _lines(holidays),
            "--receipt": receipt and receipt.replace("-", "_"),
        }
        options = decode(Options, given, also=_contradictions, named="--{}".format)
        law = counted(_statute(options), roll, options.receipt, count_start_day=count_start_day)
        events = _events(options, urgent=urgent, channel=channel)
        if faults := _order_faults(law, events):
            raise Invalid(*faults)
        found = deadlines(law, _calendar(law, options.holidays, country, events), events)
    typer.echo(_as_json(found, lang) if as_json else _as_text(law, found, lang))


def _order_faults(law: Statute, events: Sequence[Event]) -> list[Fault]:
    """Faults in the order of events: dates that contradict the receipt."""
    faults = []
    for event in events[1:]:
        wrong = misplaced(law, event, [other for other in events if other is not event])
        if wrong:
            faults.append(misplaced_fault(wrong, f"--event {event.kind}", f"--event {event.kind}"))
    return faults


def _statute(options: Options) -> Statute:
    if options.limit:
        return standard(options.limit, counting=Counting(keeps_time=True, confirmed=True))
    library, wanted = load_library(), options.statute or ""
    if wanted in library:
        return library[wanted]
    near = get_close_matches(wanted.upper(), library, n=3, cutoff=0.4)
    if near:
        raise invalid(
            "--statute",
            say("There is no statute with this ID; did you mean {names}?", names=" or ".join(near)),
        )
    raise invalid(
        "--statute", say("There is no statute with this ID; there are {names}", names=", ".join(library))
    )


def _events(options: Options, *, urgent: bool, channel: str | None) -> list[Event]:
    day, at = options.received
    events = [Event(EventKind.RECEIVED, day, at, channel=channel, urgent=urgent), *options.event]
    if options.extend and not any(event.kind is EventKind.EXTENDED for event in events):
        events.append(Event(EventKind.EXTENDED, day, at))
    return [
        replace(event, outcome=options.outcome)
        if event.kind is EventKind.ANSWERED
        else replace(event, days=options.extend if event.kind is EventKind.EXTENDED else None)
        for event in events
    ]


def _calendar(
    law: Statute, listed: Mapping[str, date] | None, countries: Sequence[str] | None, events: Sequence[Event]
) -> Calendar:
    """The listed days off, the published ones, or both; a list confirms the years it covers."""
    keys = countries or (() if listed is not None else law.countries)
    first, last = min(event.on.year for event in events), max(event.on.year for event in events)
    years = range(max(first - 1, FIRST_YEAR), last + _YEARS_AROUND)
    try:
        published = published_calendar(keys, years, law.weekend)
    except ValueError as error:
        raise invalid("--country", Message("{fault}", {"fault": str(error)})) from None
    if listed is None:
        return published
    days = dict.fromkeys(listed.values(), _LISTED_DAY)
    if not keys:
        reach = range(min(days).year, max(days).year + 1) if days else ()
        return Calendar(weekend=law.weekend, days_off=days, confirmed_years=frozenset(reach))
    added = Calendar(weekend=law.weekend, days_off=days, provisional_years=published.provisional_years)
    return union((published, added))


def _lines(path: Path) -> dict[str, str]:
    """The content of each line, without comments."""
    written = (line.partition("#")[0].strip() for line in _text(path).splitlines())
    return {f"line {number}": text for number, text in enumerate(written, start=1) if text}


def _text(path: Path) -> str:
    try:
        return text_of(path.read_bytes(), "--holidays")
    except (OSError, ValueError) as error:
        fault = getattr(error, "strerror", None) or error
        raise invalid("--holidays", say("{path} cannot be read: {fault}", path=path, fault=fault)) from None


def _as_json(found: Sequence[Deadline], lang: Language) -> str:
    return json.dumps({"deadlines": [_plain(each, lang) for each in found]}, ensure_ascii=False, indent=2)


def _plain(each: Deadline, lang: Language) -> dict[str, Any]:
    due = each.due_at or each.due
    return {
        "kind": each.kind,
        "due": due.isoformat() if due else None,
        "provisional": each.provisional,
        "binding": each.binding,
        "confirmed": each.confirmed,
        "soft": each.soft,
        "state": each.state,
        "section": each.section,
        "steps": [
            {"code": step.code, "day": step.day.isoformat() if step.day else None, "text": text}
            for step, text in zip(each.steps, _sentences(each, lang), strict=True)
        ],
    }


def _sentences(each: Deadline, lang: Language) -> list[str]:
    translate = translator(lang)
    return [step.text(translate, lambda day: show_date(day, lang), lang) for step in each.steps]


def _as_text(law: Statute, found: Sequence[Deadline], lang: Language) -> str:
    translate = translator(lang)
    lines = [f"{law.id}: {law.name.in_language(lang)}"]
    for each in found:
        due = each.due_at.isoformat(sep=" ") if each.due_at else each.due and each.due.isoformat()
        lines += ["", f"{translate(LABELS[ClockKind][each.kind])}: {due or '–'} ({each.state})"]
        lines += [f"  {number}. {text}" for number, text in enumerate(_sentences(each, lang), start=1)]
    return "\n".join(lines)

"""`rti deadline`: when an answer is due and why, from the law alone; no database is needed."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from rti.calendars.holidays import published_calendar
from rti.core.i18n import show_date, translator
from rti.law.bilingual import BilingualName
from rti.law.calendars import Calendar, union
from rti.law.deadlines import Deadline, deadlines
from rti.law.events import Event, EventKind, Outcome
from rti.law.library import load_library
from rti.law.limits import parse_limit
from rti.law.rules import FORWARD, NO_ROLL, ClockKind, Counting, FirstDay, Receipt
from rti.law.statutes import Statute, standard
from rti.web.labels import LABELS

FIRST_YEAR, LAST_YEAR = 1900, 2200
_YEARS_AROUND = 16
_LISTED_DAY = BilingualName("Listed day off", "ថ្ងៃឈប់សម្រាកក្នុងបញ្ជី")
_KHMER_DIGITS = str.maketrans("០១២៣៤៥៦៧៨៩", "0123456789")

E = TypeVar("E", bound=StrEnum)


class RollChoice(StrEnum):
    """What a last day on a day off does."""

    NONE = "none"
    FORWARD = "forward"


class ReceiptChoice(StrEnum):
    """What a receipt on a day off does."""

    AS_IS = "as-is"
    ROLL_FORWARD = "roll-forward"


class Language(StrEnum):
    """A language of the answer."""

    EN = "en"
    KM = "km"


def deadline(
    received: Annotated[
        str, typer.Option(help="Day of receipt, such as 2026-11-20; a time may follow after T.")
    ],
    limit: Annotated[str | None, typer.Option(help='A limit, such as "20 working" or "1 month".')] = None,
    statute: Annotated[str | None, typer.Option(help="The id of a statute, such as KH-A2I-DRAFT.")] = None,
    event: Annotated[
        list[str] | None, typer.Option(metavar="KIND=DATE", help="What else happened; can be repeated.")
    ] = None,
    holidays: Annotated[
        Path | None, typer.Option(help="A file with one day off (an ISO date) a line.")
    ] = None,
    country: Annotated[
        list[str] | None,
        typer.Option(help="Use the published days off of this country, such as KH or GB-SCT."),
    ] = None,
    roll: Annotated[
        RollChoice | None, typer.Option(help="Whether a last day on a day off moves; not unless said.")
    ] = None,
    receipt: Annotated[
        ReceiptChoice | None,
        typer.Option(help="What a receipt on a day off counts as; as it is unless said."),
    ] = None,
    count_start_day: Annotated[
        bool, typer.Option("--count-start-day", help="The day of receipt is day 1.")
    ] = False,
    extend: Annotated[str | None, typer.Option(help='An extension, such as "10 working".')] = None,
    urgent: Annotated[
        bool, typer.Option("--urgent", help="The request is urgent (life or liberty).")
    ] = False,
    channel: Annotated[
        str | None, typer.Option(help="How the request was made, such as counter or online.")
    ] = None,
    outcome: Annotated[Outcome | None, typer.Option(help="What the answer given with --event was.")] = None,
    lang: Annotated[Language, typer.Option(help="The language of the sentences.")] = Language.EN,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Say when an answer is due, and why.

    Example: rti deadline --limit "20 working" --received 2008-12-05 --country KH --roll forward
    """
    law = _statute(limit, statute)
    law = replace(law, counting=_counting(law.counting, roll, receipt, count_start_day=count_start_day))
    events = _events(received, event or [], extend, outcome, urgent=urgent, channel=channel)
    found = deadlines(law, _calendar(law, holidays, country, events), events)
    typer.echo(_as_json(found, lang) if as_json else _as_text(law, found, lang))


def _statute(limit: str | None, statute_id: str | None) -> Statute:
    if limit is not None and statute_id is None:
        return standard(_limit(limit, "--limit"), counting=Counting(keeps_time=True, confirmed=True))
    if limit is not None or statute_id is None:
        raise typer.BadParameter("give one of them, and not both", param_hint="'--limit' / '--statute'")
    library = load_library()
    if statute_id in library:
        return library[statute_id]
    near = get_close_matches(statute_id.upper(), library, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(library)}"
    raise typer.BadParameter(f"there is no statute {statute_id[:60]!r}; {hint}", param_hint="'--statute'")


def _counting(
    usual: Counting, roll: RollChoice | None, receipt: ReceiptChoice | None, *, count_start_day: bool
) -> Counting:
    """What the options say, and otherwise what the statute says."""
    rolls = {None: usual.roll, RollChoice.NONE: NO_ROLL, RollChoice.FORWARD: FORWARD}
    receipts = {
        None: usual.receipt,
        ReceiptChoice.AS_IS: Receipt.AS_IS,
        ReceiptChoice.ROLL_FORWARD: Receipt.ROLL_FORWARD,
    }
    first_day = FirstDay.START_DAY if count_start_day else usual.first_day
    return replace(usual, first_day=first_day, roll=rolls[roll], receipt=receipts[receipt])


def _limit(text: str, option: str) -> str:
    try:
        return str(parse_limit(text))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=f"'{option}'") from None


def _events(
    received: str,
    others: Sequence[str],
    extend: str | None,
    outcome: Outcome | None,
    *,
    urgent: bool,
    channel: str | None,
) -> list[Event]:
    day, at = _moment(received, "--received")
    events = [Event(EventKind.RECEIVED, day, at, channel=channel, urgent=urgent)]
    events += [_event(text, outcome) for text in others]
    kinds = {event.kind for event in events}
    if outcome and EventKind.ANSWERED not in kinds:
        raise typer.BadParameter(
            "an outcome needs an answer; add --event answered=DATE", param_hint="'--outcome'"
        )
    if extend is None:
        return events
    days = _limit(extend, "--extend")
    if EventKind.EXTENDED in kinds:
        return [replace(event, days=days) if event.kind is EventKind.EXTENDED else event for event in events]
    return [*events, Event(EventKind.EXTENDED, day, at, days=days)]


def _event(text: str, outcome: Outcome | None) -> Event:
    name, separator, when = text.partition("=")
    if not separator or name not in set(EventKind):
        near = get_close_matches(name, [str(kind) for kind in EventKind], n=1)
        hint = f"did you mean {near[0]}?" if near else f"KIND is one of {', '.join(EventKind)}"
        raise typer.BadParameter(f"{text[:60]!r} is not KIND=DATE; {hint}", param_hint="'--event'")
    day, at = _moment(when, "--event")
    kind = EventKind(name)
    return Event(kind, day, at, outcome=outcome if kind is EventKind.ANSWERED else None)


def _moment(text: str, option: str) -> tuple[date, datetime | None]:
    """A day, with the moment where a time was given."""
    plain = text.strip().translate(_KHMER_DIGITS)
    try:
        day, at = date.fromisoformat(plain[:10]), datetime.fromisoformat(plain) if len(plain) > 10 else None
    except ValueError:
        day, at = date.min, None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise typer.BadParameter(
            f"{text[:60]!r} is not a date; write one from {FIRST_YEAR} to {LAST_YEAR} such as 2026-11-20",
            param_hint=f"'{option}'",
        )
    return day, at


def _calendar(
    law: Statute, listed: Path | None, countries: Sequence[str] | None, events: Sequence[Event]
) -> Calendar:
    """The listed days off, the published ones, or both; a list confirms the years that it reaches over."""
    keys = countries or (() if listed else law.countries)
    first, last = min(event.on.year for event in events), max(event.on.year for event in events)
    years = range(max(first - 1, FIRST_YEAR), last + _YEARS_AROUND)
    try:
        published = published_calendar(keys, years, law.weekend)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="'--country'") from None
    if listed is None:
        return published
    days = dict.fromkeys(_listed_days(listed), _LISTED_DAY)
    if not keys:
        reach = range(min(days).year, max(days).year + 1) if days else ()
        return Calendar(weekend=law.weekend, days_off=days, confirmed_years=frozenset(reach))
    added = Calendar(weekend=law.weekend, days_off=days, provisional_years=published.provisional_years)
    return union((published, added))


def _listed_days(path: Path) -> Iterator[date]:
    for number, line in enumerate(_text(path).splitlines(), start=1):
        written = line.partition("#")[0].strip()
        if not written:
            continue
        try:
            yield _moment(written, "--holidays")[0]
        except typer.BadParameter as error:
            raise typer.BadParameter(
                f"{path}, line {number}: {error.message}", param_hint="'--holidays'"
            ) from None


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
        utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        return content.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        problem = "it is not UTF-8 text; save it as UTF-8"
    except (OSError, ValueError) as error:
        problem = f"it cannot be read ({getattr(error, 'strerror', None) or error}); give a readable file"
    raise typer.BadParameter(f"{path}: {problem}", param_hint="'--holidays'")


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

"""Why a date is what it is: steps in order, each a sentence that can be translated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from rti.law.bilingual import BilingualName
from rti.law.events import EventKind
from rti.law.limits import Limit, Unit, parse_limit

Value = str | int | date | datetime | BilingualName | Limit | EventKind


def N_(text: str) -> str:  # noqa: N802 -- the name under which gettext tools look for deferred messages
    """Mark a text for translation and return it as it is."""
    return text


SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "limit": N_("{statute}, {section}: {limit}."),
        "limit_unplaced": N_("{statute}: {limit}."),
        "version": N_("Calculated under version {version} of this statute."),
        "urgent": N_("The request is urgent, so the shorter limit for urgent cases applies."),
        "no_urgent_limit": N_("The request is urgent, but the statute has no limit for urgent cases."),
        "by_outcome": N_("The statute sets a separate limit for this type of answer."),
        "by_channel": N_("This limit applies to requests sent by: {channel}."),
        "no_number": N_("The statute sets no number for this, so no date can be calculated."),
        "not_started": N_("The clock has not started. It is waiting for this event: {event}."),
        "no_longer_needed": N_("The clock never started, and it is no longer waiting for anything."),
        "starts": N_("{event} on {day}."),
        "starts_at_lapse": N_(
            "The previous limit passes without an answer on {day}; the count starts on that day."
        ),
        "counted_from": N_("The count runs from {day}, the day of this event: {event}."),
        "start_off": N_("{day} is a non-working day ({why}), but it is still day 0."),
        "start_rolled": N_(
            "{day} is a non-working day ({why}), so the event counts as happening on {official}."
        ),
        "cut_off": N_(
            "It arrived at or after {hour}, so it counts as arriving on the next working day, {official}."
        ),
        "start_counts": N_("That day counts: it is day 1."),
        "start_excluded": N_("That day does not count: day 1 is the day after it."),
        "start_next_working_day": N_("That day does not count: day 1 is the next working day, {first}."),
        "time_assumed": N_("The time is not known, so the hours are counted from the end of that day."),
        "weekends": N_("{count} weekend days are skipped."),
        "holiday": N_("{day} is skipped: {name}."),
        "paused": N_("The clock stops on {day}: {event}."),
        "resumed": N_(
            "The clock resumes after {day} ({event}). It was stopped for {count} days, so the end moves to {due}."
        ),
        "resumed_remainder": N_(
            "The clock resumes after {day} ({event}) with the time that was left, so the end moves to {due}."
        ),
        "reset": N_("The count restarts on {day}: {event}."),
        "stop_used_up": N_(
            "{event} on {day} does not stop the clock: the statute does not allow another stop."
        ),
        "stop_too_late": N_("{event} on {day} does not stop the clock: the limit had already passed."),
        "transferred": N_("The request was transferred on {day}; the count restarts for the new body."),
        "transfer_kept": N_("The request was transferred on {day}; the clock keeps running."),
        "received_by_new_body": N_(
            "The new body received the request on {day}; the count starts on that day."
        ),
        "transfer_latest": N_("The count starts on {day} at the latest."),
        "extended": N_("Extended on {day}; the end moves to {due}."),
        "extension_capped": N_("The extension is limited to {due}, the most that the statute allows."),
        "extension_not_provided": N_("The extension of {day} has no effect: the statute provides for none."),
        "extension_used_up": N_(
            "The extension of {day} has no effect: the statute does not allow another one."
        ),
        "extension_too_late": N_("The extension of {day} has no effect: it came too late."),
        "extension_notice_late": N_(
            "The notice of {day} came late: an extension must be notified within {limit} of the start of the "
            "count."
        ),
        "extension_without_number": N_(
            "Extended on {day}. The statute sets no number for this extension, so no date can be calculated "
            "until one is set."
        ),
        "capped": N_("The end is brought forward to {due}: {section} allows no more than {limit} in all."),
        "rolled": N_("A limit cannot end on {day} ({why}), so the end moves to {due}."),
        "due": N_("The last day is {day}."),
        "due_at": N_("The limit ends on {moment}."),
        "met": N_("Completed on {day}."),
        "met_undated": N_("Completed on an unknown day, by {day} at the latest."),
        "ended": N_("The clock ended on {day}: {event}."),
        "follow_up": N_(
            "No time limit is running, and nothing has been recorded since {day} ({event}). Ask the body after "
            "{limit}."
        ),
        "rest": N_(
            "The answer of {day} names {due} for the parts that are missing. Ask the body after that."
        ),
        "soft": N_("The statute says “should”: after this day a target is missed, but no duty is broken."),
        "draft": N_("This is a draft, not a law in force. The date is a benchmark, not a legal deadline."),
        "standard": N_(
            "This is a standard declared by a campaign. The date is a benchmark, not a legal deadline."
        ),
        "not_in_force": N_(
            "The statute was not in force on {day}. The date is a benchmark, not a legal deadline."
        ),
        "unconfirmed": N_(
            "A number used here has not been confirmed against a source; a lawyer must check it."
        ),
        "provisional": N_(
            "The days off for {year} have not been confirmed by an official list; the date may change."
        ),
        "unknown_year": N_(
            "There is no list of days off for {year}: only weekends are skipped, and the date may change."
        ),
    }
)

UNITS: Final[Mapping[Unit, tuple[str, str]]] = MappingProxyType(
    {
        Unit.HOURS: (N_("{amount} hour"), N_("{amount} hours")),
        Unit.CALENDAR: (N_("{amount} calendar day"), N_("{amount} calendar days")),
        Unit.WORKING: (N_("{amount} working day"), N_("{amount} working days")),
        Unit.MONTH: (N_("{amount} month"), N_("{amount} months")),
    }
)
"""Of each unit the text for one and the text for more."""

EVENTS: Final[Mapping[EventKind, str]] = MappingProxyType(
    {
        EventKind.DRAFTED: N_("Request drafted"),
        EventKind.SUBMITTED: N_("Request handed over"),
        EventKind.REFUSED_AT_COUNTER: N_("Request refused at the counter"),
        EventKind.UNABLE_TO_SUBMIT: N_("Request could not be handed over"),
        EventKind.RECEIVED: N_("Request received"),
        EventKind.REGISTERED: N_("Request registered"),
        EventKind.ACKNOWLEDGED: N_("Receipt acknowledged"),
        EventKind.RETURNED: N_("Request returned"),
        EventKind.TRANSFERRED: N_("Request transferred"),
        EventKind.REPLIED: N_("First reply"),
        EventKind.FEE_REQUESTED: N_("Fee requested"),
        EventKind.FEE_PAID: N_("Fee paid or accepted"),
        EventKind.CLARIFICATION_REQUESTED: N_("Clarification requested"),
        EventKind.CLARIFICATION_GIVEN: N_("Clarification given"),
        EventKind.EXTENDED: N_("Limit extended"),
        EventKind.ANSWERED: N_("Request answered"),
        EventKind.WITHDRAWN: N_("Request withdrawn"),
        EventKind.REVIEW_REQUESTED: N_("Review requested"),
        EventKind.REVIEW_DECIDED: N_("Review decided"),
        EventKind.COMPLAINT_FILED: N_("Complaint filed"),
        EventKind.COMPLAINT_DECIDED: N_("Complaint decided"),
        EventKind.APPEAL_FILED: N_("Last appeal filed"),
        EventKind.APPEAL_DECIDED: N_("Last appeal decided"),
        EventKind.MESSAGE: N_("Message"),
        EventKind.CORRECTED: N_("Correction"),
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the reasoning: a code of `SENTENCES`, the day it concerns, and its values."""

    code: str
    day: date | None = None
    values: Mapping[str, Value] = field(default_factory=dict)

    def text(self, translate: Callable[[str], str], format_day: Callable[[date], str], lang: str) -> str:
        """The sentence in one language; `translate` is a gettext function, `format_day` writes a date."""
        shown = {key: _shown(value, translate, format_day, lang) for key, value in self.values.items()}
        if self.day is not None:
            shown.setdefault("day", format_day(self.day))
        return translate(SENTENCES[self.code]).format_map(shown)

    def to_data(self) -> dict[str, object]:
        """The step as plain JSON values, to be stored; `step_from_data` reads it back."""
        values = {key: [_tag(value), _plain(value)] for key, value in self.values.items()}
        return {"code": self.code, "day": self.day and self.day.isoformat(), "values": values}


def limit_in_words(limit: Limit, translate: Callable[[str], str]) -> str:
    """An amount of time as a person says it, such as "1 month" or "15 working days"."""
    one, many = UNITS[limit.unit]
    return translate(one if limit.amount == 1 else many).format(amount=limit.amount)


def _shown(
    value: Value, translate: Callable[[str], str], format_day: Callable[[date], str], lang: str
) -> str:
    match value:
        case datetime():
            return f"{format_day(value.date())} {value:%H:%M}"
        case date():
            return format_day(value)
        case BilingualName():
            return value.in_language(lang)
        case Limit():
            return limit_in_words(value, translate)
        case EventKind():
            return translate(EVENTS[value])
    return str(value)


_READERS: Final[Mapping[str, Callable[..., Value]]] = MappingProxyType(
    {
        "moment": datetime.fromisoformat,
        "day": date.fromisoformat,
        "name": lambda both: BilingualName(*both),
        "limit": parse_limit,
        "event": EventKind,
        "plain": lambda value: value,
    }
)


def step_from_data(data: Mapping[str, object]) -> Step:
    """The step that `Step.to_data` wrote."""
    day, values = data["day"], data["values"]
    if not isinstance(values, Mapping):
        raise TypeError("the values of a stored step are a mapping")
    return Step(
        str(data["code"]),
        date.fromisoformat(str(day)) if day else None,
        {key: _READERS[tag](plain) for key, (tag, plain) in values.items()},
    )


def _tag(value: Value) -> str:
    tags = (
        (datetime, "moment"),
        (date, "day"),
        (BilingualName, "name"),
        (Limit, "limit"),
        (EventKind, "event"),
    )
    return next((tag for kind, tag in tags if isinstance(value, kind)), "plain")


def _plain(value: Value) -> object:
    match value:
        case date():
            return value.isoformat()
        case BilingualName():
            return list(value)
        case Limit():
            return str(value)
    return value

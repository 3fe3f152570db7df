"""Consistency of a statute beyond the types of its parts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple
from zoneinfo import available_timezones

from rti.law.calendars import WEEKENDS
from rti.law.explanations import N_
from rti.law.limits import MOST
from rti.law.rules import Clock, ClockKind, Counting, RollOff, Stop, Term
from rti.law.statutes import Statute, StatuteStatus

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_WEEKDAYS = frozenset(tuple(RollOff)[:7])
_MOST_WEEKDAYS = 4
_zones = cache(available_timezones)


class Inconsistency(NamedTuple):
    """The path of a part such as clocks[0].kind, and a sentence (with its values) that says what would be right."""

    path: str
    text: str
    values: Mapping[str, object] = {}


def inconsistencies(statute: Statute) -> Iterator[Inconsistency]:
    """Every inconsistency; a part that could not be read may be None or empty."""
    if not _ID.fullmatch(statute.id or ""):
        yield Inconsistency("id", N_("Enter up to 64 letters, digits, dots, hyphens and underscores"))
    yield from _number("version", statute.version or 0)
    if statute.zone and statute.zone not in _zones():
        yield Inconsistency("zone", N_("Enter the name of a time zone, for example Asia/Phnom_Penh"))
    if statute.weekend not in WEEKENDS.values():
        yield Inconsistency("weekend", N_("Choose one of: {choices}"), {"choices": ", ".join(WEEKENDS)})
    if not statute.clocks:
        yield Inconsistency(
            "clocks", N_("A statute has at least one clock; in a file each begins with [[clocks]]")
        )
    yield from _dates(statute)
    yield from _roll("counting.", statute.counting)
    for place, clock in enumerate(statute.clocks):
        yield from _clock(f"clocks[{place}].", clock, statute.clocks[:place])
    for place, stop in enumerate(statute.stops):
        yield from _stop(f"stops[{place}].", stop)


def _dates(statute: Statute) -> Iterator[Inconsistency]:
    first, last = statute.in_force_from, statute.in_force_to
    if first and last and last < first:
        yield Inconsistency(
            "in_force_to", N_("Enter a day on or after {first}, the day of in_force_from"), {"first": first}
        )
    if statute.status is StatuteStatus.STANDARD and (first or last):
        yield Inconsistency(
            "in_force_from", N_("A standard is never in force; leave out in_force_from and in_force_to")
        )


def _clock(path: str, clock: Clock, before: Sequence[Clock]) -> Iterator[Inconsistency]:
    kinds = {other.kind for other in before}
    if clock.kind is ClockKind.FOLLOW_UP:
        yield Inconsistency(f"{path}kind", N_("No statute has this clock; leave it out"))
    if clock.kind in kinds:
        yield Inconsistency(
            f"{path}kind", N_("There is already a clock of this kind above; use each kind once")
        )
    if clock.or_lapse_of and clock.or_lapse_of not in kinds:
        yield Inconsistency(f"{path}or_lapse_of", N_("No clock of this kind comes before this one"))
    for name, events in (("starts", clock.starts), ("met_by", clock.met_by)):
        if not events:
            yield Inconsistency(path + name, N_("Enter at least one event"))
    if clock.counting:
        yield from _roll(f"{path}counting.", clock.counting)
    for place, extension in enumerate(clock.extensions):
        yield from _number(f"{path}extensions[{place}].at_most", extension.at_most)
    for inner, term in _terms(clock):
        yield from _section(path + inner, term)


def _terms(clock: Clock) -> Iterator[tuple[str, Term]]:
    yield "", clock
    for name, term in (("urgent.", clock.urgent), ("cap.", clock.cap)):
        if term:
            yield name, term
    yield from ((f"by_outcome.{name}.", term) for name, term in clock.by_outcome.items())
    yield from ((f"by_channel.{name}.", term) for name, term in clock.by_channel.items())
    yield from ((f"extensions[{place}].", term) for place, term in enumerate(clock.extensions))


def _stop(path: str, stop: Stop) -> Iterator[Inconsistency]:
    if stop.begins is stop.ends:
        yield Inconsistency(f"{path}ends", N_("This event begins the stop; name the one that ends it"))
    yield from _number(f"{path}at_most", stop.at_most)
    yield from _section(path, stop)


def _section(path: str, part: Term | Stop) -> Iterator[Inconsistency]:
    if not part.section:
        yield Inconsistency(f"{path}section", N_("This is required. Write the section that says so"))


def _number(path: str, number: int | None) -> Iterator[Inconsistency]:
    if number is not None and not 1 <= number <= MOST:
        yield Inconsistency(path, N_("Enter a whole number from {low} to {high}"), {"low": 1, "high": MOST})


def _roll(path: str, counting: Counting) -> Iterator[Inconsistency]:
    if len(counting.roll & _WEEKDAYS) > _MOST_WEEKDAYS:
        yield Inconsistency(
            f"{path}roll", N_("This leaves almost no day of the week to end on; leave at least three")
        )

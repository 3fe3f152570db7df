"""Queries for statistics, the same for the page, the JSON API and the command line."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from rti.core.errors import Fault, Invalid, say
from rti.core.validation import Code
from rti.statistics.method import Method
from rti.statistics.methods import METHODS


class Dimension(StrEnum):
    """What a table is grouped by; quarter and year are those of the basis."""

    BODY_KIND = "body_kind"
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"
    TOPIC = "topic"
    CHANNEL = "channel"
    QUESTION_CLASS = "question_class"
    REQUESTER_PROFILE = "requester_profile"
    WAVE = "wave"
    QUARTER = "quarter"
    YEAR = "year"
    STATUTE = "statute"
    BODY = "body"
    CAMPAIGN = "campaign"
    OUTCOME = "outcome"
    GROUND = "ground"
    SECTION = "section"
    JUDGED_BY = "judged_by"


_FINE_PLACES = frozenset({Dimension.DISTRICT, Dimension.COMMUNE, Dimension.BODY})
_PLACES = _FINE_PLACES | {Dimension.PROVINCE, Dimension.BODY_KIND}


class JudgedBy(StrEnum):
    """The kind of a due day: a deadline under a law in force, or a benchmark."""

    DEADLINE = "deadline"
    BENCHMARK = "benchmark"


class Basis(StrEnum):
    """The day that puts a request into a period.

    RECEIVED is the day of the attempt where a request was never received. A table by ANSWERED or CLOSED knows no
    silence, since only answered requests have that day, or those that ended in any way.
    """

    RECEIVED = "received"
    DUE = "due"
    ANSWERED = "answered"
    CLOSED = "closed"


class Unit(StrEnum):
    """What is counted: each submission, or each question once, by its last submission."""

    SUBMISSION = "submission"
    QUESTION = "question"


class StatisticsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which figures to compute; `since` and `until` limit the day of the basis, both included.

    `as_of` is the cut-off, today if not given: what had happened, and had been recorded, by the end of that day.
    `known_on` is the day until which entries count where that is another one. `target_of` is a campaign: only
    requests to bodies in its target areas. `early` counts answers in time whose due day is still to come.
    """

    method: Code = "own"
    by: Dimension = Dimension.BODY_KIND
    then_by: Dimension | None = None
    and_by: Dimension | None = None
    unit: Unit = Unit.SUBMISSION
    basis: Basis = Basis.RECEIVED
    since: date | None = None
    until: date | None = None
    as_of: date | None = None
    known_on: date | None = None
    campaign_id: UUID | None = None
    statute_id: Code | None = None
    province: Code | None = None
    target_of: UUID | None = None
    early: bool = False

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        return tuple(each for each in (self.by, self.then_by, self.and_by) if each)

    @property
    def is_fine(self) -> bool:
        """Whether many requests of a group may be those of one organisation, and tell what it asked: so by what
        requesters are, and by district, commune or body together with topic, period or the like.
        """
        wanted = set(self.dimensions)
        return Dimension.REQUESTER_PROFILE in wanted or bool(wanted & _FINE_PLACES and wanted - _PLACES)

    @property
    def count_early(self) -> bool:
        """In a table by the day of the answer nothing is pending, so every answer is judged at once."""
        return self.early or self.basis in {Basis.ANSWERED, Basis.CLOSED} or self.of_method.early_counts

    @property
    def of_method(self) -> Method:
        return METHODS[self.method]


SAVED = tuple(name for name in StatisticsQuery.__struct_fields__ if name not in {"as_of", "known_on"})
"""The saved part of a query: everything except the cut-off."""


def as_address(wanted: StatisticsQuery) -> dict[str, str]:
    """What an address says of figures, without the cut-off."""
    said = {name: getattr(wanted, name) for name in SAVED}
    return {name: "1" if value is True else str(value) for name, value in said.items() if value}


def contradictions(wanted: Any, today: date) -> list[Fault]:
    """The parts of a query that contradict each other or the calendar."""
    parts = ("by", "then_by", "since", "until", "as_of", "known_on")
    by, then_by, since, until, as_of, known_on = (getattr(wanted, name, None) for name in parts)
    faults = []
    if then_by and then_by is by:
        faults.append(Fault("then_by", say("Choose a different group from the first, or none")))
    ahead = say("This date is in the future. Choose today or an earlier date")
    days = {"as_of": as_of, "known_on": known_on}
    faults += [Fault(name, ahead) for name, day in days.items() if day and day > today]
    if as_of and known_on and known_on < as_of:
        faults.append(Fault("known_on", say("Choose the cut-off date or a later one")))
    if since and until and since > until:
        faults.append(Fault("until", say("This is before the first day of the period ({day})", day=since)))
    return faults


def check(wanted: StatisticsQuery, today: date) -> None:
    """Raise Invalid with every part that contradicts another or the calendar."""
    faults = contradictions(wanted, today)
    if wanted.method not in METHODS:
        known = ", ".join(METHODS)
        faults.append(Fault("method", say("Choose one of these methods: {known}", known=known)))
    if wanted.and_by and wanted.and_by in {wanted.by, wanted.then_by}:
        faults.append(Fault("and_by", say("Choose a different group from the others, or none")))
    if faults:
        raise Invalid(*faults)

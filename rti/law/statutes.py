"""A statute, a draft or a campaign's standard: one concept, as data."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated

from rti.law.bilingual import BilingualName
from rti.law.calendars import WEEKENDS
from rti.law.events import EventKind
from rti.law.limits import Limit, parse_limit
from rti.law.rules import Clock, ClockKind, Counting, Extension, Silence, Stop, Transfer


class StatuteStatus(StrEnum):
    """The status of a statute without a date of commencement."""

    IN_FORCE = "in_force"
    DRAFT = "draft"
    STANDARD = "standard"


_DECLARED = BilingualName("Declared standard", "ស្តង់ដារដែលបានប្រកាស")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statute:
    """One version of a statute, in the shape of its document. `countries` are the keys of the calendars whose days off count.

    `zone` is the IANA time zone of its hours.
    """

    id: str
    version: int = 1
    name: BilingualName
    jurisdiction: BilingualName
    status: StatuteStatus
    clocks: tuple[Clock, ...]
    countries: tuple[str, ...] = ()
    in_force_from: date | None = None
    in_force_to: date | None = None
    replaces: str | None = None
    applicable_to: str = "everyone"
    zone: str | None = None
    weekend: Annotated[frozenset[int], WEEKENDS] = WEEKENDS["sat-sun"]
    counting: Counting = field(default_factory=Counting)
    stops: tuple[Stop, ...] = ()
    transfer: Transfer = field(default_factory=Transfer)
    silence: Silence = field(default_factory=Silence)
    sources: tuple[str, ...] = ()
    note: BilingualName | None = None

    def binding_on(self, day: date) -> bool:
        """Whether this is law on that day. A standard never is, a draft only from a set commencement on."""
        if self.status is StatuteStatus.STANDARD:
            return False
        if self.in_force_from is None:
            return self.status is StatuteStatus.IN_FORCE and (
                self.in_force_to is None or day <= self.in_force_to
            )
        return self.in_force_from <= day and (self.in_force_to is None or day <= self.in_force_to)

    def goes_by(self, kind: EventKind) -> bool:
        """Whether a clock or a stop rests on the day of such an event, beyond what the law asks of all."""
        named: set[EventKind | None] = {kind for stop in self.stops for kind in (stop.begins, stop.ends)}
        for clock in self.clocks:
            named |= {*clock.starts, *clock.met_by, clock.counted_from}
            named |= {clock.cap.counted_from} if clock.cap else set()
        return kind in named

    @property
    def extension_reasons(self) -> tuple[str, ...]:
        """The reasons for which an extension has a limit of its own, in the order of the clocks."""
        rules = (rule for clock in self.clocks for rule in clock.extensions)
        return tuple(dict.fromkeys(reason for rule in rules for reason in rule.reasons))

    def clock(self, kind: ClockKind) -> Clock | None:
        """The clock of this kind, if the statute has one."""
        return next((clock for clock in self.clocks if clock.kind == kind), None)


def standard(
    limit: Limit | str,
    *,
    id: str = "STANDARD",  # noqa: A002 -- the field has this name
    name: BilingualName = _DECLARED,
    counting: Counting | None = None,
    countries: tuple[str, ...] = (),
    stops: tuple[Stop, ...] = (),
    weekend: frozenset[int] = WEEKENDS["sat-sun"],
) -> Statute:
    """A campaign's declared time for a reply, such as "15 working", counted from the receipt.

    It may be extended by any amount that a notice names. Raises ValueError for a limit that is none.
    """
    reply = Clock(
        kind=ClockKind.REPLY,
        starts=frozenset({EventKind.RECEIVED}),
        met_by=frozenset({EventKind.ANSWERED}),
        limit=parse_limit(limit) if isinstance(limit, str) else limit,
        confirmed=True,
        extensions=(Extension(limit=None, confirmed=True),),
    )
    return Statute(
        id=id,
        version=1,
        name=name,
        jurisdiction=BilingualName("Campaign", "យុទ្ធនាការ"),
        status=StatuteStatus.STANDARD,
        clocks=(reply,),
        countries=countries,
        weekend=weekend,
        counting=counting or Counting(confirmed=True),
        stops=stops,
    )


def governing(statutes: Iterable[Statute], country: str, day: date) -> tuple[Statute, ...]:
    """The statutes in force in a country on the day on which a request is received."""
    return tuple(s for s in statutes if country in s.countries and s.binding_on(day))

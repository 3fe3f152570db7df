"""A statute, a draft or a campaign's standard: one concept, as data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from rti.law.bilingual import BilingualName
from rti.law.calendars import WEEKENDS
from rti.law.events import EventKind
from rti.law.limits import Limit, parse_limit
from rti.law.parsing import StatuteFaults, Table
from rti.law.rule_parsing import read_clocks, read_counting, read_stops, read_transfer
from rti.law.rules import Clock, ClockKind, Counting, Extension, Silence, Stop, Term, Transfer

__all__ = ["Statute", "StatuteFaults", "StatuteStatus", "governing", "parse_statute", "standard"]


class StatuteStatus(StrEnum):
    """What a statute is when no date of commencement is set."""

    IN_FORCE = "in_force"
    DRAFT = "draft"
    STANDARD = "standard"


_DECLARED = BilingualName("Declared standard", "ស្តង់ដារដែលបានប្រកាស")


@dataclass(frozen=True, slots=True)
class Statute:
    """One version of a statute. `countries` are the keys of the calendars whose days off count.

    `zone` is the IANA time zone in which its hours are told.
    """

    id: str
    version: int
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
    weekend: frozenset[int] = WEEKENDS["sat-sun"]
    counting: Counting = field(default_factory=Counting)
    stops: tuple[Stop, ...] = ()
    transfer: Transfer = field(default_factory=Transfer)
    silence: Silence = Silence.NOTHING
    silence_section: str = ""
    silence_confirmed: bool = False
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

    @property
    def extension_reasons(self) -> tuple[str, ...]:
        """The reasons for which an extension has a limit of its own, in the order of the clocks."""
        rules = (rule for clock in self.clocks for rule in clock.extensions)
        return tuple(dict.fromkeys(reason for rule in rules for reason in rule.reasons))

    def clock(self, kind: ClockKind) -> Clock | None:
        """The clock of this kind, if the statute has one."""
        return next((clock for clock in self.clocks if clock.kind == kind), None)


def parse_statute(document: Mapping[str, object]) -> Statute:
    """The statute that a TOML or JSON document describes.

    Raises StatuteFaults, which lists every fault with its path.
    """
    faults: list[str] = []
    top = Table(document, "", faults)
    silence = top.table("silence")
    statute = Statute(
        id=top.identifier("id"),
        version=top.number("version", least=1) or 1,
        name=top.name("name"),
        jurisdiction=top.name("jurisdiction"),
        status=top.choice("status", StatuteStatus, StatuteStatus.DRAFT, required=True),
        clocks=read_clocks(top),
        countries=top.texts("countries"),
        in_force_from=top.day("in_force_from"),
        in_force_to=top.day("in_force_to"),
        replaces=top.optional_text("replaces"),
        applicable_to=top.optional_text("applicable_to") or "everyone",
        zone=top.zone("zone"),
        weekend=top.weekend("weekend"),
        counting=read_counting(top.table("counting")),
        stops=read_stops(top),
        transfer=read_transfer(top.table("transfer")),
        silence=silence.choice("means", Silence, Silence.NOTHING),
        silence_section=silence.optional_text("section") or "",
        silence_confirmed=silence.flag("confirmed"),
        sources=top.texts("sources"),
        note=top.name("note") if "note" in document else None,
    )
    silence.end()
    top.end()
    _check_dates(statute, faults)
    if faults:
        raise StatuteFaults(tuple(faults))
    return statute


def _check_dates(statute: Statute, faults: list[str]) -> None:
    first, last = statute.in_force_from, statute.in_force_to
    if first and last and last < first:
        faults.append(f"in_force_to: {last} is before in_force_from; write a day on or after {first}")
    if statute.status is StatuteStatus.STANDARD and (first or last):
        faults.append("in_force_from: a standard is never in force; leave out in_force_from and in_force_to")


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
    term = Term(parse_limit(limit) if isinstance(limit, str) else limit, confirmed=True)
    reply = Clock(
        kind=ClockKind.REPLY,
        starts=frozenset({EventKind.RECEIVED}),
        met_by=frozenset({EventKind.ANSWERED}),
        term=term,
        extensions=(Extension(Term(None, confirmed=True)),),
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

"""The parts of a statute, read from tables."""

from collections.abc import Mapping

from rti.law.events import EventKind, Outcome
from rti.law.limits import Unit
from rti.law.parsing import Table
from rti.law.rules import (
    FORWARD,
    NO_ROLL,
    Anchor,
    Cap,
    Clock,
    ClockKind,
    Counting,
    Extension,
    FirstDay,
    Receipt,
    Roll,
    RollOff,
    Stop,
    StopKind,
    Term,
    Transfer,
    TransferEffect,
)

_MOST_WEEKDAYS = 5


def read_clocks(top: Table) -> tuple[Clock, ...]:
    """The clocks; no two of one kind, and none that waits for the lapse of a clock after it."""
    tables = top.tables("clocks")
    if not tables:
        top.fault("clocks", "is missing; a statute has at least one clock, under [[clocks]]")
    clocks: list[Clock] = []
    for table in tables:
        clock = _clock(table)
        before = {other.kind for other in clocks}
        if clock.kind in before:
            table.fault("kind", f'a second clock of kind "{clock.kind}"; each kind stands once')
        if clock.or_lapse_of and clock.or_lapse_of not in before:
            table.fault("or_lapse_of", f'no clock of kind "{clock.or_lapse_of}" stands before this one')
        clocks.append(clock)
    return tuple(clocks)


def _clock(table: Table) -> Clock:
    clock = Clock(
        kind=table.choice("kind", ClockKind, ClockKind.REPLY, required=True),
        starts=_needed(table, "starts"),
        met_by=_needed(table, "met_by"),
        term=_term(table),
        counted_from=_optional_event(table, "counted_from"),
        or_lapse_of=table.choice("or_lapse_of", ClockKind, ClockKind.REPLY)
        if table.get("or_lapse_of")
        else None,
        soft=table.flag("soft"),
        urgent=_inner_term(table.table("urgent")) if table.get("urgent") is not None else None,
        by_outcome=_by_outcome(table),
        by_channel=_terms_by_name(table, "by_channel"),
        extensions=tuple(_extension(inner) for inner in table.tables("extensions")),
        cap=_cap(table.table("cap")) if table.get("cap") is not None else None,
        counting=read_counting(table.table("counting")) if table.get("counting") is not None else None,
    )
    table.end()
    return clock


def _needed(table: Table, key: str) -> frozenset[EventKind]:
    events = table.choices(key, EventKind)
    if table.get(key) is None or table.get(key) == []:
        table.fault(key, f"is missing; write some of {', '.join(EventKind)}")
    return events


def _optional_event(table: Table, key: str) -> EventKind | None:
    return table.choice(key, EventKind, EventKind.RECEIVED) if table.get(key) is not None else None


def _term(table: Table) -> Term:
    """A statute that gives no number says so with "none", so that none is forgotten by mistake."""
    value = table.get("limit")
    if value is None:
        table.fault(
            "limit", 'is missing; write a limit such as "20 working", or "none" where the law has no number'
        )
    limit = None if value == "none" else table.limit("limit")
    section = table.text("section")
    return Term(limit, section, table.flag("confirmed"))


def _inner_term(table: Table) -> Term:
    term = _term(table)
    table.end()
    return term


def _terms_by_name(table: Table, key: str) -> Mapping[str, Term]:
    inner = table.table(key)
    return {name: _inner_term(inner.table(name)) for name in inner.values}


def _by_outcome(table: Table) -> Mapping[Outcome, Term]:
    terms = {}
    for name, term in _terms_by_name(table, "by_outcome").items():
        try:
            terms[Outcome(name)] = term
        except ValueError:
            table.fault("by_outcome", f'"{name}" is unknown; write some of {", ".join(Outcome)}')
    return terms


def _extension(table: Table) -> Extension:
    extension = Extension(
        term=_term(table),
        reasons=table.texts("reasons"),
        anchor=table.choice("anchor", Anchor, Anchor.DUE),
        at_most=table.number("at_most", least=1),
        total=table.limit("total"),
        notice=table.limit("notice"),
    )
    table.end()
    return extension


def _cap(table: Table) -> Cap:
    cap = Cap(_term(table), table.choice("counted_from", EventKind, EventKind.RECEIVED, required=True))
    table.end()
    return cap


def read_counting(table: Table) -> Counting:
    """How limits are counted; the usual way for whatever is not said."""
    counting = Counting(
        first_day=table.choice("first_day", FirstDay, FirstDay.NEXT_DAY),
        receipt=table.choice("receipt", Receipt, Receipt.AS_IS),
        cut_off=table.hour("cut_off"),
        roll=_roll(table),
        keeps_time=table.flag("keeps_time"),
        section=table.optional_text("section") or "",
        confirmed=table.flag("confirmed"),
    )
    table.end()
    return counting


def _roll(table: Table) -> Roll:
    value = table.get("roll")
    if value in {None, "none"} if isinstance(value, str | None) else False:
        return NO_ROLL
    if value == "forward":
        return FORWARD
    roll = table.choices("roll", RollOff)
    if sum(day in roll for day in tuple(RollOff)[:7]) > _MOST_WEEKDAYS - 1:
        table.fault("roll", "rolls off almost every day of the week; leave at least three days to end on")
    return roll


def read_stops(top: Table) -> tuple[Stop, ...]:
    """The pairs of events between which clocks stand still."""
    return tuple(_stop(table) for table in top.tables("stops"))


def _stop(table: Table) -> Stop:
    stop = Stop(
        begins=table.choice("begins", EventKind, EventKind.FEE_REQUESTED, required=True),
        ends=table.choice("ends", EventKind, EventKind.FEE_PAID, required=True),
        kind=table.choice("kind", StopKind, StopKind.ADD_DAYS, required=True),
        clocks=table.choices("clocks", ClockKind) or frozenset({ClockKind.REPLY}),
        at_most=table.number("at_most", least=1),
        inclusive=table.flag("inclusive"),
        unit=table.choice("unit", Unit, Unit.CALENDAR) if table.get("unit") is not None else None,
        section=table.text("section"),
        confirmed=table.flag("confirmed"),
    )
    if stop.begins is stop.ends:
        table.fault("ends", "is the event that begins the stop; write the one that ends it")
    table.end()
    return stop


def read_transfer(table: Table) -> Transfer:
    """What a transfer does."""
    transfer = Transfer(
        effect=table.choice("effect", TransferEffect, TransferEffect.KEEP),
        at_latest=table.limit("at_latest"),
        section=table.optional_text("section") or "",
        confirmed=table.flag("confirmed"),
    )
    table.end()
    return transfer

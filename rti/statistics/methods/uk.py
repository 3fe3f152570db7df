"""The monitoring tables of the United Kingdom (Cabinet Office, before it Ministry of Justice).

The formulas hold without exception on 2,276 published quarters of bodies from 2010 to 2020. What is counted are
requests received in the period, as they stand at the cut-off, usually a month after its end.
"""

from collections.abc import Iterable

from rti.law.events import Ground, Outcome
from rti.law.explanations import N_
from rti.statistics.measures import State
from rti.statistics.method import Column, Duration, Identity, Kind, Measure, Method, Section

_NOT_RECEIVED = {State.DRAFT, State.NOT_SUBMITTED}
_ON_HOLD = {State.PAUSED, State.WITHDRAWN}
_OUTSIDE = {State.NO_DATE, State.REPLIED, State.NOT_YET_DUE}
_MET = {State.IN_TIME, State.EARLY}
_REFUSALS = {Outcome.REFUSED, Outcome.ORAL_REFUSAL}
_WITHHELD = {
    Ground.VEXATIOUS: "withheld_vexatious",
    Ground.REPEATED: "withheld_repeated",
    Ground.COST: "withheld_cost",
}


def _timeliness(kind: Kind) -> Iterable[str]:
    if kind.state in _NOT_RECEIVED:
        return
    if kind.state in _ON_HOLD:
        yield "on_hold_or_lapsed"
    elif kind.state in _OUTSIDE:
        yield kind.state
    elif kind.state in _MET:
        yield "extended" if kind.extended else "met"
    else:
        yield "late"


def _result(kind: Kind) -> str | None:
    if kind.state in _NOT_RECEIVED | _ON_HOLD | _OUTSIDE:
        return None
    if kind.outcome in {Outcome.NOT_HELD, Outcome.REFERRED}:
        return "not_held"
    if kind.outcome in {Outcome.FULL, Outcome.PARTIAL}:
        return "granted" if kind.outcome is Outcome.FULL else "partially_withheld"
    if kind.outcome and kind.ground is Ground.UNCLEAR:
        return "advice"
    if kind.outcome in _REFUSALS:
        return _WITHHELD.get(kind.ground or Ground.NONE, "withheld_exemption")
    return "not_yet_provided" if kind.outcome in {None, Outcome.INADEQUATE} else "outcome_unknown"


def _results(kind: Kind) -> Iterable[str]:
    if found := _result(kind):
        yield found


_JUDGED = frozenset({"met", "extended", "late"})
_FULLY = frozenset({"withheld_vexatious", "withheld_repeated", "withheld_cost", "withheld_exemption"})
_WITHHELD_ALL = _FULLY | {"partially_withheld"}
_RESOLVABLE = _WITHHELD_ALL | {"granted", "not_yet_provided", "outcome_unknown"}

UK = Method(
    id="uk",
    name=N_("United Kingdom, Cabinet Office"),
    source="Cabinet Office: Freedom of Information statistics, from 2010 on",
    differs=N_(
        "It follows requests received in the period, leaves out those on hold or withdrawn, and divides what was "
        "granted by the requests that could be resolved: without those not held or only advised on."
    ),
    version=1,
    sections=(
        Section(
            "timeliness",
            N_("Requests received, by time"),
            (
                Column("on_hold_or_lapsed", N_("On hold or lapsed")),
                Column("met", N_("Answered within the limit")),
                Column("extended", N_("Answered within a permitted extension")),
                Column("late", N_("Late, answered or not")),
                Column(State.NOT_YET_DUE, State.NOT_YET_DUE),
                Column(State.REPLIED, State.REPLIED),
                Column(State.NO_DATE, State.NO_DATE),
            ),
            _timeliness,
        ),
        Section(
            "results",
            N_("Results"),
            (
                Column("advice", N_("Advice and assistance provided")),
                Column("not_held", N_("Information not held")),
                Column("granted", N_("Granted in full")),
                Column("partially_withheld", N_("Partially withheld")),
                Column("withheld_exemption", N_("Fully withheld: exemption")),
                Column("withheld_cost", N_("Fully withheld: cost")),
                Column("withheld_vexatious", N_("Fully withheld: vexatious")),
                Column("withheld_repeated", N_("Fully withheld: repeated")),
                Column("not_yet_provided", N_("Not yet provided")),
                Column("outcome_unknown", Outcome.UNKNOWN),
            ),
            _results,
        ),
    ),
    measures=(
        Measure(
            "met_rate",
            N_("Limit met"),
            N_("Of the requests received and not on hold, how many were answered within the limit?"),
            N_("Answers within the limit, without any extension."),
            N_("Requests on hold or lapsed, and those not yet due at the cut-off date."),
            frozenset({"met"}),
            _JUDGED,
            by_due_day=True,
        ),
        Measure(
            "in_time_rate",
            N_("In time"),
            N_("Of the same requests, how many were answered within the limit or a permitted extension?"),
            N_("Answers within the limit or a permitted extension."),
            N_("Requests on hold or lapsed, and those not yet due at the cut-off date."),
            frozenset({"met", "extended"}),
            _JUDGED,
            by_due_day=True,
        ),
        Measure(
            "granted_rate",
            N_("Granted in full, of resolvable requests"),
            N_("Of the requests that could be resolved, how many were granted in full?"),
            N_("Answers that gave the information in full."),
            N_("Requests on which advice was given, and those for information not held."),
            frozenset({"granted"}),
            _RESOLVABLE,
        ),
        Measure(
            "withheld_rate",
            N_("Withheld in full, of resolvable requests"),
            N_("Of the requests that could be resolved, how many were refused in full?"),
            N_("Refusals in full, on any ground."),
            N_("Requests on which advice was given, and those for information not held."),
            _FULLY,
            _RESOLVABLE,
        ),
        Measure(
            "cost_rate",
            N_("Cost, of withheld requests"),
            N_("Of the requests withheld in full or in part, how many were refused because of the cost?"),
            N_("Refusals in full because of the cost."),
            N_("Requests that were granted or not decided."),
            frozenset({"withheld_cost"}),
            _WITHHELD_ALL,
        ),
        Measure(
            "vexatious_rate",
            N_("Vexatious or repeated, of withheld requests"),
            N_("Of the requests withheld in full or in part, how many were called vexatious or repeated?"),
            N_("Refusals in full as vexatious or repeated."),
            N_("Requests that were granted or not decided."),
            frozenset({"withheld_vexatious", "withheld_repeated"}),
            _WITHHELD_ALL,
        ),
        Measure(
            "exemption_rate",
            N_("Other exemptions, of withheld requests"),
            N_("Of the requests withheld in full or in part, how many rest on an exemption?"),
            N_("Refusals in full on an exemption, and all partial ones."),
            N_("Requests that were granted or not decided."),
            frozenset({"withheld_exemption", "partially_withheld"}),
            _WITHHELD_ALL,
        ),
    ),
    identities=(Identity(_JUDGED, _RESOLVABLE | {"advice", "not_held"}),),
    asks=frozenset({"ground", "extended"}),
    durations=(Duration("days", N_("Days to answer"), lambda kind: kind.answered),),
    early_counts=True,
)

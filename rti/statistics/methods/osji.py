"""Monitoring as the Open Society Justice Initiative did it: every request that somebody tried to make.

Transparency & Silence (2006): the outcome categories, and the share of each in all requests attempted. Which
outcomes comply with the law follows its chapters; when silence becomes a mute refusal is the due day here.
"""

from collections.abc import Iterable

from rti.law.events import EventKind, Ground, Outcome
from rti.law.explanations import N_
from rti.law.monitoring import Result, result
from rti.statistics.measures import State
from rti.statistics.method import Column, Duration, Kind, Measure, Method, Section
from rti.statistics.methods.own import CHECKED, CHECKS

_COLUMNS = {
    Result.UNABLE_TO_SUBMIT: "unable_to_submit",
    Result.REFUSAL_TO_ACCEPT: "not_accepted",
    Result.ORAL_REFUSAL: "oral_refusal",
    Result.WRITTEN_REFUSAL: "written_refusal",
    Result.MUTE_REFUSAL: "mute",
    Result.REFERRED: "referred",
    Result.NOT_HELD: "not_held",
    Result.INADEQUATE_ANSWER: "inadequate",
    Result.PARTIAL_ACCESS: "partial",
    Result.INFORMATION_RECEIVED: "received",
}
_MUTE = {State.SILENT, State.LAPSED}
_WITH_REASONS = {Result.WRITTEN_REFUSAL, Result.PARTIAL_ACCESS}
_ATTEMPTED = frozenset({"compliant", "not_compliant"})
_COMPLIANT = {Result.INFORMATION_RECEIVED, Result.NOT_HELD, Result.REFERRED}


def _result(kind: Kind) -> Result | None:
    # Where nothing is known of how it failed, somebody did not accept it.
    not_taken = kind.not_taken or EventKind.REFUSED_AT_COUNTER
    return result(
        kind.outcome,
        not_taken if kind.state is State.NOT_SUBMITTED else None,
        overdue=kind.state in _MUTE,
    )


def _categories(kind: Kind) -> Iterable[str]:
    if kind.state is State.DRAFT:
        return
    if found := _result(kind):
        yield _COLUMNS[found]
    elif kind.outcome:
        yield "unknown"
    else:
        yield "withdrawn" if kind.state is State.WITHDRAWN else "pending"


def _compliance(kind: Kind) -> Iterable[str]:
    """Late is not compliant; a refusal and a part need a ground that was given."""
    if kind.state is State.DRAFT:
        return
    found = _result(kind)
    reasons = found in _WITH_REASONS and kind.ground not in {None, Ground.NONE}
    complies = kind.state is not State.LATE and (found in _COMPLIANT or reasons)
    yield "compliant" if complies else "not_compliant"


OSJI = Method(
    id="osji",
    name=N_("Open Society Justice Initiative"),
    source="Open Society Justice Initiative: Transparency & Silence (2006)",
    differs=N_(
        "It divides by every request that someone tried to hand over, those that were not accepted or are "
        "still pending included, so its shares are lower than those of answers alone."
    ),
    version=2,
    sections=(
        Section(
            "attempts",
            N_("Outcome of every attempt"),
            (
                *(Column(column, of_result) for of_result, column in _COLUMNS.items()),
                Column("withdrawn", State.WITHDRAWN),
                Column("unknown", Outcome.UNKNOWN),
                Column("pending", N_("Still pending")),
            ),
            _categories,
        ),
        Section(
            "compliance",
            N_("Compliance"),
            (Column("compliant", N_("Compliant")), Column("not_compliant", N_("Not compliant"))),
            _compliance,
        ),
        CHECKS,
    ),
    measures=(
        Measure(
            id="compliance_rate",
            name=N_("Compliant, of all attempts"),
            question=N_("Of all requests attempted, how many got the answer that the law asks for?"),
            counts=N_(
                "Information in full, “not held” and a referral, unless late; a partial answer or a written "
                "refusal, unless late, for which a ground was given."
            ),
            excludes=N_("Only drafts."),
            numerator=frozenset({"compliant"}),
            denominator=_ATTEMPTED,
            by_due_day=True,
        ),
        Measure(
            id="mute_rate",
            name=N_("Mute refusals, of all attempts"),
            question=N_("Of all requests attempted, how many got no answer by the due date and none later?"),
            counts=N_("Requests without an answer at the cut-off date whose due date has passed."),
            excludes=N_("Only drafts."),
            numerator=frozenset({"mute"}),
            denominator=_ATTEMPTED,
            by_due_day=True,
        ),
        Measure(
            id="received_rate",
            name=N_("Information received, of all attempts"),
            question=N_("Of all requests attempted, how many brought the information in full?"),
            counts=N_("Answers that gave the information in full."),
            excludes=N_("Only drafts."),
            numerator=frozenset({"received"}),
            denominator=_ATTEMPTED,
        ),
        CHECKED,
    ),
    asks=frozenset({"ground", "checked", "not_taken"}),
    durations=(Duration("days", N_("Days to answer"), lambda kind: kind.answered),),
    early_counts=True,
)

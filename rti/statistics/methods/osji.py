"""Monitoring as the Open Society Justice Initiative did it: every request that somebody tried to make.

Transparency & Silence (2006): the outcome categories, and the share of each in all requests attempted. Which
outcomes comply with the law follows its chapters; when silence becomes a mute refusal is the due day here.
"""

from collections.abc import Iterable

from rti.law.events import Ground, Outcome
from rti.law.explanations import N_
from rti.statistics.measures import State
from rti.statistics.method import Column, Duration, Kind, Measure, Method, Section
from rti.statistics.methods.own import CHECKED, CHECKS

_OF_OUTCOME = {
    Outcome.FULL: "received",
    Outcome.PARTIAL: "partial",
    Outcome.INADEQUATE: "inadequate",
    Outcome.REFUSED: "written_refusal",
    Outcome.ORAL_REFUSAL: "oral_refusal",
    Outcome.NOT_HELD: "not_held",
    Outcome.REFERRED: "referred",
    Outcome.UNKNOWN: "unknown",
}
_MUTE = {State.SILENT, State.LAPSED}
_WITH_REASONS = {Outcome.REFUSED, Outcome.PARTIAL}
_ATTEMPTED = frozenset({"compliant", "not_compliant"})
_COMPLIANT = {Outcome.FULL, Outcome.NOT_HELD, Outcome.REFERRED}


def _category(kind: Kind) -> str | None:
    if kind.state is State.DRAFT:
        return None
    if kind.outcome:
        return _OF_OUTCOME[kind.outcome]
    if kind.state is State.NOT_SUBMITTED:
        return "not_accepted"
    if kind.state is State.WITHDRAWN:
        return "withdrawn"
    return "mute" if kind.state in _MUTE else "pending"


def _categories(kind: Kind) -> Iterable[str]:
    if found := _category(kind):
        yield found


def _compliance(kind: Kind) -> Iterable[str]:
    """Late is not compliant; a refusal and a part need a ground that was given."""
    if kind.state is State.DRAFT:
        return
    reasons = kind.outcome in _WITH_REASONS and kind.ground not in {None, Ground.NONE}
    complies = kind.state is not State.LATE and (kind.outcome in _COMPLIANT or reasons)
    yield "compliant" if complies else "not_compliant"


OSJI = Method(
    id="osji",
    name=N_("Open Society Justice Initiative"),
    source="Open Society Justice Initiative: Transparency & Silence (2006)",
    differs=N_(
        "It divides by every request that someone tried to hand over, those that were not accepted or are "
        "still pending included, so its shares are lower than those of answers alone."
    ),
    version=1,
    sections=(
        Section(
            "attempts",
            N_("Outcome of every attempt"),
            (
                Column("not_accepted", N_("Unable to submit, or not accepted")),
                Column("oral_refusal", Outcome.ORAL_REFUSAL),
                Column("written_refusal", N_("Written refusal")),
                Column("mute", N_("Mute refusal")),
                Column("referred", N_("Transferred or referred")),
                Column("not_held", N_("Information not held")),
                Column("inadequate", Outcome.INADEQUATE),
                Column("partial", Outcome.PARTIAL),
                Column("received", N_("Information received")),
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
    durations=(Duration("days", N_("Days to answer"), lambda kind: kind.answered),),
    early_counts=True,
)

"""The counts of international surveys: UNESCO on SDG 16.10.2, and the Global Data Barometer."""

from collections.abc import Iterable

from rti.law.events import Outcome
from rti.law.explanations import N_
from rti.law.monitoring import Contest
from rti.statistics.measures import State
from rti.statistics.method import Column, Duration, Kind, Measure, Method, Section
from rti.statistics.methods.own import GROUNDS

_DENIALS = {Outcome.REFUSED, Outcome.ORAL_REFUSAL, Outcome.INADEQUATE}


def _answered(kind: Kind) -> Iterable[str]:
    if kind.state is State.DRAFT:
        return
    if kind.outcome is Outcome.FULL:
        yield "fulfilled"
    elif kind.outcome is Outcome.PARTIAL:
        yield "partly_fulfilled"
    elif kind.outcome in _DENIALS:
        yield "denied"
    elif kind.outcome in {Outcome.NOT_HELD, Outcome.REFERRED} or kind.state is State.NOT_SUBMITTED:
        yield "ineligible"
    elif kind.outcome:
        yield "unknown"
    else:
        yield "withdrawn" if kind.state is State.WITHDRAWN else "pending"


def _appeals(kind: Kind) -> Iterable[str]:
    if kind.contest:
        yield "appeals_decided" if kind.contest is Contest.DECIDED else "appeals_open"


_ANSWERS = Section(
    "requests",
    N_("Requests by result"),
    (
        Column("fulfilled", N_("Fulfilled")),
        Column("partly_fulfilled", N_("Partly fulfilled")),
        Column("denied", N_("Denied")),
        Column("pending", N_("Pending")),
        Column("ineligible", N_("Dismissed as ineligible")),
        Column("withdrawn", State.WITHDRAWN),
        Column("unknown", Outcome.UNKNOWN),
    ),
    _answered,
)
_APPEALS = Section(
    "appeals",
    N_("Reviews, complaints and appeals"),
    (
        Column("appeals_open", N_("Filed, not decided")),
        Column("appeals_decided", N_("Filed and decided")),
    ),
    _appeals,
)
_GRANTED = Measure(
    "fulfilled_rate",
    N_("Fulfilled in full or in part, of requests received"),
    N_("Of the requests received, how many were fulfilled in full or in part?"),
    N_("Answers that gave the information in full or in part."),
    N_("Only drafts."),
    frozenset({"fulfilled", "partly_fulfilled"}),
    frozenset(column.id for column in _ANSWERS.columns),
)
_DAYS = (Duration("days", N_("Days to answer"), lambda kind: kind.answered),)

UNESCO = Method(
    id="unesco",
    name=N_("UNESCO, SDG indicator 16.10.2"),
    source="UNESCO: survey on public access to information, questions on implementation",
    differs=N_(
        "It only counts: received, fulfilled, denied, pending, ineligible. It asks for no due date, so silence is "
        "pending however long it lasts."
    ),
    version=1,
    sections=(_ANSWERS, _APPEALS),
    measures=(_GRANTED,),
    durations=_DAYS,
    asks=frozenset({"contest"}),
    early_counts=True,
)
BAROMETER = Method(
    id="barometer",
    name=N_("Global Data Barometer"),
    source="Global Data Barometer: handbook, indicator A.PI.RTI",
    differs=N_("It asks for response times, and for denials with their grounds, of each body."),
    version=1,
    sections=(_ANSWERS, GROUNDS, _APPEALS),
    measures=(_GRANTED,),
    durations=_DAYS,
    asks=frozenset({"ground", "contest"}),
    early_counts=True,
)

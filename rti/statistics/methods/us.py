"""The annual report of the United States (Department of Justice): sections V.A, V.B(1), VII.A to VII.C and XII.A.

It counts what happens in the fiscal year: what was pending, came in and was processed. Every processed request
stands in exactly one column of V.B(1), and one that is still open in none.
"""

from collections.abc import Iterable

from rti.law.events import Ground, Outcome
from rti.law.explanations import N_
from rti.law.monitoring import QuestionClass
from rti.statistics.measures import State
from rti.statistics.method import Column, Duration, Identity, Kind, Measure, Method, Phase, Section

_GIVEN = {Outcome.FULL, Outcome.PARTIAL}
_REFUSALS = {Outcome.REFUSED, Outcome.ORAL_REFUSAL, Outcome.INADEQUATE, Outcome.UNKNOWN}
_OF_OUTCOME = {
    Outcome.FULL: "full_grant",
    Outcome.PARTIAL: "partial_grant",
    Outcome.NOT_HELD: "no_records",
    Outcome.REFERRED: "all_referred",
}
_OF_GROUND = {
    Ground.EXEMPTION: "exemption_denial",
    Ground.NONE: "exemption_denial",
    Ground.FEES: "fee_related",
    Ground.COST: "fee_related",
    Ground.UNCLEAR: "not_described",
    Ground.IMPROPER: "improper",
    Ground.NOT_A_RECORD: "not_agency_record",
    Ground.DUPLICATE: "duplicate",
    Ground.REPEATED: "duplicate",
}


def _arrived(kind: Kind) -> bool:
    """Requests that never reached the body are in no column."""
    return kind.state is not State.DRAFT and (kind.state is not State.NOT_SUBMITTED or kind.received)


def _processed(kind: Kind) -> bool:
    return _arrived(kind) and kind.closed is Phase.DURING


def _flow(kind: Kind) -> Iterable[str]:
    if not _arrived(kind):
        return
    if kind.begun is Phase.BEFORE and kind.closed is not Phase.BEFORE:
        yield "pending_start"
    if kind.begun is Phase.DURING:
        yield "received_in_period"
    if kind.closed is Phase.DURING:
        yield "processed"
    if kind.begun is not Phase.AFTER and kind.closed is Phase.AFTER:
        yield "pending_end"


def _disposition(kind: Kind) -> Iterable[str]:
    if not _processed(kind):
        return
    if kind.outcome in _OF_OUTCOME:
        yield _OF_OUTCOME[kind.outcome]
    elif kind.outcome in _REFUSALS:
        plain = "exemption_denial" if kind.outcome in {Outcome.REFUSED, Outcome.ORAL_REFUSAL} else "other"
        yield _OF_GROUND.get(kind.ground, "other") if kind.ground else plain
    elif kind.state is State.NOT_SUBMITTED:
        yield "improper"
    else:
        yield "request_withdrawn"


def _track(kind: Kind) -> str:
    if kind.urgent:
        return "expedited"
    if kind.question_class is None:
        return "untracked"
    return "simple" if kind.question_class is QuestionClass.ROUTINE else "complex"


def _is(track: str, *, granted: bool) -> Duration:
    section = "VII.B" if granted else "VII.A"
    return Duration(
        f"{section.replace('.', '').lower()}_{track}",
        _TRACKS[track, granted],
        lambda kind: (
            _processed(kind)
            and kind.received
            and _track(kind) == track
            and (not granted or kind.outcome in _GIVEN)
        ),
    )


_TRACKS = {
    ("simple", False): N_("VII.A Days, processed simple requests"),
    ("complex", False): N_("VII.A Days, processed complex requests"),
    ("expedited", False): N_("VII.A Days, processed expedited requests"),
    ("untracked", False): N_("VII.A Days, processed requests of no recorded track"),
    ("simple", True): N_("VII.B Days, granted simple requests"),
    ("complex", True): N_("VII.B Days, granted complex requests"),
    ("expedited", True): N_("VII.B Days, granted expedited requests"),
    ("untracked", True): N_("VII.B Days, granted requests of no recorded track"),
}
BANDS = (*((start, start + 19) for start in range(1, 200, 20)), (201, 300), (301, 400), (401, None))
"""Working days of VII.C, both ends included; the first band holds those that took less than a day, too."""


def _backlog(kind: Kind) -> Iterable[str]:
    if _arrived(kind) and kind.closed is Phase.AFTER and kind.state in {State.SILENT, State.LAPSED}:
        yield "backlog"


_DISPOSITIONS = (
    Column("full_grant", N_("Full grants")),
    Column("partial_grant", N_("Partial grants, partial denials")),
    Column("exemption_denial", N_("Full denials based on exemptions")),
    Column("no_records", N_("No records")),
    Column("all_referred", N_("All records referred")),
    Column("request_withdrawn", N_("Request withdrawn")),
    Column("fee_related", N_("Fee-related reason")),
    Column("not_described", N_("Records not reasonably described")),
    Column("improper", N_("Improper request for other reasons")),
    Column("not_agency_record", N_("Not a record of the body")),
    Column("duplicate", N_("Duplicate request")),
    Column("other", N_("Other reasons")),
)

US = Method(
    id="us",
    name=N_("United States, Department of Justice"),
    source="Department of Justice: annual FOIA report, sections V, VII and XII",
    differs=N_(
        "It counts the requests received in the period, and those closed in it whenever they were "
        "received. Its days are working days. A request that is still open is in the backlog and in no "
        "rate."
    ),
    version=2,
    sections=(
        Section(
            "V.A",
            N_("V.A Received, processed and pending"),
            (
                Column("pending_start", N_("Pending at the start")),
                Column("received_in_period", N_("Received")),
                Column("processed", N_("Processed")),
                Column("pending_end", N_("Pending at the end")),
            ),
            _flow,
            exclusive=False,
        ),
        Section(
            "V.B",
            N_("V.B(1) Disposition of processed requests"),
            _DISPOSITIONS,
            _disposition,
        ),
        Section("XII.A", N_("XII.A Backlog"), (Column("backlog", N_("Backlog at the end")),), _backlog),
    ),
    measures=(
        Measure(
            "full_grant_rate",
            N_("Full grants, of processed requests"),
            N_("Of the requests processed in the period, how many were granted in full?"),
            N_("Full grants."),
            N_("Requests that are still open."),
            frozenset({"full_grant"}),
            frozenset({"processed"}),
        ),
        Measure(
            "released_rate",
            N_("Full or partial grants, of processed requests"),
            N_("Of the requests processed in the period, how many were granted in full or in part?"),
            N_("Full and partial grants."),
            N_("Requests that are still open."),
            frozenset({"full_grant", "partial_grant"}),
            frozenset({"processed"}),
        ),
        Measure(
            "backlog_rate",
            N_("Backlog, of pending requests"),
            N_("Of the requests pending at the end, how many are past their time limit?"),
            N_("Pending requests whose due date has passed."),
            N_("Processed requests."),
            frozenset({"backlog"}),
            frozenset({"pending_end"}),
            by_due_day=True,
        ),
    ),
    identities=(
        Identity(frozenset({"pending_start", "received_in_period"}), frozenset({"processed", "pending_end"})),
        Identity(frozenset({"processed"}), frozenset(column.id for column in _DISPOSITIONS)),
    ),
    asks=frozenset({"ground", "received", "begun", "closed", "urgent", "question_class"}),
    durations=tuple(_is(track, granted=granted) for (track, granted) in _TRACKS),
    bands=BANDS,
    banded=lambda kind: _processed(kind) and kind.received,
    by_activity=True,
    working_days=True,
)

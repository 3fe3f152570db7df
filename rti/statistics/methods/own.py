"""The method of this project: requests whose due date has passed, by whether and when they were answered."""

from collections.abc import Iterable

from rti.law.events import Ground, Outcome
from rti.law.explanations import N_
from rti.statistics.measures import JUDGED, State
from rti.statistics.method import Column, Duration, Identity, Kind, Measure, Method, Section

VERSION = 3


def of_state(kind: Kind) -> Iterable[str]:
    yield kind.state


def of_outcome(kind: Kind) -> Iterable[str]:
    if kind.outcome:
        yield kind.outcome


def of_ground(kind: Kind) -> Iterable[str]:
    if kind.outcome and kind.ground:
        yield f"ground_{kind.ground}"


def _of_checks(kind: Kind) -> Iterable[str]:
    if kind.outcome:
        yield "checked" if kind.checked else "unchecked"


STATES = Section("states", N_("Where the requests stand"), tuple(Column(s, s) for s in State), of_state)
OUTCOMES = Section("outcomes", N_("Outcome of the answers"), tuple(Column(o, o) for o in Outcome), of_outcome)
GROUNDS = Section(
    "grounds",
    N_("Grounds that were given"),
    tuple(Column(f"ground_{each}", each) for each in Ground),
    of_ground,
)
CHECKS = Section(
    "checks",
    N_("Outcomes recorded or corrected by staff"),
    (Column("checked", N_("Checked by staff")), Column("unchecked", N_("Not checked"))),
    _of_checks,
)

ON_TIME = Measure(
    id="on_time_rate",
    name=N_("Answered in time"),
    question=N_("Of the requests whose due date has passed, how many were answered by that date?"),
    counts=N_(
        "Answers to requests whose time limit was met on or before the due date, including valid extensions. "
        "Where the limit is for a first reply, that reply meets it."
    ),
    excludes=N_(
        "Requests that are not yet due, drafts, requests that were not accepted, requests withdrawn by the "
        "due date, requests paused on the cut-off date, requests without a due date, answers of an unknown "
        "date and requests whose first reply came in time while the information is still to come. No answer, "
        "and a first reply after the due date, count as not in time."
    ),
    numerator=frozenset({State.IN_TIME}),
    denominator=JUDGED,
    by_due_day=True,
)
RESPONSE = Measure(
    id="response_rate",
    name=N_("Answered, in time or late"),
    question=N_("Of the requests whose due date has passed, how many were answered, in time or late?"),
    counts=N_("Every answer by the cut-off date, whatever the outcome."),
    excludes=N_("The same requests as for “Answered in time”."),
    numerator=frozenset({State.IN_TIME, State.LATE}),
    denominator=JUDGED,
    by_due_day=True,
)
SILENCE = Measure(
    id="silence_rate",
    name=N_("Not answered at all"),
    question=N_("Of the requests whose due date has passed, how many have no answer?"),
    counts=N_(
        "Requests without an answer by the cut-off date, those that got a first reply or were withdrawn after the "
        "due date included."
    ),
    excludes=N_("The same requests as for “Answered in time”."),
    numerator=frozenset({State.SILENT, State.LAPSED}),
    denominator=JUDGED,
    by_due_day=True,
)
DISCLOSURE = Measure(
    id="disclosure_rate",
    name=N_("Information given, share of answers"),
    question=N_(
        "Of the answers from bodies that could have given the information, how many gave all or part of it?"
    ),
    counts=N_("Answers by the cut-off date that gave the information in full or in part."),
    excludes=N_(
        "Answers that the information is not held, and answers that sent the request to another body."
    ),
    numerator=frozenset({Outcome.FULL, Outcome.PARTIAL}),
    denominator=frozenset(Outcome) - {Outcome.NOT_HELD, Outcome.REFERRED},
)
DISCLOSURE_OF_ALL = Measure(
    id="disclosure_of_all_rate",
    name=N_("Information given, share of all attempts"),
    question=N_(
        "Of all requests that someone tried to hand over, how many brought all or part of the information?"
    ),
    counts=N_("Answers by the cut-off date that gave the information in full or in part."),
    excludes=N_(
        "Only drafts. Requests that were not accepted, are not yet due or were withdrawn are counted."
    ),
    numerator=frozenset({Outcome.FULL, Outcome.PARTIAL}),
    denominator=frozenset(State) - {State.DRAFT},
)
CHECKED = Measure(
    id="checked_rate",
    name=N_("Outcome checked by staff"),
    question=N_("Of the answers, how many have an outcome that staff recorded or corrected?"),
    counts=N_("Answers whose last entry was recorded by campaign staff."),
    excludes=N_(
        "Nothing. Answers that were imported, or recorded by an organisation alone, are not checked."
    ),
    numerator=frozenset({"checked"}),
    denominator=frozenset({"checked", "unchecked"}),
)

OWN = Method(
    id="own",
    name=N_("This project"),
    source=N_("Own definitions, following the cohort of each due date"),
    differs=N_(
        "It judges only requests whose due date has passed. Silence counts as not in time, and what is not "
        "yet due counts nowhere."
    ),
    version=VERSION,
    sections=(STATES, OUTCOMES, GROUNDS, CHECKS),
    measures=(ON_TIME, RESPONSE, SILENCE, DISCLOSURE, DISCLOSURE_OF_ALL, CHECKED),
    identities=(Identity(frozenset({"checked", "unchecked"}), frozenset(Outcome)),),
    asks=frozenset({"ground", "checked"}),
    durations=(Duration("days", N_("Days to answer"), lambda kind: kind.answered),),
)

"""The state of a request at a cut-off day, in Python and in SQL."""

from datetime import date, timedelta
from itertools import product

import pytest
from msgspec.structs import asdict
from sqlalchemy import Boolean, Column, Date, Integer, MetaData, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import Choice
from rti.law.status import RequestStatus, overdue_on
from rti.statistics import in_sql
from rti.statistics.measures import EXCLUDED, JUDGED, PENDING, Facts, State, answered_by, state_at

DUE = date(2026, 6, 30)
BEFORE, AFTER = DUE - timedelta(days=1), DUE + timedelta(days=1)
RECEIVED = date(2026, 6, 10)
LATER = date(2026, 12, 31)


def open_request(**more: object) -> Facts:
    known = {"status": RequestStatus.OPEN, "submitted_on": RECEIVED, "received_on": RECEIVED, "due_on": DUE}
    return Facts(**{**known, "met_on": more.get("answered_on"), **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "cut_off", "state"),
    [
        (open_request(), BEFORE, State.NOT_YET_DUE),
        (open_request(), DUE, State.NOT_YET_DUE),
        (open_request(), AFTER, State.SILENT),
        (open_request(answered_on=DUE), AFTER, State.IN_TIME),
        (open_request(answered_on=AFTER), AFTER, State.LATE),
        (open_request(answered_on=BEFORE), BEFORE, State.EARLY),
        (open_request(answered_on=DUE), DUE, State.EARLY),
        (open_request(answered_on=BEFORE), AFTER, State.IN_TIME),
        # What came after the cut-off was not known on it.
        (open_request(answered_on=LATER), AFTER, State.SILENT),
        (open_request(answered_on=LATER), DUE, State.NOT_YET_DUE),
        (open_request(ended_on=LATER), AFTER, State.SILENT),
        (open_request(submitted_on=LATER, received_on=LATER), AFTER, State.DRAFT),
        # Withdrawing by the due day takes a request out; afterwards the silence has happened.
        (open_request(ended_on=DUE), AFTER, State.WITHDRAWN),
        (open_request(ended_on=AFTER), LATER, State.LAPSED),
        (open_request(answered_on=BEFORE, ended_on=DUE), LATER, State.IN_TIME),
        (open_request(answered_on=DUE, ended_on=BEFORE), LATER, State.WITHDRAWN),
        # A first reply in time keeps its limit and is no answer; one that came too late undoes nothing.
        (open_request(met_on=BEFORE), LATER, State.REPLIED),
        (open_request(met_on=BEFORE, answered_on=LATER), LATER, State.IN_TIME),
        (open_request(met_on=BEFORE, ended_on=LATER), LATER, State.WITHDRAWN),
        (open_request(met_on=AFTER), LATER, State.LAPSED),
        (open_request(met_on=AFTER), AFTER - timedelta(days=1), State.NOT_YET_DUE),
        (open_request(met_on=AFTER, answered_on=LATER), LATER, State.LATE),
        (open_request(met_on=LATER), AFTER, State.SILENT),
        # What cannot be judged.
        (open_request(answered_on=LATER, undated=True), LATER, State.NO_DATE),
        (open_request(answered_on=LATER, undated=True), AFTER, State.NO_DATE),
        (open_request(ended_on=LATER, undated=True), AFTER, State.WITHDRAWN),
        (Facts(status=RequestStatus.DRAFT), LATER, State.DRAFT),
        (Facts(status=RequestStatus.NOT_SUBMITTED, submitted_on=RECEIVED), LATER, State.NOT_SUBMITTED),
        (open_request(status=RequestStatus.PAUSED, due_on=None), LATER, State.PAUSED),
        (open_request(due_on=None), LATER, State.NO_DATE),
        (open_request(due_on=None, answered_on=BEFORE), LATER, State.NO_DATE),
        (Facts(status=RequestStatus.ANSWERED, answered_on=BEFORE), LATER, State.NO_DATE),
        # A question that a body asks when its time is over stops nothing: the due day stands.
        (open_request(status=RequestStatus.PAUSED), LATER, State.SILENT),
    ],
)
def test_a_request_is_in_one_state_at_the_cut_off(facts: Facts, cut_off: date, state: State) -> None:
    assert state_at(facts, cut_off) is state


def test_an_early_answer_counts_before_its_due_day_only_where_that_is_asked_for() -> None:
    early = open_request(answered_on=BEFORE)
    assert state_at(early, BEFORE) is State.EARLY
    assert state_at(early, BEFORE, count_early=True) is State.IN_TIME


def test_every_state_is_judged_pending_or_excluded() -> None:
    assert set(State) == JUDGED | PENDING | EXCLUDED
    assert len(JUDGED) + len(PENDING) + len(EXCLUDED) == len(State)


DAYS = [None, BEFORE, DUE, AFTER]
COMBINATIONS = [
    Facts(
        status=status,
        submitted_on=handed,
        received_on=got,
        due_on=due,
        met_on=met,
        answered_on=answered,
        undated=undated,
        ended_on=ended,
    )
    for status, (handed, got), (due, met, answered, ended), undated in product(
        [RequestStatus.DRAFT, RequestStatus.OPEN, RequestStatus.PAUSED, RequestStatus.NOT_SUBMITTED],
        [(None, None), (None, AFTER), (BEFORE, None), (DUE, DUE), (BEFORE, AFTER)],
        product(DAYS, repeat=4),
        [False, True],
    )
    # Each clock that decides is met by an answer, or before it.
    if answered is None or (met and met <= answered)
]


def test_silence_is_what_the_law_calls_overdue() -> None:
    judged = [
        f
        for f in COMBINATIONS
        if f.status is RequestStatus.OPEN
        and f.submitted_on == BEFORE
        and not f.undated
        and f.met_on == f.answered_on
    ]
    for facts, cut_off in product(judged, DAYS[1:]):
        assert cut_off
        silent = state_at(facts, cut_off) is State.SILENT
        assert silent == overdue_on(facts.due_on, facts.met_on, facts.ended_on, cut_off)


@pytest.mark.parametrize("count_early", [False, True])
@pytest.mark.parametrize("cut_off", DAYS[1:])
async def test_sql_puts_every_request_into_the_same_state(
    session: AsyncSession, cut_off: date, count_early: bool
) -> None:
    given = Table(
        "given",
        MetaData(),
        Column("number", Integer),
        Column("status", Choice(RequestStatus)),
        Column("undated", Boolean),
        prefixes=["TEMPORARY"],
    )
    for name in ("submitted_on", "received_on", "due_on", "met_on", "answered_on", "ended_on"):
        given.append_column(Column(name, Date))
    await (await session.connection()).run_sync(given.create)
    rows = [{"number": number, **asdict(facts)} for number, facts in enumerate(COMBINATIONS)]
    await session.execute(insert(given), rows)
    state = in_sql.state_at(given.c, cut_off, count_early=count_early)
    answered = in_sql.answered_by(given.c, cut_off)
    found = (await session.execute(select(given.c.number, state, answered))).all()
    assert len(found) == len(COMBINATIONS) > 5_000
    for number, state_in_sql, answered_in_sql in found:
        facts = COMBINATIONS[number]
        assert state_in_sql == state_at(facts, cut_off, count_early=count_early), facts
        assert answered_in_sql == answered_by(facts, cut_off), facts

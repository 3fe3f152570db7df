"""A job is run once, by one worker at a time, as whoever asked for it, and ends with all it did or with nothing."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from rti.core.db import Database, new_id
from rti.core.db_roles import Login
from rti.core.errors import Conflict, NotFound, say
from rti.core.periodic import Tick
from rti.core.roles import Person, Role
from rti.core.settings import Settings
from rti.core.wallclock import now as present
from rti.jobs import queue
from rti.jobs.worker import MOST_ATTEMPTS, Handler, Work, work_off
from rti.models.accounts import PersonRow
from rti.models.audit import AuditAction, AuditEntryRow
from rti.models.cbos import CboRow
from rti.models.jobs import JobKind, JobRow, JobState
from rti.safety.erasure import forget
from tests import make
from tests.commands import rti
from tests.conftest import NOW

WAIT = 60
"""Seconds within which a busy machine comes round."""


@pytest.fixture
def tick(database: Database, settings: Settings) -> Tick:
    return Tick(database.under(Login.WORKER), settings, NOW)


async def _member(database: Database, role: Role = Role.STAFF) -> Person:
    async with database.transaction() as session:
        return (await make.member(session, role)).person


async def _asked(database: Database, person: Person, count: int = 1) -> list[UUID]:
    """Jobs that a person asked for, of five lines each."""
    rows = [
        JobRow(
            id=new_id(),
            kind=JobKind.IMPORT,
            person_id=person.id,
            arguments={"kind": "cbos"},
            content=b"sealed",
            total=5,
            next_attempt_at=NOW,
            created_at=NOW,
        )
        for _ in range(count)
    ]
    async with database.transaction() as session:
        session.add_all(rows)
    return [row.id for row in rows]


async def _row(database: Database, job_id: UUID) -> JobRow:
    async with database.transaction() as session:
        return await session.get_one(JobRow, job_id)


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(WAIT):
        while not await condition():  # noqa: ASYNC110 -- another task changes it
            await asyncio.sleep(0.02)


async def _turn_comes(database: Database) -> None:
    """What the pause after a failure, or the end of a lease, does."""
    async with database.transaction() as session:
        await session.execute(update(JobRow).values(next_attempt_at=NOW))


async def _work(tick: Tick, handler: Handler) -> str:
    return (await work_off(tick, {JobKind.IMPORT: handler})).words


async def _adds_an_organisation(work: Work) -> bytes:
    """What can be seen afterwards, if it was kept."""
    work.session.add(CboRow(code=f"C{work.job.attempt}", name_km="ក", name_en="x", created_at=NOW))
    await work.session.flush()
    return b"report"


async def _organisations(database: Database) -> set[str]:
    async with database.transaction() as session:
        return set(await session.scalars(select(CboRow.code)))


async def test_four_workers_run_each_job_once(database: Database, tick: Tick) -> None:
    jobs = await _asked(database, await _member(database), count=12)
    runs: Counter[UUID] = Counter()

    async def run(work: Work) -> bytes:
        runs[work.job.id] += 1
        await asyncio.sleep(0)
        return b"report"

    await asyncio.gather(*(_work(tick, run) for _ in range(4)))
    assert runs == dict.fromkeys(jobs, 1)
    for job in jobs:
        row = await _row(database, job)
        assert (row.state, row.done, row.attempt) == (JobState.DONE, 5, 1)


async def test_the_job_of_a_killed_worker_is_taken_again_when_its_lease_has_passed(
    database: Database, tick: Tick
) -> None:
    (job,) = await _asked(database, await _member(database))
    first = await queue.claim(tick.database, NOW)
    assert first
    assert await queue.claim(tick.database, NOW + queue.LEASE - timedelta(seconds=1)) is None
    second = await queue.claim(tick.database, NOW + queue.LEASE)
    assert second == replace(first, attempt=2)
    assert second.id == job


async def test_a_lease_that_is_renewed_does_not_pass(database: Database, tick: Tick) -> None:
    await _asked(database, await _member(database))
    job = await queue.claim(tick.database, NOW)
    assert job
    later = NOW + queue.LEASE - timedelta(seconds=1)
    assert not await queue.renew(tick.database, job, 2, later)
    assert await queue.claim(tick.database, NOW + queue.LEASE) is None
    assert await queue.claim(tick.database, later + queue.LEASE)


async def test_a_worker_whose_lease_has_passed_keeps_nothing_of_what_it_did(
    database: Database, tick: Tick
) -> None:
    (job,) = await _asked(database, await _member(database))

    async def overtaken(work: Work) -> bytes:
        report = await _adds_an_organisation(work)
        # Later than any lease that the worker renews meanwhile.
        assert await queue.claim(tick.database, present() + 2 * queue.LEASE)
        return report

    assert await _work(tick, overtaken) == ""
    assert await _organisations(database) == set()
    assert (await _row(database, job)).state is JobState.RUNNING
    await _turn_comes(database)
    assert await _work(tick, _adds_an_organisation) == "1 done"
    assert await _organisations(database) == {"C3"}


async def test_how_far_a_job_is_can_be_seen_while_it_runs(database: Database, tick: Tick) -> None:
    (job,) = await _asked(database, await _member(database))
    go_on = asyncio.Event()

    async def run(work: Work) -> bytes:
        work.progress.done = 3
        await go_on.wait()
        return b"report"

    working = asyncio.create_task(_work(tick, run))

    async def seen() -> bool:
        row = await _row(database, job)
        return (row.state, row.done) == (JobState.RUNNING, 3)

    await _until(seen)
    go_on.set()
    assert await working == "1 done"
    assert (await _row(database, job)).done == 5


async def test_a_fault_is_told_kept_and_written_into_the_audit_log(database: Database, tick: Tick) -> None:
    person = await _member(database)
    (job,) = await _asked(database, person)

    async def run(work: Work) -> bytes:
        await _adds_an_organisation(work)
        raise Conflict(say("Line {line} is in the way", line=4))

    assert await _work(tick, run) == "1 failed"
    row = await _row(database, job)
    fault = queue.fault_of(row)
    assert (row.state, fault and fault.render()) == (JobState.FAILED, "Line 4 is in the way")
    assert await _organisations(database) == set()
    async with database.transaction() as session:
        entries = select(AuditEntryRow).where(AuditEntryRow.what == AuditAction.JOB_FAILED)
        (entry,) = await session.scalars(entries)
    assert (entry.about, entry.person_id, entry.details) == (str(job), person.id, {"kind": "import"})


async def test_what_breaks_is_tried_again_later_and_not_without_end(
    database: Database, tick: Tick, capfd: pytest.CaptureFixture[str]
) -> None:
    (job,) = await _asked(database, await _member(database))
    runs = 0

    async def run(_: Work) -> bytes:
        nonlocal runs
        runs += 1
        raise ValueError

    words = []
    for _ in range(MOST_ATTEMPTS + 1):
        words.append(await _work(tick, run))
        assert await _work(tick, run) == "", "its next turn is later"
        await _turn_comes(database)
    assert words == ["1 queued"] * (MOST_ATTEMPTS - 1) + ["1 failed", ""]
    assert runs == MOST_ATTEMPTS
    fault = queue.fault_of(await _row(database, job))
    assert fault
    logged = capfd.readouterr()
    assert str(fault.values["reference"]) in logged.out + logged.err


async def test_what_another_holds_is_tried_again_until_it_is_free(database: Database, tick: Tick) -> None:
    """However often that is, and with nothing of it in the log of faults."""
    (job,) = await _asked(database, await _member(database))

    async def waits(work: Work) -> bytes:
        await _adds_an_organisation(work)
        await work.session.execute(text("SET LOCAL lock_timeout = '10ms'"))
        await work.session.execute(text("SELECT pg_advisory_xact_lock(7)"))
        return b"report"

    async with database.transaction() as session:
        await session.execute(text("SELECT pg_advisory_xact_lock(7)"))
        for _ in range(MOST_ATTEMPTS + 1):
            assert await _work(tick, waits) == "1 queued"
            row = await _row(database, job)
            assert (row.attempt, row.next_attempt_at > present()) == (0, True)
            await _turn_comes(database)
        assert await _organisations(database) == set()
    assert await _work(tick, waits) == "1 done"


async def test_a_job_that_ends_its_worker_each_time_fails(database: Database, tick: Tick) -> None:
    (job,) = await _asked(database, await _member(database))
    for _ in range(MOST_ATTEMPTS):
        assert await queue.claim(tick.database, NOW)
        await _turn_comes(database)
    assert await _work(tick, _adds_an_organisation) == "1 failed"
    assert await _organisations(database) == set()
    fault = queue.fault_of(await _row(database, job))
    assert fault
    assert "The server stopped 3 times" in fault.render()


async def test_a_running_job_is_cancelled_when_asked_and_keeps_nothing(
    database: Database, tick: Tick
) -> None:
    person = await _member(database)
    (job,) = await _asked(database, person)

    async def run(work: Work) -> bytes:
        await _adds_an_organisation(work)
        async with database.transaction() as session:
            await queue.cancel(session, person, job, NOW)
        await asyncio.Event().wait()
        return b"never"

    async with asyncio.timeout(WAIT):
        assert await _work(tick, run) == "1 cancelled"
    assert (await _row(database, job)).state is JobState.CANCELLED
    assert await _organisations(database) == set()


async def test_a_job_that_waits_is_cancelled_at_once_and_one_that_has_ended_is_not(
    database: Database, tick: Tick
) -> None:
    person = await _member(database)
    (job,) = await _asked(database, person)
    async with database.under(Login.STAFF).transaction(person.id) as session:
        await queue.cancel(session, person, job, NOW)
    assert await _work(tick, _adds_an_organisation) == ""
    async with database.under(Login.STAFF).transaction(person.id) as session:
        with pytest.raises(Conflict):
            await queue.cancel(session, person, job, NOW)


async def test_a_worker_that_is_told_to_stop_gives_its_job_back_untried(
    database: Database, tick: Tick
) -> None:
    (job,) = await _asked(database, await _member(database))

    async def run(work: Work) -> bytes:
        await _adds_an_organisation(work)
        tick.stopping.set()
        await asyncio.Event().wait()
        return b"never"

    async with asyncio.timeout(WAIT):
        assert await _work(tick, run) == "1 queued"
    row = await _row(database, job)
    assert (row.state, row.attempt) == (JobState.QUEUED, 0)
    assert await _organisations(database) == set()
    assert await _work(replace(tick, stopping=asyncio.Event()), _adds_an_organisation) == "1 done"


@pytest.mark.parametrize(
    ("role", "login"),
    [
        (Role.CBO_MEMBER, Login.CBO),
        (Role.CBO_LEAD, Login.CBO),
        (Role.STAFF, Login.STAFF),
        (Role.ADMINISTRATOR, Login.ADMIN),
    ],
)
async def test_a_job_runs_under_the_login_and_for_the_person_of_who_asked(
    database: Database, tick: Tick, role: Role, login: Login
) -> None:
    person = await _member(database, role)
    await _asked(database, person)

    async def run(work: Work) -> bytes:
        who = await work.session.execute(text("SELECT current_user, rti.me()"))
        assert tuple(who.one()) == (login, person.id)
        assert work.person == person
        return b"report"

    assert await _work(tick, run) == "1 done"


@pytest.mark.parametrize("how", ["disabled", "locked"])
async def test_nothing_is_done_for_somebody_who_cannot_sign_in_any_more(
    database: Database, tick: Tick, how: str
) -> None:
    person = await _member(database, Role.CBO_MEMBER)
    (job,) = await _asked(database, person)
    async with database.transaction() as session:
        if how == "disabled":
            await session.execute(update(PersonRow).values(disabled_at=NOW))
        else:
            await session.execute(update(CboRow).values(locked_at=NOW))
    assert await _work(tick, _adds_an_organisation) == "1 failed"
    assert len(await _organisations(database)) == 1, "the person's own"
    assert (await _row(database, job)).state is JobState.FAILED


async def test_a_turn_that_a_wrong_clock_gave_comes_now(database: Database, tick: Tick) -> None:
    await _asked(database, await _member(database))
    async with database.transaction() as session:
        await session.execute(update(JobRow).values(next_attempt_at=NOW + timedelta(days=40)))
    assert await queue.claim(tick.database, NOW)


@pytest.mark.parametrize("role", [Role.CBO_MEMBER, Role.STAFF, Role.ADMINISTRATOR])
async def test_the_job_of_somebody_else_is_not_there_even_where_a_query_forgets_to_ask(
    database: Database, role: Role
) -> None:
    person, other = await _member(database, role), await _member(database, role)
    (own,), (foreign,) = await _asked(database, person), await _asked(database, other)
    login = {Role.CBO_MEMBER: Login.CBO, Role.STAFF: Login.STAFF}.get(role, Login.ADMIN)
    async with database.under(login).transaction(person.id) as session:
        assert (await session.scalars(select(JobRow.id))).all() == [own]
        for attempt in (queue.find(session, person, foreign), queue.cancel(session, person, foreign, NOW)):
            with pytest.raises(NotFound):
                await attempt


async def test_jobs_go_with_the_account_of_whoever_asked(database: Database) -> None:
    person, other = await _member(database), await _member(database)
    await _asked(database, person)
    (left,) = await _asked(database, other)
    async with database.under(Login.ERASURE).transaction() as session:
        await forget(session, [person.id], NOW)
    async with database.transaction() as session:
        assert (await session.scalars(select(JobRow.id))).all() == [left]


async def test_the_command_line_lists_shows_and_cancels_jobs(database: Database, database_url: str) -> None:
    person = await _member(database)
    (job,) = await _asked(database, person)
    listed = rti(database_url, "jobs", "list")
    assert listed.stdout.split("\t")[:5] == [str(job), "import", "queued", "0", "5"]
    assert f'"person_id": "{person.id}"' in rti(database_url, "jobs", "show", str(job)).stdout
    assert rti(database_url, "jobs", "cancel", str(job)).stdout == "cancelled\n"
    again = rti(database_url, "jobs", "cancel", str(job))
    assert (again.returncode, again.stderr) == (1, "This has ended already\n")
    assert rti(database_url, "jobs", "show", str(person.id)).returncode == 1

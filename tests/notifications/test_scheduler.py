"""The scheduler runs the periodic jobs that it is given, and writes down how each run ended."""

from datetime import timedelta

from sqlalchemy import text

from notifications.queries import ticks
from notifications.scheduler import Ticker
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.periodic import PeriodicJob, Result, Tick
from rti.core.settings import Settings
from rti.schedule import JOBS, jobs_of
from tests.conftest import NOW


async def test_a_run_gets_to_know_how_the_last_one_ended_and_one_that_breaks_is_written_down(
    database: Database, settings: Settings
) -> None:
    seen: list[Result] = []

    async def run(tick: Tick) -> Result:
        seen.append(tick.last)
        if len(seen) == 2:
            raise ValueError("of somebody's text")
        return Result(f"run {len(seen)}", rests_until=float(len(seen)))

    job = PeriodicJob("own", "Own job", timedelta(minutes=1), run)
    ticker = Ticker(job, Tick(database.under(Login.WORKER), settings, NOW))
    for well in (True, False, True):
        await ticker()
        async with database.transaction() as session:
            tick = (await ticks(session))["own"]
        assert tick.ended_at
        assert tick.well is well
    assert seen == [Result(), Result("run 1", rests_until=1.0), Result("failed (ValueError)", well=False)]
    assert tick.result == "run 3"


async def test_what_another_process_is_at_is_no_failure(database: Database, settings: Settings) -> None:
    async def run(tick: Tick) -> Result:
        async with tick.database.transaction() as session:
            await session.execute(text("SET LOCAL lock_timeout = '10ms'"))
            await session.execute(text("SELECT pg_advisory_xact_lock(7)"))
        return Result()

    job = PeriodicJob("test", "Test", timedelta(seconds=1), run)
    ticker = Ticker(job, Tick(database.under(Login.WORKER), settings, NOW))
    async with database.transaction() as session:
        await session.execute(text("SELECT pg_advisory_xact_lock(7)"))
        await ticker()
    async with database.transaction() as session:
        noted = (await ticks(session))["test"]
    assert (noted.well, noted.result) == (True, "another process is at it")


def test_each_job_has_a_name_of_its_own_and_backups_are_made_where_they_are_configured(
    settings: Settings,
) -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)
    assert {job.name for job in JOBS} - {job.name for job in jobs_of(settings)} == {
        *("backup", "expire", "incoming", "mailbox", "scans")
    }

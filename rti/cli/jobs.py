"""`rti jobs`: long work that people asked for, such as imports, which the scheduler runs."""

import json
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from rti.cli.working import in_transaction
from rti.jobs import queue
from rti.models.jobs import JobRow

app = typer.Typer(
    name="jobs", help="Imports and the like that wait, run or have ended.", no_args_is_help=True
)
JobId = Annotated[UUID, typer.Argument(metavar="JOB", help="Identifier, as `rti jobs list` prints it.")]


@app.command("list")
def list_jobs(
    size: Annotated[int, typer.Option(min=1, max=100_000, help="How many, the newest first.")] = 50,
) -> None:
    """Print jobs, the newest first: identifier, kind, state, lines done, lines in all, since when, whose; tabs between.

    Example: rti jobs list --size 10
    """

    async def work(session: AsyncSession, _: datetime, _today: date) -> None:
        for job in await session.scalars(queue.jobs_of(None).limit(size)):
            columns = (
                job.id,
                job.kind,
                job.state,
                job.done,
                job.total,
                job.created_at.isoformat(),
                job.person_id,
            )
            typer.echo("\t".join(map(str, columns)))

    in_transaction(work)


@app.command()
def show(job_id: JobId) -> None:
    """Print what is known of a job as JSON: not its file and its report, which are sealed for the person.

    Example: rti jobs show 019ac5a0-7d2e-7c11-8f9e-0d9d3f6a1b2c
    """
    job = in_transaction(lambda session, _, _today: queue.find(session, None, job_id))
    typer.echo(json.dumps(_told(job), indent=2, default=str))


@app.command()
def cancel(job_id: JobId) -> None:
    """End a job that waits, or ask for the end of one that runs; nothing of it is kept.

    Example: rti jobs cancel 019ac5a0-7d2e-7c11-8f9e-0d9d3f6a1b2c
    """
    job = in_transaction(lambda session, now, _: queue.cancel(session, None, job_id, now))
    typer.echo(job.state)


def _told(job: JobRow) -> dict[str, object]:
    fault = queue.fault_of(job)
    names = (
        "id",
        "kind",
        "state",
        "arguments",
        "done",
        "total",
        "attempt",
        "person_id",
        "created_at",
        "finished_at",
    )
    return {name: getattr(job, name) for name in names} | {"fault": fault.render() if fault else None}

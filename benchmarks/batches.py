"""One question to every commune of the country: filing the batch, then its letters, and how much of it is whose work."""

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy import select

from benchmarks import data
from rti.accounts.sessions import person_of
from rti.batches.commands import FileBatch
from rti.batches.filing import ask, file_batch
from rti.batches.planning import foresee
from rti.core import keyring
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.roles import Person, Role
from rti.core.settings import Settings
from rti.core.wallclock import now
from rti.jobs.queue import Claimed
from rti.jobs.worker import Progress, Work
from rti.letters.commands import PrintLetters
from rti.letters.print_runs import ask_for_print, print_letters
from rti.models.accounts import PersonRow
from rti.models.batches import BatchRow
from rti.models.bodies import BodyKind
from rti.models.campaigns import CampaignRow
from rti.models.jobs import JobRow

QUESTION = "១. គម្រោងថវិកាឃុំ និងការចំណាយជាក់ស្តែង\n២. បញ្ជីគម្រោងអភិវឌ្ឍន៍ និងតម្លៃនៃគម្រោងនីមួយៗ"
Line = tuple[str, float, str]


def measure() -> Iterator[Line]:
    with data.filled(1, cbos=1) as url, TemporaryDirectory(prefix="rti-benchmark-") as folder:
        yield from asyncio.run(_measured(url, Path(folder) / "wrapping"))


async def _measured(url: str, key_file: Path) -> list[Line]:
    settings = Settings(database_url=url, secret="x" * 40)
    database = Database(url, keyring=keyring.read(keyring.kept(key_file)))
    lines: list[Line] = []
    try:
        async with database.transaction() as session:
            lead = select(PersonRow).where(PersonRow.role == Role.CBO_LEAD)
            person = person_of((await session.scalars(lead.limit(1))).one())
            campaign = (await session.scalars(select(CampaignRow).limit(1))).one()
        command = FileBatch(
            title="Budget of every commune",
            question=QUESTION,
            topic="budget",
            kind=BodyKind.COMMUNE_ADMINISTRATION,
        )
        own = database.under(Login.CBO)
        async with own.transaction(person.id) as session:
            begun = perf_counter()
            found = await foresee(session, person, campaign, command, now().date())
            lines.append(("a batch foreseen", perf_counter() - begun, "s"))
            known = {**{name: getattr(command, name) for name in command.__struct_fields__}}
            known["foreseen"] = len(found.ask)
            await ask(session, person, campaign.id, FileBatch(**known), now(), now().date())
        lines.append(("its requests", len(found.ask), ""))
        lines += await _work(database, person, settings, file_batch, "filing them")
        async with own.transaction(person.id) as session:
            batch = (await session.scalars(select(BatchRow))).one()
            await ask_for_print(session, person, PrintLetters(batch_id=batch.id), now(), now().date())
        lines += await _work(database, person, settings, print_letters, "their letters in one file")
    finally:
        await database.close()
    return lines


async def _work(
    database: Database, person: Person, settings: Settings, handler: Callable[[Work], object], what: str
) -> list[Line]:
    """Do the newest job as its worker does."""
    async with database.transaction() as session:
        job = (await session.scalars(select(JobRow).order_by(JobRow.id.desc()).limit(1))).one()
    claimed = Claimed(job.id, job.kind, person.id, 1, job.arguments)
    begun, own, others = perf_counter(), _used(RUSAGE_SELF), _used(RUSAGE_CHILDREN)
    async with database.under(Login.CBO).transaction(person.id) as session:
        await handler(Work(session, person, claimed, b"", settings, now(), Progress()))  # type: ignore[misc]
    return [
        (what, perf_counter() - begun, "s"),
        ("  the worker itself", _used(RUSAGE_SELF) - own, "s of a core"),
        ("  its typesetters", _used(RUSAGE_CHILDREN) - others, "s of a core"),
    ]


def _used(who: int) -> float:
    spent = getrusage(who)
    return spent.ru_utime + spent.ru_stime


if __name__ == "__main__":
    print(os.sched_getaffinity(0))
    for name, figure, unit in measure():
        print(f"{name:<40} {figure:>12,.2f} {unit}")

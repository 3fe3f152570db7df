"""`rti many`: one thing done to many requests, after a look at which."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from rti.cli.working import By, as_person
from rti.core.db import Database
from rti.core.errors import invalid, say
from rti.core.roles import Person
from rti.core.validation import decode
from rti.law.events import EventKind
from rti.models.jobs import JobRow
from rti.models.requests import Medium
from rti.requests import bulk
from rti.requests.commands import ActOnMany, BulkAct

app = typer.Typer(
    name="many", help="One thing done to many requests, after a look at which.", no_args_is_help=True
)
Wanted = Annotated[
    str,
    typer.Option("--list", help="Which requests: what stands behind ? in the address of a list."),
]
References = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="Only these: text file with one reference to a line."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only print what would be done.")]
Reason = Annotated[str, typer.Option(help="Why, kept with each of them; of an event its note.")]


@app.command()
def record(
    kind: Annotated[EventKind, typer.Argument(help="What happened to each of them.")],
    by: By,
    on: Annotated[str, typer.Option(help="The day on which it happened, such as 2026-11-24.")],
    *,
    wanted: Wanted = "",
    references: References = None,
    medium: Annotated[Medium | None, typer.Option(help="How it came about.")] = None,
    reason: Reason = "",
    dry_run: DryRun = False,
) -> None:
    """Record the same event for many requests. Prints those left out with why, and the job that does it.

    Example: rti many record submitted --on 2026-11-24 --references handed-over.txt --by staff@example.org --dry-run
    """
    given = {"act": BulkAct.RECORD, "kind": kind, "happened_on": on, "medium": medium, "reason": reason}
    _do(by, wanted, references, given, dry_run=dry_run)


@app.command()
def snooze(
    by: By,
    until: Annotated[str, typer.Option(help="The day before which nothing is said, such as 2027-01-15.")],
    reason: Reason,
    *,
    wanted: Wanted = "",
    references: References = None,
    dry_run: DryRun = False,
) -> None:
    """Say nothing about many requests until a day. Prints those left out with why, and the job that does it.

    Example: rti many snooze --list "province=01&overdue=1" --until 2027-01-15 --reason "Elections" --by staff@example.org
    """
    given = {"act": BulkAct.SNOOZE, "until": until, "reason": reason}
    _do(by, wanted, references, given, dry_run=dry_run)


@app.command()
def chase(
    by: By,
    *,
    wanted: Wanted = "",
    references: References = None,
    dry_run: DryRun = False,
) -> None:
    """Propose a letter to each body that has not answered in time; somebody else approves it. Prints those left out with why, and the job that does it.

    Example: rti many chase --list "province=01&overdue=1" --by staff@example.org --dry-run
    """
    _do(by, wanted, references, {"act": BulkAct.CHASE}, dry_run=dry_run)


@app.command()
def assign(
    campaign: Annotated[str, typer.Argument(help="Code of the campaign, or - to take them out of theirs.")],
    by: By,
    *,
    wanted: Wanted = "",
    references: References = None,
    reason: Reason = "",
    dry_run: DryRun = False,
) -> None:
    """Put many requests into a campaign, whose staff then see them. Prints those left out with why, who newly sees how many and who no longer does, and the job that does it.

    Example: rti many assign BUDGET-2027 --list "province=01" --reason "New focus" --by staff@example.org --dry-run
    """
    given = {"act": BulkAct.ASSIGN, "campaign": campaign, "reason": reason}
    _do(by, wanted, references, given, dry_run=dry_run)


def _do(
    by: str, wanted: str, references: Path | None, given: Mapping[str, str | None], *, dry_run: bool
) -> None:
    texts = {**dict(parse_qsl(wanted)), **{name: text for name, text in given.items() if text}}
    if references:
        texts["only"] = references.read_text(encoding="utf-8-sig")

    async def work(session: AsyncSession, person: Person, now: datetime, today: date) -> None:
        if not wanted and references is None:
            raise invalid("list", say("Say which requests, by a list or by references"))
        database: Database = session.info["database"]
        seen = await bulk.planned(session, person, decode(ActOnMany, texts), today)
        for each in seen.excluded:
            typer.echo(f"{each.reference}\t{each.reason.render()}")
        for words, seers in (
            ("newly seen by", seen.sight.gained),
            ("no longer seen by", seen.sight.lost),
        ):
            for seer in seers:
                typer.echo(f"{words} {seer.name}: {seer.requests}", err=True)
        hits = len(seen.order.hits)
        typer.echo(f"{hits} requests", err=True)
        if hits and not dry_run:
            asked = decode(ActOnMany, texts | {"hits": str(hits)})
            done = await bulk.ask_for_many(session, person, asked, database.secret, now, today)
            if isinstance(done, JobRow):
                typer.echo(f"job {done.id}; the scheduler does it", err=True)

    as_person(by, work)

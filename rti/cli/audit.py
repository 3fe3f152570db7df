"""`rti audit`: read the audit log, verify it, and print the checkpoint that later shows whether it was rewritten."""

import json
from datetime import date, datetime
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.chain import Checkpoint, read_checkpoints
from rti.audit.queries import AuditFilter, entries
from rti.audit.sealer import anchor
from rti.audit.verify import check
from rti.cli.connecting import settings_of_environment
from rti.cli.working import in_transaction
from rti.models.audit import AuditAction

app = typer.Typer(name="audit", help="Read and check the audit log.", no_args_is_help=True)


def _read(file: typer.FileText | None) -> list[Checkpoint]:
    try:
        return read_checkpoints(file.read()) if file else []
    except ValueError as fault:
        raise typer.BadParameter(f"The checkpoints cannot be read: {fault}") from None


@app.command()
def verify(
    anchors: Annotated[
        typer.FileText | None,
        typer.Option(
            "--anchor",
            help="File with checkpoints: the output of `rti audit head`, or messages that contain it. Use - for standard input.",
        ),
    ] = None,
) -> None:
    """Verify every entry against the hash chain, and the chain against checkpoints kept elsewhere.

    Prints the faults and exits with 1, or prints the number of verified entries.

    Example: rti audit verify --anchor kept.txt
    """
    kept = _read(anchors)
    if anchors and not kept:
        raise typer.BadParameter("The file contains no checkpoint as printed by rti audit head")
    found = in_transaction(lambda session, _, today: check(session, today, kept))
    for fault in found.faults:
        typer.echo(fault)
    if not found.well:
        raise typer.Exit(1)
    typer.echo(
        f"{found.entries} entries verified, up to {found.head.position}; {len(kept)} checkpoints match"
    )
    if found.waiting:
        typer.echo(f"{found.waiting} entries are not yet in the hash chain", err=True)


@app.command()
def head() -> None:
    """Print a checkpoint: date, position and digest of the last entry in the hash chain, to keep elsewhere.

    Example: rti audit head >> kept.txt
    """
    typer.echo(str(in_transaction(lambda session, _, today: anchor(session, today))))


@app.command("list")
def list_entries(
    what: Annotated[AuditAction | None, typer.Option(help="Only this type of event.")] = None,
    size: Annotated[int, typer.Option(min=1, max=100_000, help="Maximum number of entries.")] = 50,
) -> None:
    """Print entries, newest first, separated by tabs: time, event, person, organisation, subject, details.

    Example: rti audit list --what denied
    """

    async def work(session: AsyncSession, _: datetime, _today: date) -> None:
        zone = settings_of_environment().timezone
        for each in (await entries(session, None, AuditFilter(what=what), zone, size)).items:
            who, cbo = each.person_id or "-", each.cbo_code or each.cbo_id or "-"
            details = json.dumps(each.details, sort_keys=True)
            typer.echo(
                "\t".join(
                    map(str, (each.happened_at.isoformat(), each.what, who, cbo, each.about or "-", details))
                )
            )

    in_transaction(work)

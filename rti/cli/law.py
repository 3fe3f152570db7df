"""`rti statutes` and `rti what-if`."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from sqlalchemy.ext.asyncio import AsyncSession

from rti.campaigns.queries import campaign_of
from rti.cli.working import in_transaction
from rti.core.validation import decode, text_of
from rti.law.statutes import Statute
from rti.statistics.what_if import ComparisonView, WhatIf, comparison_view
from rti.statistics.what_if import what_if as compare
from rti.statutes import versions
from rti.statutes.commands import AddStatuteText
from rti.statutes.documents import parse_statute

app = typer.Typer(name="statutes", help="Check and add statute files.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="Statute file in TOML.", exists=True, dir_okay=False)]


@app.command()
def check(file: File) -> None:
    """Check a statute file and explain every fault. Needs no database.

    Example: rti statutes check KH-A2I-DRAFT.toml
    """
    statute = parse_statute(_document(file))
    typer.echo(f"{statute.id} version {statute.version}: no faults")


@app.command()
def add(file: File) -> None:
    """Add a statute, or a newer version of one.

    Example: rti statutes add KH-A2I-DRAFT.toml
    """
    document = _document(file)

    async def added(session: AsyncSession, now: datetime, _: date) -> Statute:
        return await versions.add(session, document, now)

    statute = in_transaction(added)
    typer.echo(f"Stored {statute.id} version {statute.version}")


def what_if(
    limit: Annotated[str, typer.Option(help='Limit, such as "5 working".')] = "",
    statute: Annotated[str, typer.Option(help="Or the ID of a statute.")] = "",
    campaign: Annotated[str, typer.Option(help="Only requests of this campaign, by its code.")] = "",
    as_of: Annotated[str, typer.Option(help="Cut-off date. Default: today.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare recorded requests with another limit or statute, without changing them.

    Example: rti what-if --limit "5 working" --campaign A2I-DEMO
    """

    async def found(session: AsyncSession, _: datetime, today: date) -> ComparisonView:
        campaign_id = (await campaign_of(session, campaign)).id if campaign else None
        values = {"limit": limit, "statute_id": statute, "campaign_id": campaign_id, "as_of": as_of}
        return comparison_view(await compare(session, None, decode(WhatIf, values), today))

    comparison = in_transaction(found)
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(comparison)))
        return
    typer.echo(f"Cut-off date {comparison.as_of}, under {limit or statute} instead of their own rule:")
    typer.echo(
        f"  {comparison.in_time_under_both} of the {comparison.in_time_own} answered in time would also have been in time"
    )
    typer.echo(f"  in time under their own rule: {comparison.in_time_own} of {comparison.judged_own}")
    typer.echo(f"  in time under the other rule: {comparison.in_time_other} of {comparison.judged_other}")


def _document(file: Path) -> dict[str, Any]:
    """The valid document in a file; raises Invalid with all faults."""
    document = decode(AddStatuteText, {"text": text_of(file.read_bytes(), "file")}).text
    parse_statute(document)
    return document

"""`rti release`: figures frozen for publication."""

from datetime import date, datetime
from typing import Annotated

import msgspec
import typer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.campaigns.queries import campaign_of
from rti.cli.working import in_transaction
from rti.core.errors import invalid, say
from rti.core.roles import COMPARING
from rti.core.validation import decode
from rti.models.accounts import PersonRow
from rti.releases import actions, queries
from rti.releases.commands import DraftRelease
from rti.releases.verify import Verification, named, verified

app = typer.Typer(name="release", help="Draft, list and verify releases of figures.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="Code of the release, such as 2026-001.")]


@app.command()
def create(
    title_en: Annotated[str, typer.Option(help="Title in English.")],
    title_km: Annotated[str, typer.Option(help="Title in Khmer.")],
    author: Annotated[
        str, typer.Option(help="E-mail address of the author: campaign staff or the working group.")
    ],
    method: Annotated[list[str] | None, typer.Option(help="Methods of counting. Default: own.")] = None,
    by: Annotated[
        list[str] | None, typer.Option(help="A table by this, such as province or province/topic.")
    ] = None,
    as_of: Annotated[
        str, typer.Option(help="Cut-off date. Default: the end of the last quarter that is over.")
    ] = "",
    since: Annotated[str, typer.Option("--from", help="First day of the period.")] = "",
    until: Annotated[str, typer.Option("--to", help="Last day of the period.")] = "",
    campaign: Annotated[str, typer.Option(help="Only requests of this campaign, by its code.")] = "",
    threshold: Annotated[int, typer.Option(help="Hide numbers below this: 3, 5 or 10.")] = 5,
    checks: Annotated[int, typer.Option(help="Checks by others before it can be approved.")] = 2,
    corrects: Annotated[str, typer.Option(help="Code of the release that this one corrects.")] = "",
    changes: Annotated[str, typer.Option(help="What the correction changes.")] = "",
) -> None:
    """Draft a release and print its code. It is checked and approved on its page or through the API.

    Example: rti release create --title-en "First half of 2026" --title-km "ឆមាសទី១ ឆ្នាំ២០២៦" --author lead@example.org
    """
    values: dict[str, object] = {
        "title_en": title_en,
        "title_km": title_km,
        "as_of": as_of,
        "since": since,
        "until": until,
        "threshold": threshold,
        "checks_needed": checks,
        "corrects": corrects,
        "changes": changes,
    }
    values |= {"methods": method} if method else {}
    values |= {"groups": by} if by else {}

    async def work(session: AsyncSession, now: datetime, today: date) -> str:
        chosen = {"campaign_id": (await campaign_of(session, campaign)).id} if campaign else {}
        wanted = decode(DraftRelease, {**values, **chosen})
        row = await actions.draft(session, session, wanted, (await author_of(session, author)).id, now, today)
        return f"{row.code}\t{row.digest}"

    typer.echo(in_transaction(work))


async def author_of(session: AsyncSession, address: str) -> PersonRow:
    """The person with this address who may work on releases; raises Invalid if there is none."""
    found = await session.scalar(
        select(PersonRow).where(
            PersonRow.email == address.strip().lower(),
            PersonRow.role.in_(COMPARING),
            PersonRow.disabled_at.is_(None),
        )
    )
    if found is None:
        raise invalid("author", say("No campaign staff or working group member has this address"))
    return found


@app.command("list")
def list_releases() -> None:
    """List all releases, the newest first: code, state, cut-off date, day of publication, digest, title.

    Example: rti release list
    """

    async def work(session: AsyncSession, _: datetime, today: date) -> list[str]:
        return [
            "\t".join((row.code, state, str(row.as_of), str(row.publish_on or "-"), row.digest, row.title_en))
            for row, state in await queries.releases(session, today)
        ]

    for line in in_transaction(work):
        typer.echo(line)


@app.command()
def verify(
    code: Code, *, as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False
) -> None:
    """Compute a release again from the rows. Exit status 1 if it no longer holds, with the numbers and rows that changed.

    Example: rti release verify 2026-001
    """

    async def work(session: AsyncSession, _: datetime, today: date) -> Verification:
        row = await queries.release(session, code, kept=True)
        return await named(session, await verified(session, row, today))

    found = in_transaction(work)
    typer.echo(msgspec.json.format(msgspec.json.encode(found)).decode() if as_json else _told(found))
    if not found.holds:
        raise typer.Exit(1)


def _told(found: Verification) -> str:
    if found.holds:
        later = f" Its methods {', '.join(found.methods)} have newer definitions." if found.methods else ""
        return f"Release {found.code} holds: counted again from the rows it gives the same numbers.{later}"
    lines = [f"Release {found.code} does not hold."]
    if found.altered:
        lines.append("The stored tables are not those that were approved.")
    lines += [
        f"{each.table}, {each.line}, {each.number}: published {each.published}, now {each.now}"
        for each in found.differences
    ]
    lines += [
        f"request {each.reference} ({each.request_id}): {each.what}, last entry {each.last_entry_on or 'unknown'}"
        for each in found.rows
    ]
    if found.changed_rows > len(found.rows):
        lines.append(f"and {found.changed_rows - len(found.rows)} more requests")
    return "\n".join(lines)

"""`rti batch`: one question of a campaign to many public bodies."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from rti.batches import filing, queries
from rti.batches.commands import FileBatch, first_cells
from rti.batches.planning import foresee
from rti.campaigns.queries import campaign_of
from rti.cli.working import By, as_person
from rti.core.roles import Person
from rti.core.validation import decode
from rti.models.bodies import BodyKind
from rti.models.requests import Channel, Filing

app = typer.Typer(
    name="batch", help="One question of a campaign to many public bodies.", no_args_is_help=True
)

Campaign = Annotated[str, typer.Argument(help="Code of the campaign.")]
Title = Annotated[str, typer.Option(help="Title of each request.")]
TopicOf = Annotated[str, typer.Option(help="Code of the topic of each request.")]
QuestionFile = Annotated[
    Path | None, typer.Option("--question", exists=True, dir_okay=False, help="Text file with the question.")
]
Areas = Annotated[str, typer.Option(help="Only in these areas: codes, parted by blanks.")]
Kind = Annotated[BodyKind | None, typer.Option(help="Only bodies of this type.")]
BodyFile = Annotated[
    Path | None,
    typer.Option(
        "--bodies", exists=True, dir_okay=False, help="Only these: CSV file with their codes first."
    ),
]
Target = Annotated[bool, typer.Option("--target-areas", help="Only in the target areas of the campaign.")]
SentBy = Annotated[Channel, typer.Option("--channel", help="How the requests are sent.")]
Named = Annotated[Filing, typer.Option("--filing", help="In whose name the requests are made.")]


def _command(**given: object) -> FileBatch:
    files = {name: given.pop(name) for name in ("question", "bodies")}
    if isinstance(files["question"], Path):
        given["question"] = files["question"].read_text(encoding="utf-8")
    if isinstance(files["bodies"], Path):
        given["codes"] = "\n".join(first_cells(files["bodies"].read_text(encoding="utf-8-sig")))
    return decode(FileBatch, {name: value for name, value in given.items() if value is not None})


@app.command()
def preview(
    campaign: Campaign,
    by: By,
    title: Title,
    topic: TopicOf,
    *,
    areas: Areas = "",
    kind: Kind = None,
    bodies: BodyFile = None,
    target_areas: Target = False,
    filing_as: Named = Filing.ITSELF,
) -> None:
    """Print what a batch would do: for each body "ask", "ask again" where another batch put the question, or why not.

    Example: rti batch preview A2I --by lead@example.org --title "Budget of 2027" --topic budget --areas "0102 0103"
    """
    command = _command(
        title=title,
        topic=topic,
        areas=areas,
        kind=kind,
        bodies=bodies,
        question=None,
        in_target_areas=target_areas,
        filing=filing_as,
    )

    async def work(session: AsyncSession, person: Person, _: datetime, today: date) -> list[str]:
        found = await foresee(session, person, await campaign_of(session, campaign), command, today)
        again = {body.id for body in found.another_batch}
        asked = [("ask again" if body.id in again else "ask", body) for body in found.ask]
        lines = [*asked, *((why.value, body) for body, why in found.left_out)]
        return [f"{what}\t{body.code}\t{body.name_en}" for what, body in lines]

    for line in as_person(by, work):
        typer.echo(line)


@app.command()
def create(
    campaign: Campaign,
    by: By,
    title: Title,
    topic: TopicOf,
    requests: Annotated[int, typer.Option(help="How many requests the preview told.")],
    *,
    question: QuestionFile = None,
    areas: Areas = "",
    kind: Kind = None,
    bodies: BodyFile = None,
    target_areas: Target = False,
    channel: SentBy = Channel.COUNTER,
    filing_as: Named = Filing.ITSELF,
) -> None:
    """Add a batch and print its identifier; the scheduler then makes its requests, all of them or none.

    Example: rti batch create A2I --by lead@example.org --title "Budget of 2027" --topic budget --areas 0102 --requests 6
    """
    command = _command(
        title=title,
        topic=topic,
        question=question,
        areas=areas,
        kind=kind,
        bodies=bodies,
        in_target_areas=target_areas,
        channel=channel,
        filing=filing_as,
        foreseen=requests,
    )

    async def work(session: AsyncSession, person: Person, now: datetime, today: date) -> UUID:
        of = await campaign_of(session, campaign)
        return (await filing.ask(session, person, of.id, command, now, today)).id

    typer.echo(as_person(by, work))


@app.command("list")
def list_batches(campaign: Campaign, by: By) -> None:
    """List the batches of a campaign, the newest first: identifier, bodies chosen, requests filed and waiting, title.

    Example: rti batch list A2I --by lead@example.org
    """

    async def work(session: AsyncSession, person: Person, _: datetime, _today: date) -> list[str]:
        found = await queries.batches(session, person, (await campaign_of(session, campaign)).id)
        return [
            f"{each.batch.id}\t{each.chosen}\t{each.filed}\t{each.waiting}\t{each.batch.title}"
            for each in found
        ]

    for line in as_person(by, work):
        typer.echo(line)


@app.command()
def show(
    batch: Annotated[UUID, typer.Argument(help="Identifier of the batch.")],
    by: By,
) -> None:
    """Print where the requests of a batch stand, by district, and which bodies were left out.

    Example: rti batch show 0198c5a0-0000-7000-8000-000000000000 --by lead@example.org
    """

    async def work(session: AsyncSession, person: Person, _: datetime, today: date) -> list[str]:
        board = await queries.board(session, person, batch, today)
        lines = [
            f"{district.area.code if district.area else '-'}\t{stage}\t{count}"
            for district in board.districts
            for stage, count in district.counts.items()
        ]
        return lines + [f"left out\t{body.code}\t{why}" for why, body in board.left_out]

    for line in as_person(by, work):
        typer.echo(line)

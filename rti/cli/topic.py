"""`rti topic`: the topics of requests."""

from datetime import date, datetime
from typing import Annotated

import typer
from msgspec.structs import asdict
from sqlalchemy.ext.asyncio import AsyncSession

from rti.cli.working import in_transaction
from rti.core.attributes import from_attributes
from rti.core.errors import NotFound, invalid, say
from rti.core.validation import decode
from rti.models.topics import TopicRow
from rti.topics import actions, queries
from rti.topics.commands import AddTopic, SaveTopic

app = typer.Typer(name="topic", help="List, add, change and retire topics of requests.", no_args_is_help=True)
Code = Annotated[str, typer.Argument(help="Code of the topic; it never changes.")]
Khmer = typer.Option(help="Name in Khmer.")
English = typer.Option(help="Name in English.")
Place = typer.Option(help="Its place in lists: smaller numbers come first.")


def _line(row: TopicRow) -> str:
    return "\t".join([row.code, row.name_en, row.name_km, str(row.place), "retired" if row.retired else ""])


@app.command("list")
def list_topics() -> None:
    """List all topics: code, names, place, and whether it is retired.

    Example: rti topic list
    """

    async def found(session: AsyncSession, _: datetime, _today: date) -> list[str]:
        return [_line(row) for row in await queries.topics(session)]

    typer.echo("\n".join(in_transaction(found)))


@app.command()
def add(
    code: Code,
    name_km: Annotated[str, Khmer],
    name_en: Annotated[str, English],
    place: Annotated[str, Place] = "",
) -> None:
    """Add a topic.

    Example: rti topic add water --name-km "ទឹកស្អាត" --name-en "Clean water" --place 95
    """
    command = {"code": code, "name_km": name_km, "name_en": name_en, "place": place}

    async def work(session: AsyncSession, now: datetime, _today: date) -> TopicRow:
        return await actions.add(session, decode(AddTopic, command), now)

    typer.echo(_line(in_transaction(work)))


@app.command()
def change(
    code: Code,
    name_km: Annotated[str, Khmer] = "",
    name_en: Annotated[str, English] = "",
    place: Annotated[str, Place] = "",
    retired: Annotated[
        bool | None, typer.Option("--retire/--offer", help="No longer offer it, or offer it again.")
    ] = None,
) -> None:
    """Rename, move or retire a topic; what is left out stays. Requests keep it in any case.

    Example: rti topic change land --retire
    """
    given = {"name_km": name_km, "name_en": name_en, "place": place, "retired": retired}
    changes = {name: value for name, value in given.items() if value not in {"", None}}

    async def work(session: AsyncSession, now: datetime, _today: date) -> TopicRow:
        try:
            row = await actions.topic(session, code)
        except NotFound:
            raise invalid("code", say("There is no topic with the code {code}", code=code)) from None
        command = decode(SaveTopic, asdict(from_attributes(SaveTopic, row)) | changes)
        return await actions.edit(session, code, command, now)

    typer.echo(_line(in_transaction(work)))

"""`rti letter`: letters about a request."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from rti.cli.working import By, as_person
from rti.core.errors import Altered, invalid, say
from rti.core.i18n import Language
from rti.core.roles import Person
from rti.letters import actions
from rti.letters.commands import WriteLetter
from rti.models.letters import LetterKind, WrittenLetterRow
from rti.models.requests import RequestRow
from rti.requests.queries import visible

app = typer.Typer(
    name="letter", help="Letters about a request: write, list and read them.", no_args_is_help=True
)

Reference = Annotated[str, typer.Argument(help="Reference of the request.")]
To = Annotated[Path, typer.Option("--file", dir_okay=False, help="Where to put the PDF.")]


@app.command()
def write(
    reference: Reference,
    by: By,
    file: To,
    kind: Annotated[LetterKind, typer.Option(help="What is written.")] = LetterKind.REQUEST,
    language: Annotated[Language, typer.Option(help="Its language.")] = Language.KM,
) -> None:
    """Write a letter with the words of its kind, keep it, and put its PDF into a file.

    Example: rti letter write R-2B4D6F8H --by member@example.org --kind reminder --file reminder.pdf
    """
    command = WriteLetter(kind=kind, language=language)

    async def work(session: AsyncSession, person: Person, now: datetime, today: date) -> tuple[str, bytes]:
        request_id = await _request(session, person, reference)
        letter = await actions.write(session, person, request_id, command, now, today)
        return _line(letter), await _content(session, person, request_id, letter.id)

    line, content = as_person(by, work)
    file.write_bytes(content)
    typer.echo(line)


@app.command("list")
def list_letters(reference: Reference, by: By) -> None:
    """List the letters of a request, the newest first: identifier, kind, language, when it was written, SHA-256.

    Example: rti letter list R-2B4D6F8H --by member@example.org
    """

    async def work(session: AsyncSession, person: Person, _: datetime, _today: date) -> list[str]:
        case = await actions.case_of(session, person, await _request(session, person, reference))
        return [_line(letter) for letter in await actions.letters_of(session, case.request.id)]

    for line in as_person(by, work):
        typer.echo(line)


@app.command()
def read(
    reference: Reference,
    letter: Annotated[UUID, typer.Argument(help="Identifier of the letter.")],
    by: By,
    file: To,
) -> None:
    """Put the PDF of a letter into a file, byte for byte as it was set.

    Example: rti letter read R-2B4D6F8H 0198c5a0-0000-7000-8000-000000000000 --by member@example.org --file letter.pdf
    """

    async def work(session: AsyncSession, person: Person, _: datetime, _today: date) -> bytes:
        return await _content(session, person, await _request(session, person, reference), letter)

    file.write_bytes(as_person(by, work))


async def _request(session: AsyncSession, person: Person, reference: str) -> UUID:
    named = visible(person).where(RequestRow.reference == reference).with_only_columns(RequestRow.id)
    found = (await session.scalars(named.limit(2))).all()
    if not found:
        raise invalid("reference", say("There is no request with the reference {name}", name=reference))
    if len(found) > 1:
        raise invalid("reference", say("Several organisations have a request with this reference"))
    return found[0]


async def _content(session: AsyncSession, person: Person, request_id: UUID, letter_id: UUID) -> bytes:
    found = await actions.written(session, person, request_id, letter_id)
    if isinstance(found, Altered):
        typer.echo("The stored letter is missing or altered", err=True)
        raise typer.Exit(1)
    return found.content


def _line(letter: WrittenLetterRow) -> str:
    moment = letter.written_at.isoformat(timespec="seconds")
    return "\t".join((str(letter.id), letter.kind, letter.language, moment, letter.sha256.hex()))

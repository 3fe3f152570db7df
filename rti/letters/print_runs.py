"""Print runs: a letter about each request of a list, in one file, in the order in which they are carried out.

A request letter that was written already is printed again as it is; all others are written on the day of printing.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from rti.core import wallclock
from rti.core.errors import invalid, say
from rti.core.roles import Person
from rti.encryption.data_keys import keys_to_decrypt
from rti.files.typesetting import merged, pdfs
from rti.jobs import queue, reports
from rti.jobs.worker import Work
from rti.letters.actions import Case, as_it_was_set, keep_set, papers_of, with_names
from rti.letters.commands import PrintLetters, WriteLetter
from rti.letters.paper import Paper, document_of
from rti.models.bodies import PublicBodyRow
from rti.models.campaigns import CampaignRow
from rti.models.cbos import CboRow
from rti.models.jobs import JobKind, JobRow
from rti.models.letters import LetterKind, WrittenLetterRow
from rti.models.requests import RequestRow
from rti.requests.commands import RequestFilter, lines_of
from rti.requests.queries import matching

MOST_LETTERS = 2_000
"""In one run; every commune of Cambodia fits."""


def cases_of(
    person: Person, wanted: RequestFilter, today: date
) -> Select[RequestRow, PublicBodyRow, CboRow, CampaignRow]:
    """The requests of a list about which a person may write, by province, district and commune."""
    found = with_names(matching(person, wanted, today), person)
    return found.order_by(PublicBodyRow.area_code, PublicBodyRow.name_en, RequestRow.reference, RequestRow.id)


def _cases(
    person: Person, wanted: PrintLetters, today: date
) -> Select[RequestRow, PublicBodyRow, CboRow, CampaignRow]:
    """Those of a run."""
    return cases_of(person, wanted, today).where(RequestRow.reference.not_in(wanted.left_out))


async def foreseen(session: AsyncSession, person: Person, wanted: PrintLetters, today: date) -> int:
    """How many letters a run would print."""
    ids = _cases(person, wanted, today).with_only_columns(RequestRow.id).order_by(None).subquery()
    return await session.scalar(select(func.count()).select_from(ids)) or 0


async def ask_for_print(
    session: AsyncSession, person: Person, wanted: PrintLetters, now: datetime, today: date
) -> JobRow:
    """Add the job that prints; raises Invalid where there is nothing to print, or too much."""
    known = set(await session.scalars(_known(person, wanted, today)))
    for field, references in (("leave_out", wanted.left_out), ("only", lines_of(wanted.only))):
        if unknown := next((each for each in references if each not in known), None):
            raise invalid(field, say("There is no request {reference} in this list", reference=unknown))
    total = await foreseen(session, person, wanted, today)
    if not total:
        raise invalid("kind", say("You cannot write a letter about any request in this list"))
    if total > MOST_LETTERS:
        raise invalid(
            "kind", say("One run prints up to {count} letters. Narrow the list", count=MOST_LETTERS)
        )
    job = queue.added(person, JobKind.PRINT, wanted, total, now)
    session.add(job)
    await session.flush()
    return job


def _known(person: Person, wanted: PrintLetters, today: date) -> Select[str]:
    whole = msgspec.structs.replace(wanted, only="")
    return cases_of(person, whole, today).with_only_columns(RequestRow.reference)


async def print_letters(work: Work) -> bytes:
    """Write missing letters, and merge all; returns the encrypted file."""
    wanted = msgspec.convert(work.job.arguments, PrintLetters)
    today = wallclock.day_of(work.now, work.settings.timezone)
    rows = await work.session.execute(_cases(work.person, wanted, today))
    cases = [Case(*row) for row in rows]
    files = await _written_before(work.session, cases, wanted)
    missing = [case for case in cases if case.request.id not in files]
    command = WriteLetter(kind=wanted.kind, language=wanted.language)
    papers = await papers_of(work.session, missing, command, today)
    await _set(work, missing, papers, files)
    whole = await asyncio.to_thread(merged, [files[case.request.id] for case in cases])
    return reports.sealed(work, "print", whole)


async def _written_before(
    session: AsyncSession, cases: Sequence[Case], wanted: PrintLetters
) -> dict[UUID, bytes]:
    """The newest existing request letters; letters of other kinds depend on the day of printing."""
    if wanted.kind is not LetterKind.REQUEST:
        return {}
    found = await session.scalars(
        select(WrittenLetterRow)
        .ext(distinct_on(WrittenLetterRow.request_id))
        .where(
            WrittenLetterRow.request_id.in_([case.request.id for case in cases]),
            WrittenLetterRow.kind == wanted.kind,
            WrittenLetterRow.language == wanted.language,
        )
        .order_by(WrittenLetterRow.request_id, WrittenLetterRow.id.desc())
        .options(undefer(WrittenLetterRow.content))
    )
    newest = found.all()
    keys = {cbo_id: await keys_to_decrypt(session, cbo_id) for cbo_id in {row.cbo_id for row in newest}}
    contents = {row.request_id: as_it_was_set(keys[row.cbo_id], row, row.content) for row in newest}
    return {request_id: content for request_id, content in contents.items() if content is not None}


async def _set(work: Work, cases: Sequence[Case], papers: Sequence[Paper], files: dict[UUID, bytes]) -> None:
    """Typeset and store the letters of the cases, and add them to `files`."""
    work.progress.done = len(files)
    waiting = zip((case.request for case in cases), papers, strict=True)
    async for part in pdfs(document_of, papers):
        letters = [(*next(waiting), content) for content in part]
        await keep_set(work.session, letters, work.person, work.now)
        files.update((request.id, content) for request, _, content in letters)
        work.progress.done = len(files)


async def printed(session: AsyncSession, job: JobRow, secret: str) -> bytes | None:
    """The file of a run, once it is done."""
    gone = say("This file cannot be opened any more. Print the letters again")
    return await reports.report_of(session, job, secret, "print", gone)

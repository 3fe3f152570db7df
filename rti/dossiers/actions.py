"""Making a dossier: a job that opens, as the person who asked, what that person may open, and records each opening."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.core.errors import invalid, say
from rti.core.i18n import Language
from rti.core.roles import Person
from rti.core.wallclock import day_of
from rti.dossiers.bundle import bundle_of
from rti.dossiers.commands import MakeDossier
from rti.dossiers.paper import paper_of
from rti.dossiers.record import Enclosure, dossier_of
from rti.jobs import queue, reports
from rti.jobs.worker import Work
from rti.law.bilingual import BilingualName
from rti.letters.actions import Case, case_of, written
from rti.letters.facts import signed_by
from rti.models.audit import AuditAction
from rti.models.jobs import JobKind, JobRow
from rti.models.requests import DocumentRow
from rti.requests import evidence
from rti.requests.commands import OpenSealed
from rti.requests.reading import one
from rti.requests.requester import check_purpose, open_identity
from rti.requests.shown import Document, LetterShown

MOST_BYTES = 200_000_000
"""For all documents of one dossier, which is assembled in memory."""
GONE = say("This file cannot be opened any more. Make the dossier again")
_NAME = "dossier"


class DossierOrder(MakeDossier, frozen=True, kw_only=True):
    """The command for one request; the purpose is stored encrypted."""

    request_id: UUID


async def ask_for_dossier(
    session: AsyncSession, person: Person, request_id: UUID, wanted: MakeDossier, secret: str, now: datetime
) -> JobRow:
    """Add the job; raises Invalid if a purpose is required and missing."""
    case = await case_of(session, person, request_id)
    if wanted.identity:
        check_purpose(case.request, OpenSealed(purpose=wanted.purpose), person)
    documents = select(func.count(), func.sum(DocumentRow.size)).where(DocumentRow.request_id == request_id)
    count, size = (await session.execute(documents)).one()
    if (size or 0) > MOST_BYTES:
        most = say("The documents of one dossier may have up to {count} MB", count=MOST_BYTES // 1_000_000)
        raise invalid("identity", most)
    order = DossierOrder(request_id=request_id, language=wanted.language, identity=wanted.identity)
    job = queue.added(person, JobKind.DOSSIER, order, count, now)
    reports.give(job, secret, "purpose", wanted.purpose.encode())
    session.add(job)
    await session.flush()
    return job


async def make_dossier(work: Work) -> bytes:
    """Open, write and pack; returns the sealed bundle."""
    order, zone = msgspec.convert(work.job.arguments, DossierOrder), work.settings.timezone
    case = await case_of(work.session, work.person, order.request_id)
    detail = await one(work.session, work.person, order.request_id)
    purpose = OpenSealed(purpose=reports.given(work, "purpose", GONE).decode())
    asker = None
    if order.identity:
        asker = await open_identity(work.session, case.request, purpose, work.person, work.now)
    opening = _Opening(work, order, zone, purpose)
    enclosures = [await opening.letter(each) for each in detail.letters]
    for event in detail.events:
        withheld = any(document.redacted for document in event.documents)
        for document in event.documents:
            enclosures.append(await opening.document(document, event.event.happened_on, withheld=withheld))
            work.progress.done += 1
    dossier = dossier_of(detail, enclosures, sender=_sender(case), asker=asker, now=work.now)
    content, digest = bundle_of(dossier, await paper_of(dossier, order.language, zone))
    record(
        work.session,
        AuditAction.DOSSIER_MADE,
        work.now,
        about=order.request_id,
        cbo_id=case.cbo.id,
        sha256=digest,
        identity=order.identity,
    )
    return reports.sealed(work, _NAME, content)


@dataclass(frozen=True, slots=True)
class _Opening:
    """Opens letters and documents for a job; what may not be opened is listed and not silently left out."""

    work: Work
    order: DossierOrder
    zone: str
    purpose: OpenSealed

    async def letter(self, letter: LetterShown) -> Enclosure:
        work = self.work
        found = await written(work.session, work.person, self.order.request_id, letter.id)
        day = day_of(letter.written_at, self.zone)
        return Enclosure(day=day, added_at=letter.written_at, letter=letter.kind, shown=found)

    async def document(self, document: Document, day: date, *, withheld: bool) -> Enclosure:
        """With its original if requested, unless something that came with it was redacted: a message contains its files."""
        work, which = self.work, (self.order.request_id, document.id)
        shown = await evidence.copy_to_show(work.session, work.person, *which, work.now)
        original = None
        if self.order.identity and not withheld:
            clamd = work.settings.clamd
            original = await evidence.original(
                work.session, work.person, *which, self.purpose, clamd, work.now
            )
        return Enclosure(
            day=day,
            added_at=document.added_at,
            event_id=document.event_id,
            sha256=document.sha256,
            shown=shown,
            original=original,
            redacted=document.redacted,
            withheld=withheld,
        )


def _sender(case: Case) -> BilingualName:
    en, km = (signed_by(case.request, case.cbo, case.campaign, each) for each in (Language.EN, Language.KM))
    return BilingualName(en=en, km=km)


async def bundle_made(session: AsyncSession, job: JobRow, secret: str) -> bytes | None:
    """The bundle of a job, once it is done."""
    return await reports.report_of(session, job, secret, _NAME, GONE)

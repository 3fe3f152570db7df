"""Reading releases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from rti.core.errors import Message, NotFound, invalid, say
from rti.core.roles import COMPARING, Person
from rti.models.accounts import PersonRow
from rti.models.bodies import PublicBodyRow
from rti.models.campaigns import CampaignRow
from rti.models.releases import EmbargoRow, ReleaseCheckRow, ReleaseRow, ReleaseSightRow
from rti.models.requests import RequestRow
from rti.releases.content import Content, Finding, content_of, shown, tables, unpacked
from rti.releases.drafting import Earlier
from rti.statistics.in_sql import begun
from rti.statistics.queries import Table
from rti.statutes.queries import version_of


@dataclass(frozen=True, slots=True)
class Signature:
    """A person who checked a release or saw it early, and when."""

    name: str
    at: datetime
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A release with everything that decides whether it may go out; `state` is draft, waiting, out or superseded."""

    row: ReleaseRow
    content: Content
    findings: Sequence[Finding]
    author: str
    checks: Sequence[Signature]
    sights: Sequence[Signature]
    corrects: ReleaseRow | None
    superseded_by: ReleaseRow | None
    state: str

    @property
    def errors(self) -> list[Finding]:
        return [each for each in self.findings if each.blocks]

    @property
    def warnings(self) -> list[tuple[Finding, str]]:
        """Each with the reason that was given."""
        return [(each, self.row.reasons.get(each.id, "")) for each in self.findings if not each.blocks]

    @property
    def missing(self) -> list[Message]:
        """What is missing before it can be approved."""
        found = [Message(each.text, each.values) for each in self.errors]
        if any(not reason for _, reason in self.warnings):
            found.append(say("Give a reason for each warning"))
        if (lacking := self.row.checks_needed - len(self.checks)) > 0:
            found.append(say("Checks by others still needed: {count}", count=lacking))
        return found


def state_of(row: ReleaseRow, today: date, *, superseded: bool) -> str:
    if row.publish_on is None:
        return "draft"
    if row.publish_on > today:
        return "waiting"
    return "superseded" if superseded else "out"


async def releases(session: AsyncSession, today: date) -> list[tuple[ReleaseRow, str]]:
    """All that row security shows, the newest first, each with its state."""
    rows = (await session.scalars(select(ReleaseRow).order_by(ReleaseRow.drafted_at.desc()))).all()
    corrected = {row.corrects_id for row in rows if state_of(row, today, superseded=False) == "out"}
    return [(row, state_of(row, today, superseded=row.id in corrected)) for row in rows]


async def release(session: AsyncSession, code: str, *, kept: bool = False) -> ReleaseRow:
    """Raises NotFound."""
    wanted = select(ReleaseRow).where(ReleaseRow.code == code).options(undefer(ReleaseRow.content))
    row = await session.scalar(wanted.options(undefer(ReleaseRow.kept)) if kept else wanted)
    if row is None:
        raise NotFound
    return row


async def release_of(session: AsyncSession, code: str, field: str) -> ReleaseRow:
    """The same; an unknown code is a fault of the field."""
    try:
        return await release(session, code)
    except NotFound:
        raise invalid(field, say("There is no release with the code {code}", code=code)) from None


async def standing(session: AsyncSession, code: str, person: Person | None, today: date) -> Standing:
    """Raises NotFound. Who checked and who saw it is for those who work on releases."""
    inside = person is None or person.role in COMPARING
    row = await release(session, code, kept=True)
    following = (
        await session.scalars(
            select(ReleaseRow).where(ReleaseRow.corrects_id == row.id, ReleaseRow.publish_on <= today)
        )
    ).first()
    return Standing(
        row=row,
        content=content_of(row.content),
        findings=unpacked(row.kept).findings if inside else [],
        author=await session.scalar(select(PersonRow.name).where(PersonRow.id == row.author_id)) or "",
        checks=await _signatures(session, ReleaseCheckRow, row) if inside else [],
        sights=await _signatures(session, ReleaseSightRow, row) if inside else [],
        corrects=await session.get(ReleaseRow, row.corrects_id) if row.corrects_id else None,
        superseded_by=following,
        state=state_of(row, today, superseded=following is not None),
    )


async def _signatures(
    session: AsyncSession, kind: type[ReleaseCheckRow | ReleaseSightRow], row: ReleaseRow
) -> list[Signature]:
    """By others than the author, and of this very content."""
    checks = kind is ReleaseCheckRow
    at: Any = ReleaseCheckRow.checked_at if checks else ReleaseSightRow.seen_at
    query = (
        select(PersonRow.name, at, *([ReleaseCheckRow.remark] if checks else []))
        .join(PersonRow, PersonRow.id == kind.person_id)
        .where(kind.release_id == row.id)
        .order_by(at)
    )
    if checks:
        query = query.where(ReleaseCheckRow.digest == row.digest, ReleaseCheckRow.person_id != row.author_id)
    return [Signature(*found) for found in await session.execute(query)]


async def see(session: AsyncSession, found: Standing, person: Person, now: datetime) -> None:
    """Record that somebody saw a release before its day."""
    if found.state in {"draft", "waiting"}:
        seen = insert(ReleaseSightRow).values(release_id=found.row.id, person_id=person.id, seen_at=now)
        await session.execute(seen.on_conflict_do_nothing())


async def tables_of(session: AsyncSession, content: Content) -> list[Table]:
    """As pages and files show them."""
    wanted = {(each.id, each.version) for table in content.tables for each in table.statutes}
    return tables(content, {each: await version_of(session, *each) for each in sorted(wanted)})


async def earlier(session: AsyncSession) -> list[Earlier]:
    """All that is approved."""
    rows = await session.scalars(
        select(ReleaseRow)
        .where(ReleaseRow.approved_at.is_not(None))
        .options(undefer(ReleaseRow.content), undefer(ReleaseRow.kept))
        .order_by(ReleaseRow.approved_at)
    )
    found = []
    for row in rows.all():
        content = content_of(row.content)
        found.append(Earlier(row.code, content, shown(content, unpacked(row.kept))))
    return found


async def approved_since(session: AsyncSession, row: ReleaseRow) -> bool:
    """Whether a release was approved after the audit of this draft."""
    return bool(await session.scalar(select(func.count()).where(ReleaseRow.approved_at > row.drafted_at)))


async def embargoes(session: AsyncSession) -> Sequence[tuple[EmbargoRow, CampaignRow]]:
    """All, the latest first."""
    found = await session.execute(
        select(EmbargoRow, CampaignRow)
        .join(CampaignRow, CampaignRow.id == EmbargoRow.campaign_id)
        .order_by(EmbargoRow.until_on.desc(), EmbargoRow.id)
    )
    return [(embargo, campaign) for embargo, campaign in found]


async def touched_by(
    counting: AsyncSession, content: Content, listed: Sequence[tuple[EmbargoRow, CampaignRow]]
) -> list[tuple[EmbargoRow, CampaignRow]]:
    """The embargoes under which requests of a release may be: of the campaign, wave and province that it counts."""
    found = []
    for embargo, campaign in listed:
        query = (
            select(func.count())
            .select_from(RequestRow)
            .join(PublicBodyRow, PublicBodyRow.id == RequestRow.body_id)
            .where(RequestRow.campaign_id == embargo.campaign_id, begun() <= content.as_of)
        )
        chosen = content.tables[0].query if content.tables else None
        if embargo.wave:
            query = query.where(RequestRow.wave == embargo.wave)
        if embargo.province_code:
            query = query.where(PublicBodyRow.province_code == embargo.province_code)
        if chosen and chosen.campaign_id:
            query = query.where(RequestRow.campaign_id == chosen.campaign_id)
        if chosen and chosen.province:
            query = query.where(PublicBodyRow.province_code == chosen.province)
        if await counting.scalar(query):
            found.append((embargo, campaign))
    return found

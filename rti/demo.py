"""A demo campaign for a fresh installation; every name and request is invented."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import cycle

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.passwords import hash_password
from rti.accounts.sessions import person_of
from rti.core.db import new_id
from rti.core.roles import CBO, Person, Role
from rti.law.calendars import Calendar
from rti.law.events import EventKind, Outcome
from rti.models.accounts import AssignmentRow, PersonRow
from rti.models.bodies import AreaRow, PublicBodyRow
from rti.models.campaigns import CampaignRow, TargetAreaRow
from rti.models.cbos import CboKind, CboRow
from rti.models.requests import Channel, Filing
from rti.models.visits import Finding
from rti.requests.actions import file_request, record_event
from rti.requests.commands import FileRequest, RecordEvent
from rti.visits.actions import record_visit
from rti.visits.checklists import shipped
from rti.visits.commands import RecordVisit

PASSWORD = "demonstration"  # noqa: S105 -- shown on the sign-in page of the demo.


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in to the demo."""

    email: str
    name: str
    role: Role
    password: str = PASSWORD


ACCOUNTS = (
    Account("member@demo.example", "Demo member", Role.CBO_MEMBER),
    Account("lead@demo.example", "Demo lead", Role.CBO_LEAD),
    Account("staff@demo.example", "Demo staff", Role.STAFF),
    Account("group@demo.example", "Demo working group", Role.WORKING_GROUP),
    Account("admin@demo.example", "Demo administrator", Role.ADMINISTRATOR),
)

TARGET_PROVINCES = ("01", "05", "06", "08", "10", "12", "15", "21", "23")
"""Banteay Meanchey, Kampong Speu, Kampong Thom, Kandal, Kratie, Phnom Penh, Pursat, Takeo, Kep."""
TARGET_DISTRICTS = 40
CBOS_IN_PROVINCE, WAVES, RECENT = 5, 4, 8
"""As many organisations as a figure needs to be shown; each asks once at the beginning of each of the last quarters."""

QUESTIONS = (
    ("budget", "ថវិកាឃុំ និងការចំណាយ (commune budget and spending)"),
    ("service_fees", "តារាងតម្លៃសេវាសាធារណៈ (price list of public services)"),
    ("procurement", "កិច្ចសន្យាសាងសង់ផ្លូវ (contract of a road)"),
    ("development_plan", "គម្រោងវិនិយោគឃុំ (commune investment programme)"),
    ("land", "ដីសម្បទានសង្គម (social land concession)"),
    ("environment", "របាយការណ៍វាយតម្លៃហេតុប៉ះពាល់បរិស្ថាន (environmental impact report)"),
    ("civil_registration", "ថ្លៃសំបុត្រកំណើត (fee of a birth certificate)"),
)

ANSWERS = (
    (4, Outcome.FULL),
    (3, Outcome.PARTIAL),
    None,
    (5, Outcome.FULL),
    (12, Outcome.FULL),
    (5, Outcome.REFUSED),
    (2, Outcome.NOT_HELD),
    None,
    (20, Outcome.PARTIAL),
    (4, Outcome.ORAL_REFUSAL),
)
"""Working days from receipt to answer, and the outcome; None is silence."""

SECTIONS = ("art. 20(7)", None, "មាត្រា ២០", "art. 11", "Law on Archives")
"""Sections that refusing bodies cite."""

FINDINGS = (Finding.BOARD, Finding.ABSENT, Finding.BOTH, Finding.OUTDATED, Finding.ABSENT, Finding.ONLINE)


async def load_demo(session: AsyncSession, now: datetime, today: date) -> None:
    """Load the demo campaign into a database in which nobody has an account yet."""
    if await session.scalar(select(func.count()).select_from(PersonRow)):
        return
    campaign = await _campaign(session, now, today)
    cbos = [
        CboRow(
            id=new_id(),
            code=f"DEMO{number}",
            name_km=f"សហគមន៍សាកល្បង {number}",
            name_en=f"Demo community {number}",
            area_code=province,
            kind=kind,
            mapped=True,
            target=number % 3 != 0,
            created_at=now,
        )
        for number, (province, kind) in enumerate(
            zip(TARGET_PROVINCES * CBOS_IN_PROVINCE, cycle(CboKind), strict=False), start=1
        )
    ]
    session.add_all(cbos)
    await session.flush()
    people = {account.role: _person(account, cbos[0], now) for account in ACCOUNTS}
    session.add_all(people.values())
    await session.flush()
    session.add(AssignmentRow(person_id=people[Role.STAFF].id, campaign_id=campaign.id, assigned_at=now))
    await _requests(session, campaign, cbos, person_of(people[Role.STAFF]), now, today)
    await _visits(session, campaign, person_of(people[Role.STAFF]), now, today)


async def _campaign(session: AsyncSession, now: datetime, today: date) -> CampaignRow:
    campaign = CampaignRow(
        id=new_id(),
        code="A2I-DEMO",
        name_km="យុទ្ធនាការសាកល្បង",
        name_en="Demonstration campaign",
        statute_id="KH-A2I-DRAFT",
        starts_on=date(today.year - 1, 1, 1),
        created_at=now,
    )
    session.add(campaign)
    await session.flush()
    below = [
        (
            await session.scalars(
                select(AreaRow.code).where(AreaRow.parent_code == province).order_by(AreaRow.code)
            )
        ).all()
        for province in TARGET_PROVINCES
    ]
    turns = [codes[turn] for turn in range(max(map(len, below))) for codes in below if turn < len(codes)]
    marked = [*TARGET_PROVINCES, *turns[:TARGET_DISTRICTS]]
    session.add_all(TargetAreaRow(campaign_id=campaign.id, area_code=code) for code in marked)
    return campaign


def _person(account: Account, cbo: CboRow, now: datetime) -> PersonRow:
    return PersonRow(
        id=new_id(),
        email=account.email,
        name=account.name,
        password_hash=hash_password(account.password),
        role=account.role,
        cbo_id=cbo.id if account.role in CBO else None,
        language="en",
        created_at=now,
    )


async def _visits(
    session: AsyncSession, campaign: CampaignRow, staff: Person, now: datetime, today: date
) -> None:
    """Two visits to an administration of each target province, half a year apart."""
    for number, province in enumerate(TARGET_PROVINCES):
        bodies = await session.scalars(
            select(PublicBodyRow)
            .where(PublicBodyRow.province_code == province, PublicBodyRow.kind.in_(shipped()))
            .order_by(PublicBodyRow.code.desc())
            .limit(2)
        )
        for body in bodies:
            for visit, days in enumerate((190, 8)):
                findings = {
                    item.code: FINDINGS[(number * 7 + place * 3 + visit * number) % len(FINDINGS)]
                    for place, item in enumerate(shipped()[body.kind])
                }
                command = RecordVisit(
                    campaign_id=campaign.id,
                    body_id=body.id,
                    visited_on=today - timedelta(days=days + number),
                    findings=findings,
                )
                await record_visit(session, command, [], staff, now, today)


async def _requests(
    session: AsyncSession,
    campaign: CampaignRow,
    cbos: list[CboRow],
    staff: Person,
    now: datetime,
    today: date,
) -> None:
    """In turn to administrations of the target provinces."""
    week = Calendar()
    bodies = [
        (
            await session.scalars(
                select(PublicBodyRow.id)
                .where(PublicBodyRow.province_code == province)
                .order_by(PublicBodyRow.code.desc())
                .limit(WAVES + 1)
            )
        ).all()
        for province in TARGET_PROVINCES
    ]
    days = _received(today, len(cbos))
    for number, (received, (topic, title)) in enumerate(zip(days, cycle(QUESTIONS), strict=False)):
        wave, place = number // len(cbos), number % len(TARGET_PROVINCES)
        # Otherwise an organisation would get the same two answers over and over.
        answer = ANSWERS[(number + wave) % len(ANSWERS)]
        filed = FileRequest(
            body_id=bodies[place][number // len(TARGET_PROVINCES) % len(bodies[place])],
            title=title,
            topic=topic,
            channel=Channel.COUNTER,
            filing=Filing.SEALED if number == len(TARGET_PROVINCES) else Filing.ITSELF,
            requester_name=f"Invented person {number}" if place == 0 else "",
            cbo_id=cbos[number % len(cbos)].id,
            campaign_id=campaign.id,
            drafted_on=week.add_working_days(received, -3),
            submitted_on=week.add_working_days(received, -1),
            received_on=received,
        )
        request = await file_request(session, filed, staff, now, today)
        answered = week.add_working_days(received, answer[0]) if answer else None
        if answer and answered and answered <= today:
            cited = (
                SECTIONS[number % len(SECTIONS)] if answer[1] in {Outcome.REFUSED, Outcome.PARTIAL} else None
            )
            event = RecordEvent(
                kind=EventKind.ANSWERED, happened_on=answered, outcome=answer[1], section=cited
            )
            await record_event(session, request.id, event, staff, now, today)


def _received(today: date, a_wave: int) -> list[date]:
    """The days on which requests were received: some in the last weeks, the others in waves at the beginning of quarters,
    so that nothing waits at their ends: a few that wait would hide most figures."""
    week = Calendar()
    recent = [week.add_working_days(today, -3 - 2 * number) for number in range(RECENT)]
    months = today.year * 12 + (today.month - 1) // 3 * 3
    begins = [
        date((months - 3 * back) // 12, (months - 3 * back) % 12 + 1, 1) for back in range(1, WAVES + 1)
    ]
    return recent + [
        week.add_working_days(first, 1 + number // len(TARGET_PROVINCES))
        for first in begins
        for number in range(a_wave)
    ]

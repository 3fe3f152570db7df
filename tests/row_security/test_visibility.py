"""Queries, row-level security, digests, figures and reminders agree about who sees which request."""

from collections import defaultdict
from datetime import timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from notifications.digests import contents
from notifications.sweep import reading_calendar, sweep
from rti.core.db import Database
from rti.core.db_roles import Login, login_of, statistics_login_of
from rti.core.roles import CBO, REQUESTS, Person, Role
from rti.core.visibility import counted_for
from rti.models.accounts import AssignmentRow, PersonRow
from rti.models.messages import MentionRow, MessageRow, ReminderRow
from rti.models.requests import Filing, RequestRow
from rti.requests.queries import visible
from tests import make
from tests.conftest import NOW, TODAY

ALL = {"own", "sealed", "of the campaign", "in the province", "locked"}
LOCKED = {"locked"}
SEEN = {
    "member": {"own", "sealed"},
    "lead": {"own", "sealed"},
    "member who was staff": {"own", "sealed"},
    "disabled member": set(),
    "member of another": {"of the campaign", "in the province"},
    "member of the locked": {"locked"},
    "staff without assignment": set(),
    "staff of the campaign": {"of the campaign"},
    "staff of the province": {"in the province"},
    "staff of both": {"of the campaign", "in the province"},
    "staff of everything": ALL,
    "working group": set(),
    "administrator": set(),
}
"""The requests that are a person's to see, by title, were no organisation locked."""
NOT_LOCKED = {name: seen - LOCKED for name, seen in SEEN.items()}


async def _world(session: AsyncSession) -> dict[str, Person]:
    """Everybody of `SEEN`, and the requests, all of them overdue."""
    ours, others, locked = [await make.cbo(session, NOW) for _ in range(3)]
    campaign = await make.campaign(session, NOW)
    roles = {
        "lead": (Role.CBO_LEAD, ours),
        "member of another": (Role.CBO_MEMBER, others),
        "member of the locked": (Role.CBO_MEMBER, locked),
        "working group": (Role.WORKING_GROUP, None),
        "administrator": (Role.ADMINISTRATOR, None),
    }
    people = {}
    for name in SEEN:
        role, of = roles.get(
            name, (Role.STAFF, None) if name.startswith("staff") else (Role.CBO_MEMBER, ours)
        )
        people[name] = (await make.member(session, role, of=of, everything=False)).person
    assigned: dict[str, list[dict[str, object]]] = {
        "member who was staff": [{}],
        "staff of the campaign": [{"campaign_id": campaign.id}],
        "staff of the province": [{"province_code": "23"}],
        "staff of both": [{"campaign_id": campaign.id}, {"province_code": "23"}],
        "staff of everything": [{}],
    }
    session.add_all(
        AssignmentRow(person_id=people[name].id, assigned_at=NOW, **what)
        for name, of_person in assigned.items()
        for what in of_person
    )
    (await session.get_one(PersonRow, people["disabled member"].id)).disabled_at = NOW
    requests: dict[str, tuple[str, dict[str, object]]] = {
        "own": ("member", {}),
        "sealed": ("member", {"filing": Filing.SEALED}),
        "of the campaign": ("member of another", {"campaign_id": campaign.id}),
        "in the province": ("member of another", {"body_code": "KH-23"}),
        "locked": ("member of the locked", {}),
    }
    received_on = TODAY - timedelta(30)
    for title, (by, more) in requests.items():
        await make.request(session, people[by], NOW, title=title, received_on=received_on, **more)
    locked.locked_at = NOW
    return people


async def _titles(session: AsyncSession, query: Select[RequestRow]) -> set[str]:
    return set(await session.scalars(query.with_only_columns(RequestRow.title)))


async def test_a_query_asks_for_what_a_person_sees_even_where_no_policy_holds(session: AsyncSession) -> None:
    people = await _world(session)
    assert {name: await _titles(session, visible(person)) for name, person in people.items()} == NOT_LOCKED


async def test_policies_show_what_a_person_sees_even_to_a_query_that_does_not_ask(database: Database) -> None:
    async with database.transaction() as session:
        people = await _world(session)

    async def shown(person: Person) -> set[str]:
        async with database.under(login_of(person)).transaction(person.id) as session:
            return await _titles(session, select(RequestRow))

    of_requests = {name: person for name, person in people.items() if person.role in REQUESTS}
    assert {name: await shown(person) for name, person in of_requests.items()} == {
        name: SEEN[name] for name in of_requests
    }


async def test_a_digest_tells_of_what_its_reader_sees(database: Database) -> None:
    async with database.transaction() as session:
        people = await _world(session)
    async with database.under(Login.WORKER).transaction() as session:
        calendar = await reading_calendar(session)
        digests = {
            name: await contents(session, person, TODAY, calendar, named=True)
            for name, person in people.items()
        }
    values = {
        name: {each["title"] for each in digest.get("requests", ())} for name, digest in digests.items()
    }
    assert values == NOT_LOCKED
    assert {name: digest.get("overdue", 0) for name, digest in digests.items()} == {
        name: len(seen) for name, seen in NOT_LOCKED.items()
    }


async def test_nobody_is_reminded_of_a_request_that_they_do_not_see(database: Database) -> None:
    async with database.transaction() as session:
        people = await _world(session)
        due_on = await session.scalar(select(func.min(RequestRow.due_on)))
    assert due_on
    await sweep(database, due_on, NOW, host="rti.test")
    reminded = (
        select(MessageRow.person_id, RequestRow.title)
        .join(MentionRow, MentionRow.message_id == MessageRow.id)
        .join(ReminderRow, ReminderRow.id == MentionRow.reminder_id)
        .join(RequestRow, RequestRow.id == ReminderRow.request_id)
    )
    names = {person.id: name for name, person in people.items()}
    result: defaultdict[str, set[str]] = defaultdict(set)
    async with database.transaction() as session:
        for person_id, title in await session.execute(reminded):
            result[names[person_id]].add(title)
    assert result == {name: NOT_LOCKED[name] for name in result}
    assert set(result) == {"member", "lead", "member who was staff", "member of another"}


async def test_figures_count_the_own_requests_of_members_and_all_for_everybody_else(
    database: Database,
) -> None:
    async with database.transaction() as session:
        people = await _world(session)
        titles = {row.id: row.title for row in await session.scalars(select(RequestRow))}

    async def counted(person: Person) -> set[str]:
        async with database.under(statistics_login_of(person)).transaction(person.id) as session:
            found = await session.scalars(select(RequestRow.id).where(counted_for(person)))
            return {titles[each] for each in found}

    assert {name: await counted(person) for name, person in people.items()} == {
        name: SEEN[name] if person.role in CBO else ALL for name, person in people.items()
    }

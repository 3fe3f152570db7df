"""Reports that are saved, opened with the newest figures, and sent each month."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import httpx
import msgspec
from sqlalchemy import update

from notifications.dispatch import dispatch
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.models.accounts import PersonRow
from rti.models.messages import MessageRow
from rti.models.saved_reports import ReportTo
from rti.statistics import queries
from rti.statistics.commands import Dimension, StatisticsQuery
from rti.statistics.reports import SaveReport, save_report, send_due
from tests import make as house
from tests.commands import rti
from tests.notifications.conftest import messages, sink
from tests.notifications.servers import Sink
from tests.statistics import make

__all__ = ["sink"]
SAVED, FIRST, SECOND = make.NOW, datetime(2026, 12, 1, 1, tzinfo=UTC), datetime(2027, 1, 4, 1, tzinfo=UTC)
"""When a report is saved, and when it is sent for the first and the second time."""
BY_PROVINCE = SaveReport(name="For the minister", by=Dimension.PROVINCE, mails_to=ReportTo.GROUP)


async def _group(database: Database, *more: Role) -> list[house.Member]:
    """Fifty requests, a member of the working group, and others."""
    async with database.transaction() as session:
        for _ in range(5):
            await make.hand_counted(session, await house.cbo(session, make.NOW))
        return [await house.member(session, role) for role in (Role.WORKING_GROUP, *more)]


async def _save(database: Database, member: house.Member, command: SaveReport) -> None:
    async with database.under(Login.GROUP).transaction(member.person.id) as session:
        await save_report(session, command, member.person, SAVED, SAVED.date())


async def _sent(database: Database, settings: Settings, now: datetime) -> list[MessageRow]:
    """What is queued when the scheduler comes by, twice."""
    worker = database.under(Login.WORKER)
    for _ in range(2):
        await send_due(worker, settings, now, now.date())
    return [each for each in await messages(database) if each.created_at == now]


async def test_the_working_group_is_sent_what_it_may_see_once_a_month_and_only_who_let_themselves_in(
    database: Database, settings: Settings
) -> None:
    owner, other, _, invited, gone = await _group(
        database, Role.WORKING_GROUP, Role.STAFF, Role.WORKING_GROUP, Role.WORKING_GROUP
    )
    async with database.transaction() as session:
        for member, values in ((invited, {"password_hash": None}), (gone, {"disabled_at": SAVED})):
            person = update(PersonRow).where(PersonRow.id == member.person.id)
            await session.execute(person.values(**values))
    await _save(database, owner, BY_PROVINCE)
    assert await _sent(database, settings, SAVED) == []
    sent = await _sent(database, settings, FIRST)
    assert {each.person_id for each in sent} == {owner.person.id, other.person.id}
    (values,) = {str(each.values): each.values for each in sent}.values()
    wanted = StatisticsQuery(by=Dimension.PROVINCE, as_of=date(2026, 9, 30))
    async with database.under(Login.STATISTICS).transaction(owner.person.id) as session:
        table = await queries.table(session, owner.person, wanted, FIRST.date())
    assert table.coarse
    assert (values["digest"], values["same"]) == (table.digest, False)
    assert (
        values["path"] == "/statistics?method=own&by=province&unit=submission&basis=received&as_of=2026-09-30"
    )
    assert values["sentences"][0] == [
        "Answered in time",
        "Of {count} requests whose day had passed, {part} were answered in time ({percent} %; {low} to {high} %).",
        {"count": 25, "part": 15, "percent": 60, "low": 41, "high": 77},
    ]


async def test_a_message_names_the_report_only_to_who_asked_for_details(
    database: Database, settings: Settings, sink: Sink
) -> None:
    silent, named = await _group(database, Role.WORKING_GROUP)
    async with database.transaction() as session:
        detail = update(PersonRow).where(PersonRow.id == named.person.id)
        await session.execute(detail.values(wants_detail=True, language="km"))
    await _save(database, silent, BY_PROVINCE)
    for now in (FIRST, SECOND):
        await _sent(database, settings, now)
        await dispatch(database, replace(settings, smtp_url=sink.url), clock=lambda now=now: now)  # type: ignore[misc]
    texts = {(each["To"], each["Subject"]): each.get_payload(decode=True).decode() for each in sink.messages}
    first = texts[silent.email, "Monthly figures as of 30 September 2026"]
    second = texts[silent.email, "Monthly figures as of 31 December 2026"]
    in_khmer = [text for (to, _), text in texts.items() if to == named.email]
    assert "Answered in time: Of 25 requests whose day had passed, 15 were answered in time" in first
    assert f"{settings.address}/statistics?method=own&by=province" in first
    assert "the same figures as in the last message" not in first
    assert BY_PROVINCE.name not in first + second
    assert len(in_khmer) == 2
    assert all(BY_PROVINCE.name in text and "Answered" not in text for text in in_khmer)


async def test_figures_that_did_not_change_are_told_to_be_the_same(
    database: Database, settings: Settings
) -> None:
    (owner,) = await _group(database)
    await _save(database, owner, msgspec.structs.replace(BY_PROVINCE, mails_to=ReportTo.OWNER))
    later = ((FIRST + timedelta(days=30), []), (SECOND, [False]), (SECOND + timedelta(days=28), [True]))
    for now, same in ((FIRST, [False]), *later):
        assert [each.values["same"] for each in await _sent(database, settings, now)] == same


async def test_what_is_too_fine_for_the_working_group_is_not_sent_to_it(
    database: Database, client: httpx.AsyncClient
) -> None:
    async with database.transaction() as session:
        staff = await house.member(session, Role.STAFF)
    await house.sign_in(client, staff)
    month = {"name": "April", "since": "2026-04-02", "mails_to": "group"}
    refused = await client.post("/api/saved-reports", json=month)
    assert refused.status_code == 422
    assert [each["field"] for each in refused.json()["faults"]] == ["since"]
    assert (await client.post("/api/saved-reports", json={**month, "mails_to": "owner"})).status_code == 201


async def test_a_report_is_saved_from_the_page_of_figures_and_belongs_to_its_owner(
    database: Database, client: httpx.AsyncClient
) -> None:
    owner, other = await _group(database, Role.STAFF)
    await house.sign_in(client, owner)
    page = "/saved-reports?method=uk&by=quarter&as_of=2026-06-30"
    figures = (await client.get("/statistics?method=uk&by=quarter")).text
    assert 'href="/saved-reports?method=uk&amp;by=quarter"' in figures
    for name, mails_to in (("Open", "group"), ("Mine", "")):
        fields = {"name": name, "method": "uk", "by": "quarter", "file": "xlsx", "mails_to": mails_to}
        assert (await house.post_form(client, "/saved-reports", fields, page=page)).status_code == 303
    link = 'href="/statistics.xlsx?method=uk&amp;by=quarter&amp;unit=submission&amp;basis=received"'
    assert (await client.get("/saved-reports")).text.count(link) == 2
    await house.sign_in(client, other)
    (seen,) = (await client.get("/api/saved-reports")).json()
    assert (seen["name"], seen["own"]) == ("Open", False)
    assert (await client.delete(f"/api/saved-reports/{seen['id']}")).status_code == 404


async def test_operators_save_list_and_delete_reports(database: Database, database_url: str) -> None:
    (owner,) = await _group(database)
    chosen = ["--owner", owner.email, "--asks", "by=province&as_of=2026-01-01", "--mails-to", "group"]
    saved = rti(database_url, "report", "save", "By province", *chosen)
    assert saved.returncode == 0, saved.stderr
    listed = rti(database_url, "report", "list").stdout
    assert listed.startswith(saved.stdout.strip())
    assert "by=province" in listed
    assert "as_of" not in listed
    assert rti(database_url, "report", "delete", saved.stdout.strip()).returncode == 0
    assert rti(database_url, "report", "list").stdout == ""
    nobody = rti(database_url, "report", "save", "x", "--owner", "nobody@test.example")
    assert nobody.returncode == 2


async def test_nothing_is_sent_once_the_owner_may_not_see_it_any_more(
    database: Database, settings: Settings
) -> None:
    owner, _ = await _group(database, Role.WORKING_GROUP)
    await _save(database, owner, BY_PROVINCE)
    async with database.transaction() as session:
        person = update(PersonRow).where(PersonRow.id == owner.person.id)
        await session.execute(person.values(disabled_at=SAVED))
    assert await _sent(database, settings, FIRST) == []

"""The reminder rules of a campaign: the defaults, and those that its staff writes."""

from datetime import date, timedelta

import httpx
import pytest
from sqlalchemy import update

from notifications import rules
from notifications.commands import SaveRule
from notifications.sweep import sweep
from rti.core.db import Database
from rti.core.roles import Role
from rti.law.reminders import DEFAULT_RULES, About, Audience
from rti.models.campaigns import CampaignRow
from rti.models.requests import RequestRow
from tests import make
from tests.commands import rti
from tests.conftest import NOW, TODAY, SignIn
from tests.notifications.conftest import Case, due, messages, reminders

LATE = {"name": "weekly", "about": "answer", "begins": 1, "ends": 15, "every": 5, "to": "leads"}


async def _campaign(database: Database, **rule: object) -> CampaignRow:
    async with database.transaction() as session:
        row = await make.campaign(session, NOW)
        if rule:
            for default in DEFAULT_RULES:
                await rules.remove(session, row.id, default.name, NOW)
            await rules.save(session, row.id, SaveRule(**rule), NOW)
        return row


async def _due(database: Database, day: date, campaign: CampaignRow, **more: str) -> Case:
    case = await due(database, day, **more)
    async with database.transaction() as session:
        of_case = update(RequestRow).where(RequestRow.id == case.request_id)
        await session.execute(of_case.values(campaign_id=campaign.id))
    return case


async def _swept(database: Database, day: date) -> None:
    await sweep(database, day, NOW, host="rti.test")


async def test_a_rule_that_repeats_speaks_every_so_many_working_days_and_then_no_more(
    database: Database,
) -> None:
    campaign = await _campaign(
        database, name="weekly", about=About.ANSWER, begins=1, ends=15, every=5, to=Audience.EVERYBODY
    )
    await _due(database, TODAY, campaign)
    values = []
    for number in range(60):
        before = len(await messages(database))
        await _swept(database, TODAY + timedelta(number))
        if len(await messages(database)) > before:
            values.append(TODAY + timedelta(number))
    # The Water Festival takes the first three days.
    assert values == [date(2026, 11, 26), date(2026, 12, 3), date(2026, 12, 10)]
    assert sorted(row.occasion for row in await reminders(database)) == [0, 1, 2]


async def test_after_a_missed_month_a_rule_that_repeats_speaks_once(database: Database) -> None:
    campaign = await _campaign(
        database, name="weekly", about=About.ANSWER, begins=1, ends=60, every=5, to=Audience.EVERYBODY
    )
    await _due(database, TODAY - timedelta(30), campaign)
    for _ in range(3):
        await _swept(database, TODAY)
    assert len(await messages(database)) == 1


async def test_a_campaign_without_rules_reminds_nobody_and_others_go_on(database: Database) -> None:
    campaign = await _campaign(database)
    async with database.transaction() as session:
        for default in DEFAULT_RULES:
            await rules.remove(session, campaign.id, default.name, NOW)
        other = await make.campaign(session, NOW)
    await _due(database, TODAY, campaign)
    result = await _due(database, TODAY, other)
    await _swept(database, TODAY)
    assert [message.person_id for message in await messages(database)] == [result.member.person.id]


async def test_taking_the_defaults_over_says_nothing_twice(database: Database) -> None:
    campaign = await _campaign(database)
    await _due(database, TODAY, campaign)
    await _swept(database, TODAY)
    async with database.transaction() as session:
        await rules.save(
            session, campaign.id, SaveRule(name="other", about=About.COMPLAINT, begins=0, ends=1), NOW
        )
    await _swept(database, TODAY)
    assert len(await reminders(database)) == 1


async def test_a_rule_for_leads_tells_leads_only(database: Database) -> None:
    campaign = await _campaign(
        database, name="leads", about=About.ANSWER, begins=0, ends=0, to=Audience.LEADS
    )
    case = await _due(database, TODAY, campaign)
    async with database.transaction() as session:
        lead = await make.member(session, Role.CBO_LEAD, of=case.cbo)
    await _swept(database, TODAY)
    assert [message.person_id for message in await messages(database)] == [lead.person.id]


async def test_a_missing_acknowledgement_is_told_after_its_day(database: Database) -> None:
    await due(database, TODAY, clock="acknowledgement")
    await _swept(database, TODAY)
    assert await messages(database) == []
    await _swept(database, date(2026, 11, 26))
    assert [row.rule for row in await reminders(database)] == ["unacknowledged"]


async def test_staff_write_the_rules_of_a_campaign_in_the_browser(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.STAFF)
    path = f"/campaigns/{(await _campaign(database)).id}/rules"
    assert "These are the default rules" in (await client.get(path)).text
    form = {name: str(value) for name, value in LATE.items()}
    assert (await make.post_form(client, path, form)).status_code == 303
    shown = (await client.get(path)).text
    assert "weekly" in shown
    assert "its own rules" in shown
    assert 'value="weekly"' in (await client.get(f"{path}?rule=weekly")).text
    await make.post_form(client, f"{path}/weekly/remove", {}, page=path)
    assert "weekly" not in (await client.get(path)).text
    await make.post_form(client, f"{path}/defaults", {}, page=path)
    assert "These are the default rules" in (await client.get(path)).text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"ends": 0}, "ends"),
        ({"every": 0}, "every"),
        ({"ends": 250, "every": 1}, "every"),
        ({"begins": -61}, "begins"),
        ({"about": "weather"}, "about"),
        ({"to": "ministers"}, "to"),
        ({"name": "a/b"}, "name"),
        ({"name": ""}, "name"),
    ],
)
async def test_a_wrong_rule_is_told_by_its_field_and_changes_nothing(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, wrong: dict[str, object], field: str
) -> None:
    await sign_in(Role.STAFF)
    path = f"/api/campaigns/{(await _campaign(database)).id}/rules"
    answer = await client.post(path, json={**LATE, **wrong})
    assert (answer.status_code, [fault["field"] for fault in answer.json()["faults"]]) == (422, [field])
    assert (await client.get(path)).json()["own"] is False


async def test_the_api_saves_replaces_removes_and_restores(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.STAFF)
    path = f"/api/campaigns/{(await _campaign(database)).id}/rules"
    await client.post(path, json=LATE)
    replaced = (await client.post(path, json={**LATE, "ends": 20})).json()
    assert [rule["ends"] for rule in replaced["rules"] if rule["name"] == "weekly"] == [20]
    assert len(replaced["rules"]) == len(DEFAULT_RULES) + 1
    assert (await client.delete(f"{path}/weekly")).status_code == 204
    assert (await client.delete(f"{path}/weekly")).status_code == 404
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).json()["own"] is False


async def test_the_command_lists_saves_removes_and_restores(database: Database, database_url: str) -> None:
    code = (await _campaign(database)).code

    def done(*arguments: str) -> str:
        ran = rti(database_url, "rules", *arguments)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    assert "default rules" in done("list", code)
    done("save", code, "weekly", "--about", "answer", "--begins", "1", "--ends", "20", "--every", "5")
    assert "weekly: answer, working days 1 to 20, repeated every 5, to everybody" in done("list", code)
    done("remove", code, "weekly")
    assert "weekly" not in done("list", code)
    done("defaults", code)
    assert "default rules" in done("list", code)
    for wrong in (
        ("list", "NONE"),
        ("save", code, "a/b", "--about", "answer", "--begins", "1", "--ends", "2"),
    ):
        assert rti(database_url, "rules", *wrong).returncode == 2

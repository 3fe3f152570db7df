"""The calendar and news feeds of a person: what they tell, to whom, and until when."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import httpx
import pytest
from icalendar import Calendar, Event
from sqlalchemy import text, update

from rti.core.db import Database, new_id
from rti.core.roles import Role
from rti.core.wallclock import day_of, now
from rti.feeds import atom, calendar, secrets
from rti.law.events import EventKind, Outcome
from rti.models.accounts import PersonRow
from rti.models.cbos import CboRow
from rti.models.requests import SnoozeRow
from tests import make
from tests.conftest import NOW
from tests.notifications.conftest import TITLE, Case, due

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def today() -> date:
    return day_of(now(), "Asia/Phnom_Penh")


async def _case(database: Database, role: Role = Role.CBO_MEMBER) -> tuple[Case, str]:
    """Somebody with a request that is due in three days, and the secret of the feeds."""
    case = await due(database, today() + timedelta(3), role=role, now=now())
    async with database.transaction() as session:
        return case, await secrets.renew(session, case.member.person, now())


async def _deadlines(client: httpx.AsyncClient, secret: str, **headers: str) -> httpx.Response:
    return await client.get(f"/feeds/{secret}/deadlines.ics", headers=headers)


async def _events(client: httpx.AsyncClient, secret: str) -> list[Event]:
    shown = Calendar.from_ical((await _deadlines(client, secret)).text)
    return list(shown.walk("VEVENT"))


async def _replies(client: httpx.AsyncClient, secret: str) -> list[Event]:
    return [event for event in await _events(client, secret) if "-reply-" in event["UID"]]


async def _titles(client: httpx.AsyncClient, secret: str) -> list[str]:
    answer = await client.get(f"/feeds/{secret}/changes.atom")
    return [title.text or "" for title in ET.fromstring(answer.text).findall("a:entry/a:title", ATOM)]


async def _change(database: Database, case: Case, **values: object) -> None:
    async with database.transaction() as session:
        person = update(PersonRow).where(PersonRow.id == case.member.person.id)
        await session.execute(person.values(**values))


async def test_a_calendar_says_when_and_nothing_else(client: httpx.AsyncClient, database: Database) -> None:
    case, secret = await _case(database)
    answer = await _deadlines(client, secret)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert f"DTSTART;VALUE=DATE:{today() + timedelta(3):%Y%m%d}" in answer.text
    assert "SUMMARY:1 request is due\r\n" in answer.text
    assert "not a legal deadline" in answer.text
    for said in (TITLE, case.cbo.code, case.cbo.name_en, "Commune", "Test person"):
        assert said not in answer.text


async def test_news_say_that_something_happened_and_nothing_else(
    client: httpx.AsyncClient, database: Database
) -> None:
    case, secret = await _case(database)
    answer = await client.get(f"/feeds/{secret}/changes.atom")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert await _titles(client, secret) == ["An event was recorded for 1 request"]
    for said in (TITLE, case.cbo.code, case.cbo.name_en, "Test person", secret):
        assert said not in answer.text


async def test_who_asked_for_details_gets_them_in_the_own_language(
    client: httpx.AsyncClient, database: Database
) -> None:
    case, secret = await _case(database)
    await _change(database, case, wants_detail=True, language="km")
    (event,) = await _events(client, secret)
    assert TITLE in event["SUMMARY"]
    assert re.search("[ក-៹]", event["SUMMARY"])
    (title,) = await _titles(client, secret)
    assert title.startswith(f"{case.cbo.code}-0001")
    assert TITLE in title


async def test_a_request_that_was_answered_a_moment_ago_is_in_no_calendar(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
        request = await make.request(session, member.person, now())
        secret = await secrets.renew(session, member.person, now())
    assert await _events(client, secret)
    async with database.transaction() as session:
        await make.event(
            session, request.id, member.person, now(), EventKind.ANSWERED, now().date(), outcome=Outcome.FULL
        )
    assert await _events(client, secret) == []
    assert len(await _titles(client, secret)) == 2


async def test_a_snoozed_request_is_in_no_calendar_until_its_day(
    client: httpx.AsyncClient, database: Database
) -> None:
    case, secret = await _case(database)
    async with database.transaction() as session:
        snooze = SnoozeRow(
            cbo_id=case.cbo.id,
            request_id=case.request_id,
            until=today() + timedelta(1),
            reason="The chief is ill",
            snoozed_at=now(),
            snoozed_by=case.member.person.id,
        )
        session.add(snooze)
    assert await _events(client, secret) == []
    async with database.transaction() as session:
        await session.execute(update(SnoozeRow).values(until=today()))
    assert len(await _events(client, secret)) == 1


async def test_a_calendar_that_is_full_keeps_what_is_to_come_and_says_how_much_it_leaves_out(
    client: httpx.AsyncClient, database: Database
) -> None:
    case, secret = await _case(database)
    await make.sign_in(client, case.member)
    assert "do not fit" not in (await client.get("/me/feeds")).text
    async with database.transaction() as session:
        copies = """
            INSERT INTO deadline SELECT (jsonb_populate_record(d, jsonb_build_object(
                'epoch', n, 'due_on', CAST(:today AS date) - n % 30 - 1
            ))).* FROM deadline d, generate_series(1000, 1501) n WHERE d.state = 'running'
        """
        await session.execute(text(copies), {"today": today()})
    events = await _events(client, secret)
    result, dates = events[-1], events[:-1]
    assert (len(dates), result["SUMMARY"]) == (500, "3 more dates do not fit into this calendar")
    assert "500" in result["DESCRIPTION"]
    days = [event["DTSTART"].dt for event in dates]
    assert (days[0], max(days[1:]), min(days[1:])) == (
        today() + timedelta(3),
        today() - timedelta(1),
        today() - timedelta(30),
    )
    assert "3 more dates do not fit" in (await client.get("/me/feeds")).text
    assert (await client.get("/api/me/feeds")).json()["left_out"] == 3


async def test_a_moved_date_is_the_same_event_with_a_higher_sequence(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
        request = await make.request(session, member.person, now(), statute_id="ZA-PAIA-2000")
        secret = await secrets.renew(session, member.person, now())
    (before,) = await _replies(client, secret)
    async with database.transaction() as session:
        more = {"days": "20 calendar"}
        await make.event(session, request.id, member.person, now(), EventKind.EXTENDED, now().date(), **more)
    (after,) = await _replies(client, secret)
    assert after["UID"] == before["UID"]
    assert after["DTSTART"].dt > before["DTSTART"].dt
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert after["LAST-MODIFIED"].dt >= before["LAST-MODIFIED"].dt
    assert "A date of 1 request was recalculated" in await _titles(client, secret)


@pytest.mark.parametrize(
    "change",
    [
        {"disabled_at": NOW},
        {"role": Role.WORKING_GROUP, "cbo_id": None},
        {"role": Role.ADMINISTRATOR, "cbo_id": None},
    ],
    ids=str,
)
async def test_who_may_see_no_request_any_more_gets_what_an_unknown_address_gets(
    client: httpx.AsyncClient, database: Database, change: dict[str, object]
) -> None:
    case, secret = await _case(database)
    await _change(database, case, **change)
    for name in ("deadlines.ics", "changes.atom"):
        answers = [await client.get(f"/feeds/{each}/{name}") for each in (secret, "x" * 43, "ខ", "%ff")]
        assert {(answer.status_code, answer.content) for answer in answers} == {(404, b"")}
        assert len({str(sorted(answer.headers.multi_items())) for answer in answers}) == 1


async def test_an_organisation_that_sends_nothing_feeds_nothing(
    client: httpx.AsyncClient, database: Database
) -> None:
    case, secret = await _case(database)
    async with database.transaction() as session:
        await session.execute(update(CboRow).where(CboRow.id == case.cbo.id).values(sends_messages=False))
    assert (await _deadlines(client, secret)).status_code == 404


async def test_staff_see_what_is_assigned_to_them_now(client: httpx.AsyncClient, database: Database) -> None:
    await _case(database)
    async with database.transaction() as session:
        blind = await make.member(session, Role.STAFF, everything=False)
        seeing = await make.member(session, Role.STAFF)
        first, second = [await secrets.renew(session, each.person, now()) for each in (blind, seeing)]
    assert await _events(client, first) == []
    assert await _titles(client, first) == []
    assert len(await _events(client, second)) == 1


async def test_nobody_reads_the_feed_of_another_organisation(
    client: httpx.AsyncClient, database: Database
) -> None:
    _, first = await _case(database)
    _, second = await _case(database)
    uids = [{event["UID"] for event in await _events(client, each)} for each in (first, second)]
    assert [len(each) for each in uids] == [1, 1]
    assert not uids[0] & uids[1]


async def test_a_program_that_has_the_feed_already_is_told_so(
    client: httpx.AsyncClient, database: Database
) -> None:
    case, secret = await _case(database)
    for name in ("deadlines.ics", "changes.atom"):
        address = f"/feeds/{secret}/{name}"
        tag = (await client.get(address)).headers["etag"]
        again = await client.get(address, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
    await _change(database, case, wants_detail=True)
    assert (await _deadlines(client, secret, **{"If-None-Match": tag})).status_code == 200


async def test_new_addresses_end_the_old_ones_and_closing_ends_both(
    client: httpx.AsyncClient, database: Database
) -> None:
    case, old = await _case(database)
    await make.sign_in(client, case.member)
    made = await make.post_form(client, "/me/feeds", {})
    (new,) = set(re.findall(r"/feeds/([\w-]{43})/", made.text))
    assert (await _deadlines(client, old)).status_code == 404
    assert (await _deadlines(client, new)).status_code == 200
    assert new not in (await client.get("/me/feeds")).text
    await make.post_form(client, "/me/feeds/revoke", {}, page="/me/feeds")
    assert (await _deadlines(client, new)).status_code == 404


async def test_the_api_makes_and_closes_feeds(client: httpx.AsyncClient, database: Database) -> None:
    case, _ = await _case(database)
    await make.sign_in(client, case.member)
    made = (await client.post("/api/me/feeds")).json()
    path = made["deadlines"].removeprefix("http://127.0.0.1:8000")
    assert (await client.get(path)).status_code == 200
    assert (await client.get("/api/me/feeds")).json()["since"]
    assert (await client.delete("/api/me/feeds")).status_code == 204
    assert (await client.get("/api/me/feeds")).json() == {"since": None, "left_out": 0}
    assert (await client.get(path)).status_code == 404


async def test_only_a_digest_of_the_secret_is_stored(database: Database) -> None:
    _, secret = await _case(database)
    async with database.transaction() as session:
        (row,) = await session.scalars(text("SELECT feed::text FROM feed"))
    assert secret not in row
    assert secret.encode().hex() not in row


def test_an_alarm_rings_at_the_hour_of_the_day_before() -> None:
    entry = calendar.Entry("a@b", date(2028, 2, 29), "x", "", "http://x", 0, now())
    (event,) = Calendar.from_ical(calendar.calendar([entry], name="x", alarm_hour=7)).walk("VEVENT")
    (alarm,) = event.walk("VALARM")
    assert event["DTSTART"].dt == date(2028, 2, 29)
    assert alarm["TRIGGER"].dt == timedelta(hours=7 - 24)
    assert b"VALARM" not in calendar.calendar([entry], name="x", alarm_hour=None)


def test_words_that_mean_something_to_a_calendar_or_to_xml_are_written_as_words() -> None:
    said = "a;b,c\\d\nBEGIN:VALARM <b>&\"'"
    entry = calendar.Entry("a@b", date(2026, 4, 14), said, said, "http://x", 0, now())
    (event,) = Calendar.from_ical(calendar.calendar([entry], name="x", alarm_hour=None)).walk("VEVENT")
    assert str(event["SUMMARY"]) == said
    some = atom.Entry(new_id(), said, "http://x", now())
    shown = ET.fromstring(atom.feed([some], id=some.id, title=said, language="en", since=now()))
    assert shown.findtext("a:entry/a:title", namespaces=ATOM) == said


async def test_the_secret_is_in_no_log_whatever_happens(
    capfd: pytest.CaptureFixture[str], client: httpx.AsyncClient, database: Database
) -> None:
    _, secret = await _case(database)
    async with database.transaction() as session:
        await session.execute(text("ALTER TABLE deadline RENAME TO away"))
    assert (await _deadlines(client, secret)).status_code == 500
    await _deadlines(client, f"{secret[:-1]}!")
    logged = "".join(capfd.readouterr())
    assert "crash" in logged
    assert secret[:-1] not in logged

"""Each class of data goes when its time is over and not before, and a report of it stays."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import func, select, text

from rti.accounts.passwords import new_token, token_hash
from rti.audit.record import record
from rti.audit.sealer import chain
from rti.audit.verify import check
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.periodic import Tick
from rti.core.roles import Person, Role, TokenScope
from rti.core.settings import Settings
from rti.core.wallclock import now as present
from rti.models.accounts import (
    ApiTokenRow,
    AssignmentRow,
    InvitationRow,
    PasskeyRow,
    PersonRow,
    RateLimitRow,
    RecoveryCodeRow,
    SignInRow,
    SubmissionRow,
)
from rti.models.audit import AuditAction, AuditEntryRow
from rti.models.inbox import IncomingRow, IncomingState
from rti.models.jobs import JobKind, JobRow, JobState
from rti.models.messages import Channel, ChannelAddressRow, MessageKind, MessageRow, MessageState
from rti.retention.jobs import purge
from rti.retention.purge import _REMOVE, remove
from rti.retention.schedule import RULES, Kept
from tests import make
from tests.commands import rti
from tests.conftest import TODAY, SignIn

EARLIER = timedelta(minutes=5)


def _rows(person: Person, kept: Kept, ended: datetime) -> list[Any]:
    """Things of a class that ended at a moment."""
    token = {"person_id": person.id, "token_hash": token_hash(new_token()), "expires_at": ended}
    made = {"created_at": ended - timedelta(days=1)}
    sent = {
        "person_id": person.id,
        "kind": MessageKind.REMINDER,
        "values": {"due_on": "2026-01-01"},
        "next_attempt_at": ended,
        "finished_at": ended,
        "to_address": "who@test.example",
        "subject": "s",
        "body": "b",
    }
    return {
        Kept.SESSIONS: lambda: [SignInRow(**token, **made, last_seen_at=ended, proved_at=ended)],
        Kept.TOKENS: lambda: [ApiTokenRow(**token, **made, name="", scope=TokenScope.READ)],
        Kept.INVITATIONS: lambda: [InvitationRow(**token, **made)],
        Kept.RATE_LIMITS: lambda: [RateLimitRow(key=token["token_hash"], free_at=ended)],
        Kept.SUBMISSIONS: lambda: [
            SubmissionRow(person_id=person.id, key=token["token_hash"], content=b"", sent_at=ended)
        ],
        Kept.MESSAGE_TEXTS: lambda: [
            MessageRow(**sent, **made, message_id=f"<{new_token()}@rti.test>", state=state)
            for state in (MessageState.ACCEPTED, MessageState.KEPT, MessageState.UNKNOWN)
        ],
        Kept.JOBS: lambda: [
            JobRow(
                **made,
                kind=JobKind.IMPORT,
                person_id=person.id,
                arguments={},
                state=JobState.DONE,
                total=1,
                next_attempt_at=ended,
                finished_at=ended,
            )
        ],
        Kept.DISCARDED: lambda: [
            IncomingRow(
                state=IncomingState.DISCARDED,
                received_at=ended,
                decided_at=ended,
                size=1,
                sha256=b"",
                key_number="00000001",
            )
        ],
        Kept.ACCOUNTS: lambda: [
            PersonRow(
                **made,
                email=f"{new_token()}@test.example",
                name="Sok Dara",
                role=Role.STAFF,
                language="en",
                disabled_at=ended,
            )
        ],
        Kept.AUDIT_ENTRIES: lambda: [AuditEntryRow(happened_at=ended, what=AuditAction.EXPORTED)],
    }[kept]()


async def _filled(database: Database, now: datetime) -> None:
    async with database.transaction() as session:
        for kept, rule in RULES.items():
            for place in (-EARLIER, EARLIER):
                person = (await make.member(session)).person
                session.add_all(_rows(person, kept, now - rule.keeps + place))


EXPECTED = dict.fromkeys(Kept, 1) | {Kept.MESSAGE_TEXTS: 2}


async def test_what_is_over_goes_and_what_is_not_stays(database: Database) -> None:
    now = present()
    await _filled(database, now)
    worker = database.under(Login.WORKER)
    assert await remove(worker, now, dry_run=True) == EXPECTED
    assert await remove(worker, now) == EXPECTED
    assert await remove(worker, now) == dict.fromkeys(Kept, 0)
    async with database.transaction() as session:
        for table in (SignInRow, ApiTokenRow, InvitationRow, RateLimitRow, JobRow):
            assert await session.scalar(select(func.count()).select_from(table)) == 1, table
        messages = (await session.scalars(select(MessageRow))).all()
        assert len(messages) == 6
        with_text = [message for message in messages if message.body]
        assert len(with_text) == 4
        assert sum(message.state is MessageState.UNKNOWN for message in with_text) == 2
        without = [message for message in messages if not message.body]
        assert {(message.to_address, message.subject, str(message.values)) for message in without} == {
            (None, None, "{}")
        }
        await chain(session)
        assert (await check(session, TODAY)).faults == []


async def test_somebody_whose_account_was_disabled_a_year_ago_is_a_number_and_what_was_done_stays(
    database: Database, client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    now = present()
    async with database.transaction() as session:
        left = await make.member(session, Role.STAFF)
        row = await session.get_one(PersonRow, left.person.id)
        row.name, row.wants_digest = "Sok Dara", True
        row.disabled_at = now - RULES[Kept.ACCOUNTS].keeps - EARLIER
        session.add(
            ChannelAddressRow(person_id=row.id, channel=Channel.SMS, address="+85512345678", chosen=True)
        )
    async with database.transaction(left.person.id) as session:
        request = await make.request(session, left.person, now)
    me = await sign_in(Role.STAFF)
    assert "Sok Dara" in (await client.get(f"/requests/{request.id}")).text
    before = (await client.get("/api/statistics")).json()["total"]["counts"]
    assert (await remove(database.under(Login.WORKER), now))[Kept.ACCOUNTS] == 1
    page = (await client.get(f"/requests/{request.id}")).text
    assert "Sok Dara" not in page
    assert f"#{str(left.person.id)[-8:]}" in page
    assert (await client.get("/api/statistics")).json()["total"]["counts"] == before
    async with database.transaction() as session:
        rows = {each.id: each for each in await session.scalars(select(PersonRow))}
        gone = rows[left.person.id]
        assert (gone.email, gone.password_hash) == (f"{gone.id}@removed.invalid", "")
        assert (gone.wants_digest, gone.wants_reminders, gone.language) == (False, False, "km")
        assert rows[me.person.id].email == me.email
        for table in (ChannelAddressRow, AssignmentRow, PasskeyRow, RecoveryCodeRow):
            owners = set(await session.scalars(select(table.person_id)))
            assert left.person.id not in owners, table
        entry = select(AuditEntryRow.about).where(AuditEntryRow.what == AuditAction.PERSON_FORGOTTEN)
        assert (await session.scalars(entry)).all() == [str(gone.id)]
        assert await session.scalar(select(func.count()).where(AuditEntryRow.person_id == gone.id)), (
            "the log still tells what this one did"
        )


async def test_the_daily_removal_reads_the_messages_that_are_due_and_no_others(database: Database) -> None:
    now = present()
    async with database.transaction() as session:
        person = (await make.member(session)).person
        due = _rows(person, Kept.MESSAGE_TEXTS, now - RULES[Kept.MESSAGE_TEXTS].keeps - EARLIER)
        blanked = _rows(person, Kept.MESSAGE_TEXTS, now - timedelta(days=400))
        for message in blanked:
            message.to_address = message.subject = message.body = None
            message.values = {}
        session.add_all([*due, *blanked])
        await session.flush()
        of_index = "SELECT pg_get_expr(indpred, indrelid) FROM pg_index WHERE indexrelid = 'ix_message_with_text'::regclass"
        holds = await session.scalar(text(of_index))
        held = await session.scalar(text(f"SELECT count(*) FROM message WHERE {holds}"))  # noqa: S608 -- our own index
        assert held == 2, "the index holds what has a text and has arrived"
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = await session.scalars(
            text("EXPLAIN " + _REMOVE[Kept.MESSAGE_TEXTS]), {"before": now - timedelta(days=14)}
        )
        assert any("ix_message_with_text" in line for line in plan)


async def test_the_scheduler_does_it_once_a_day_and_tells_how_much_went(
    database: Database, settings: Settings, client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    now = present()
    await _filled(database, now)
    tick = Tick(database.under(Login.WORKER), settings, now)
    assert "1 sessions" in (await purge(tick)).words
    assert (await purge(tick)).words == "done today"
    tomorrow = replace(tick, now=now + timedelta(days=1))
    assert "1 sessions" in (await purge(tomorrow)).words, "those that were five minutes too young"
    await sign_in(Role.ADMINISTRATOR)
    view = (await client.get("/api/retention")).json()
    assert {each["name"]: each["days"] for each in view["classes"]} == {
        kept.value: rule.keeps.days for kept, rule in RULES.items()
    }
    assert {each["name"]: each["removed"] for each in view["classes"]} == EXPECTED
    assert "Texts and addresses of sent messages" in (await client.get("/retention")).text


async def test_the_command_line_counts_first_and_removes_then(database: Database, database_url: str) -> None:
    await _filled(database, present())
    counted = rti(database_url, "retention", "--dry-run")
    assert counted.returncode == 0, counted.stderr
    assert "message_texts\t14 days\t2" in counted.stdout
    assert rti(database_url, "retention").stdout == counted.stdout
    assert "message_texts\t14 days\t0" in rti(database_url, "retention", "--dry-run").stdout


async def test_the_database_refuses_to_lose_entries_before_their_time(database: Database) -> None:
    """The time of the declared class is never shorter than that of the guard."""
    async with database.transaction() as session:
        now = present()
        guard = await session.scalar(
            text("SELECT CAST(:now AS timestamptz) - interval '5 years'"), {"now": now}
        )
        assert now - RULES[Kept.AUDIT_ENTRIES].keeps < guard
        record(session, AuditAction.EXPORTED, now - timedelta(days=5 * 365 - 30))
    assert (await remove(database.under(Login.WORKER), now))[Kept.AUDIT_ENTRIES] == 0

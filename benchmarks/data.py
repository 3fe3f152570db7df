"""A database with many invented requests, made by SQL in an embedded server in a temporary folder."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core import embedded_postgres, keyring, wallclock
from rti.core.db import Database
from rti.upgrade import migrate

TODAY = date(2026, 11, 23)
CBOS = 600

_ORGANISATIONS = """
    INSERT INTO cbo (id, code, name_km, name_en, area_code, sends_messages, last_number, created_at)
    SELECT gen_random_uuid(), 'CBO' || n, 'សហគមន៍ ' || n, 'Community ' || n, '01', true, 0, now()
    FROM generate_series(0, CAST(:cbos AS integer) - 1) AS n
"""
_PEOPLE = """
    INSERT INTO person (id, email, name, password_hash, role, cbo_id, language, wants_reminders, created_at, entrusted_at)
    SELECT gen_random_uuid(), lower(code) || '@test.example', 'Member', '', 'cbo_lead', id, 'en', true, now(), now()
    FROM cbo
    UNION ALL
    SELECT gen_random_uuid(), name || '@test.example', 'Staff', '', role, NULL, 'en', true, now(), now()
    FROM (VALUES ('staff', 'staff'), ('assigned', 'staff'), ('provincial', 'staff'), ('group', 'working_group'),
        ('admin', 'administrator')) AS others (name, role)
"""
_CAMPAIGNS = """
    INSERT INTO campaign (id, code, name_km, name_en, statute_id, starts_on, own_rules, created_at)
    SELECT gen_random_uuid(), 'C' || n, 'យុទ្ធនាការ ' || n, 'Campaign ' || n, 'KH-A2I-DRAFT', CAST(:today AS date) - 1000 + n, false, now()
    FROM generate_series(0, 4) AS n
"""
_ASSIGNED = """
    INSERT INTO assignment (id, person_id, campaign_id, province_code, assigned_at)
    SELECT gen_random_uuid(), p.id, c.id, NULL, now() FROM person p
    LEFT JOIN campaign c ON p.email LIKE 'assigned%' AND c.code IN ('C1', 'C3')
    WHERE p.role = 'staff' AND p.email NOT LIKE 'provincial%'
    UNION ALL
    SELECT gen_random_uuid(), p.id, NULL, code, now() FROM person p, unnest(ARRAY['03', '17']) AS code
    WHERE p.email LIKE 'provincial%'
"""
_REQUESTS = """
    WITH asked AS (
        SELECT n, n % 20 AS fate, CAST(:today AS date) - abs(hashint4(n)) % 1000 AS received_on,
            abs(hashint4(-n - 1)) % 45 + CASE n % 20 WHEN 0 THEN 20 ELSE 0 END AS days
        FROM generate_series(0, CAST(:count AS integer) - 1) AS n
    ), bodies AS (
        SELECT id, province_code, row_number() OVER (ORDER BY code) - 1 AS place FROM public_body
    ), cbos AS (
        SELECT id, row_number() OVER (ORDER BY code) - 1 AS place FROM cbo
    ), inserted AS (
        SELECT asked.*, bodies.id AS body_id, province_code, cbos.id AS cbo_id, received_on + 21 AS due_on,
            received_on - abs(hashint4(n + 1)) % 4 AS submitted_on,
            CASE WHEN fate IN (0, 17) THEN received_on + 1 + n / 20 % 8 END AS asked_on,
            CASE WHEN fate = 0 THEN received_on + 2 + n / 20 % 8 + n / 160 % 10 END AS explained_on,
            CASE WHEN fate < 12 AND received_on + days <= CAST(:today AS date) THEN received_on + days END AS answered_on
        FROM asked
        JOIN bodies ON bodies.place = asked.n % (SELECT count(*) FROM public_body)
        JOIN cbos ON cbos.place = asked.n % CAST(:cbos AS integer)
    )
    INSERT INTO request (
        id, cbo_id, campaign_id, first_body_id, body_id, province_code, reference, title, question, topic, channel, filing, statute_id, statute_version,
        created_at, status, not_taken, outcome, drafted_on, submitted_on, received_on, due_on, binding, soft,
        provisional, confirmed, met_on, answered_on, ended_on, next_due_on, limit_on, closed_on, known_from, story
    )
    SELECT new_id(), cbo_id, (SELECT id FROM campaign WHERE code = 'C' || n % 7), body_id, body_id, province_code, 'R-' || n, 'Budget of year ' || n, 'Which amounts were spent?',
        (ARRAY['budget', 'land', 'health', 'education', 'security'])[1 + n % 5], 'counter', 'itself', 'KH-A2I-DRAFT', 1,
        received_on, status, CASE WHEN status = 'not_submitted' THEN 'refused_at_counter' END,
        CASE WHEN answered_on IS NOT NULL THEN (ARRAY['full', 'partial', 'refused', 'not_held'])[1 + n % 4] END,
        submitted_on - abs(hashint4(n + 2)) % 10, submitted_on, CASE WHEN status <> 'not_submitted' THEN received_on END,
        CASE WHEN status NOT IN ('not_submitted', 'paused') THEN due_on END, false, false, false, false,
        answered_on, answered_on, CASE WHEN status = 'withdrawn' THEN received_on + 3 END,
        CASE WHEN status = 'open' THEN due_on ELSE 'infinity' END,
        CASE WHEN status NOT IN ('not_submitted', 'paused') THEN due_on END,
        coalesce(answered_on, CASE WHEN status = 'withdrawn' THEN received_on + 3 END),
        coalesce(answered_on, received_on),
        decode(md5(concat_ws(' ', status, CASE status WHEN 'not_submitted' THEN submitted_on ELSE received_on END, asked_on, explained_on, answered_on = received_on)), 'hex')
    FROM inserted, LATERAL (
        SELECT CASE
            WHEN answered_on IS NOT NULL THEN 'answered'
            WHEN fate = 17 THEN 'paused'
            WHEN fate = 18 THEN 'withdrawn'
            WHEN fate = 19 THEN 'not_submitted'
            ELSE 'open'
        END AS status
    ) AS standing
"""
_EVENTS = """
    INSERT INTO event (id, cbo_id, request_id, kind, happened_on, recorded_at, outcome, note, details)
    SELECT gen_random_uuid(), cbo_id, request.id, kind, happened_on, created_at, told.outcome,
        CASE WHEN abs(hashtext(reference || kind)) % 3 = 0 THEN sha512(CAST(id AS text)::bytea) || sha256('note') END, '{}'
    FROM request, LATERAL (
        SELECT substr(reference, 3)::integer AS n
    ) AS place, LATERAL (VALUES
        ('drafted', drafted_on, NULL),
        ('submitted', submitted_on, NULL),
        ('received', received_on, NULL),
        ('refused_at_counter', CASE WHEN status = 'not_submitted' THEN submitted_on END, NULL),
        ('clarification_requested', CASE WHEN n % 20 IN (0, 17) THEN received_on + 1 + n / 20 % 8 END, NULL),
        ('clarification_given', CASE WHEN n % 20 = 0 THEN received_on + 2 + n / 20 % 8 + n / 160 % 10 END, NULL),
        ('answered', answered_on, outcome),
        ('withdrawn', ended_on, NULL)
    ) AS told (kind, happened_on, outcome)
    WHERE happened_on <= CAST(:today AS date)
"""
_DEADLINES = """
    INSERT INTO deadline (request_id, kind, epoch, cbo_id, state, starts_on, due_on, met_on, binding, soft, provisional, confirmed, steps)
    SELECT id, 'reply', 1, cbo_id,
        CASE status WHEN 'open' THEN 'running' WHEN 'answered' THEN 'met' WHEN 'paused' THEN 'paused' ELSE 'ended' END,
        received_on, due_on, answered_on, false, false, false, false,
        (SELECT jsonb_agg(jsonb_build_object('rule', 'counted', 'day', received_on + n, 'of', n, 'source', 'Article 15'))
         FROM generate_series(1, 6) AS n)
    FROM request WHERE received_on IS NOT NULL
"""
_MOVED = """
    INSERT INTO date_change (id, cbo_id, request_id, kind, old_due_on, new_due_on, cause, changed_at)
    SELECT gen_random_uuid(), cbo_id, id, 'reply', due_on - 1, due_on, 'day_off ' || (received_on + 4), created_at
    FROM request WHERE due_on IS NOT NULL AND abs(hashtext(reference)) % 5 = 0
"""
_SNOOZED = """
    INSERT INTO snooze (id, cbo_id, request_id, until, reason, snoozed_at, snoozed_by, ended_at)
    SELECT gen_random_uuid(), r.cbo_id, r.id, r.received_on + 30, 'The clerk is ill', r.created_at, p.id, r.created_at
    FROM request r JOIN person p ON p.cbo_id = r.cbo_id
    WHERE r.received_on IS NOT NULL AND abs(hashtext(r.reference)) % 10 = 0
"""


COUNTED = (_ORGANISATIONS, _PEOPLE, _CAMPAIGNS, _REQUESTS, _EVENTS)
"""What figures are made of."""
_UNCHECKED = text("SET LOCAL session_replication_role = replica")
"""Requests and what belongs to them are right: with all triggers, which would look whether they are and give them the
province that they have, a million take a quarter of an hour."""
_ALL = (_ORGANISATIONS, _PEOPLE, _CAMPAIGNS, _ASSIGNED, _REQUESTS, _EVENTS, _DEADLINES, _MOVED, _SNOOZED)


async def fill(session: AsyncSession, count: int, cbos: int = CBOS, statements: Sequence[str] = _ALL) -> None:
    """Organisations with one member each, staff, and `count` requests of three years with what belongs to them.

    A third of the events have a note, of which nobody has the key.
    """
    values = {"cbos": cbos, "count": count, "today": TODAY}
    for statement in statements:
        if statement is _REQUESTS:
            await session.execute(_UNCHECKED)
        bound = text(statement)
        await session.execute(bound, {name: values[name] for name in bound.compile().params})


async def _prepare(url: str, key_file: Path, count: int, cbos: int, statements: Sequence[str]) -> None:
    database = Database(url, keyring=keyring.read(key_file))
    await migrate(database, wallclock.now())
    async with database.transaction() as session:
        await fill(session, count, cbos, statements)
    # What autovacuum does in time: statistics for the planner, and the map of what index scans may skip.
    async with database.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).exec_driver_sql(
            "VACUUM ANALYZE"
        )
    await database.close()


@contextmanager
def filled(count: int, cbos: int = CBOS, statements: Sequence[str] = _ALL) -> Iterator[str]:
    """The address of a database with `count` requests, which is gone afterwards."""
    with (
        TemporaryDirectory(prefix="rti-benchmark-") as folder,
        embedded_postgres.server(Path(folder) / "postgres") as running,
    ):
        running.psql("CREATE DATABASE rti")
        url = embedded_postgres.url_of(running, "rti")
        asyncio.run(_prepare(url, keyring.kept(Path(folder) / "wrapping"), count, cbos, statements))
        running.psql("CHECKPOINT")
        yield url

"""Every way in which a mail server can fail, at every phase, and what becomes of the messages."""

import asyncio
import ssl
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import Text, cast, select, update

from notifications.dispatch import CONNECTIONS
from notifications.smtp import Timeouts
from notifications.sweep import sweep
from rti.core.db import Database
from rti.core.settings import Settings
from rti.models.accounts import PersonRow
from rti.models.messages import BounceRow, MessageRow, MessageState
from tests.conftest import NOW, TODAY
from tests.notifications.conftest import Case, due, messages
from tests.notifications.servers import CUT, DRIPPING, SILENT, Sink, misbehaving, scripted, smtp_server
from tests.notifications.test_dispatch import only, queued, sent

WAITS = (MessageState.QUEUED, None, 0)
"""Given back untried, because the server is the matter."""
LATER = (MessageState.DEFERRED, None, 0)
DOUBT = (MessageState.DEFERRED, None, 1)
FAILED = (MessageState.FAILED, None, 0)
BOUNCED = (MessageState.FAILED, "bounced", 0)
UNTIL_HELP, UNTIL_LATER, GOES_ON = True, False, None
"""Whether the queue stops, until a person has helped or for a while."""

TABLE = [
    ("greeting", b"421 4.3.2 busy", WAITS, UNTIL_LATER),
    ("greeting", b"554 no", WAITS, UNTIL_LATER),
    ("greeting", b"530 5.7.0 sign in first", WAITS, UNTIL_HELP),
    ("greeting", b"nonsense", WAITS, UNTIL_LATER),
    ("greeting", CUT, WAITS, UNTIL_LATER),
    ("greeting", SILENT, WAITS, UNTIL_LATER),
    ("greeting", DRIPPING, WAITS, UNTIL_LATER),
    ("EHLO", b"421 4.3.2 busy", WAITS, UNTIL_LATER),
    ("EHLO", CUT, WAITS, UNTIL_LATER),
    ("EHLO", SILENT, WAITS, UNTIL_LATER),
    ("EHLO", DRIPPING, WAITS, UNTIL_LATER),
    ("MAIL", b"421 4.3.2 closing", LATER, GOES_ON),
    ("MAIL", b"451 4.3.0 later", LATER, GOES_ON),
    ("MAIL", b"452 4.3.1 disk full", LATER, GOES_ON),
    ("MAIL", b"530 5.7.0 sign in first", WAITS, UNTIL_HELP),
    ("MAIL", b"553 5.7.1 not this sender", WAITS, UNTIL_HELP),
    ("MAIL", CUT, LATER, GOES_ON),
    ("MAIL", SILENT, LATER, UNTIL_LATER),
    ("MAIL", DRIPPING, LATER, UNTIL_LATER),
    ("RCPT", b"421 4.7.0 slow down", LATER, GOES_ON),
    ("RCPT", b"450 4.2.0 greylisted", LATER, GOES_ON),
    ("RCPT", b"452 4.2.2 mailbox full", LATER, GOES_ON),
    ("RCPT", b"550 5.1.1 unknown", BOUNCED, GOES_ON),
    ("RCPT", b"550 no", BOUNCED, GOES_ON),
    ("RCPT", b"530 5.7.0 sign in first", WAITS, UNTIL_HELP),
    ("RCPT", b"535 5.7.8 sign in", WAITS, UNTIL_HELP),
    ("RCPT", CUT, LATER, GOES_ON),
    ("RCPT", SILENT, LATER, GOES_ON),
    ("RCPT", DRIPPING, LATER, GOES_ON),
    ("DATA", b"451 4.3.0 later", LATER, GOES_ON),
    ("DATA", b"554 5.7.1 policy", FAILED, GOES_ON),
    ("DATA", CUT, LATER, GOES_ON),
    ("DATA", SILENT, LATER, GOES_ON),
    (".", b"421 4.3.2 closing", LATER, GOES_ON),
    (".", b"451 4.7.1 scan failed", LATER, GOES_ON),
    (".", b"552 5.3.4 too large", FAILED, GOES_ON),
    (".", b"nonsense", DOUBT, GOES_ON),
    (".", CUT, DOUBT, GOES_ON),
    (".", SILENT, DOUBT, GOES_ON),
    (".", DRIPPING, DOUBT, GOES_ON),
]


def impatient(phase: str) -> Timeouts:
    """Soon at an end where the server will be slow; the rest may take as long as it does on a busy machine."""
    part = {"greeting": "connect", "EHLO": "connect", ".": "after_dot"}.get(phase, "envelope")
    return Timeouts(**{part: 0.5})


@pytest.mark.parametrize(
    ("phase", "how", "expected", "stops"), TABLE, ids=[f"{phase}-{how.decode()}" for phase, how, *_ in TABLE]
)
async def test_each_failure_is_judged_by_what_is_certain(
    database: Database,
    settings: Settings,
    phase: str,
    how: bytes,
    expected: tuple[MessageState, str | None, int],
    stops: bool | None,
) -> None:
    await queued(database)
    async with misbehaving(phase, how) as url:
        done = await sent(database, settings, url, timeouts=impatient(phase))
    message = await only(database)
    async with database.transaction() as session:
        bounced = "bounced" if await session.scalar(select(BounceRow)) else None
    assert (message.state, bounced, message.ambiguous) == expected
    assert (done.trouble.settings if done.trouble else None) is stops
    async with smtp_server(Sink()) as good:
        await sent(database, settings, good.url, after=timedelta(hours=1))
        assert len(good.accepted) == (0 if expected[0] is MessageState.FAILED else 1)


@pytest.mark.parametrize(
    ("phase", "how", "kept"),
    [
        ("RCPT", CUT, "the connection was lost before the message was sent"),
        ("RCPT", SILENT, "the mail server responded too slowly"),
        ("RCPT", b"451 4.2.0 somebody@test.example is busy", "451 4.2.0"),
        ("RCPT", b"550 somebody@test.example is unknown", "550"),
        (".", CUT, "no reply after the message was sent"),
        (".", b"299 what", "the reply was not valid"),
    ],
)
async def test_of_a_failure_is_kept_what_happened_and_no_words_of_the_server(
    database: Database, settings: Settings, phase: str, how: bytes, kept: str
) -> None:
    await queued(database)
    async with misbehaving(phase, how) as url:
        await sent(database, settings, url, timeouts=impatient(phase))
    assert (await only(database)).last_reply == kept


async def moved_to_slow_domain(database: Database, case: Case) -> None:
    async with database.transaction() as session:
        people = update(PersonRow).where(PersonRow.cbo_id == case.cbo.id)
        await session.execute(people.values(email=cast(PersonRow.id, Text).concat("@slow.example")))


async def test_a_slow_recipient_holds_up_nobody_else(database: Database, settings: Settings) -> None:
    await moved_to_slow_domain(database, await due(database, TODAY, people=3))
    others = 2 * CONNECTIONS
    await queued(database, count=others)
    async with misbehaving("RCPT", SILENT, only=b"@slow.example") as url:
        done = await sent(database, settings, url, timeouts=Timeouts(envelope=2))
    assert done.trouble is None
    assert done.states == {MessageState.ACCEPTED: others, MessageState.DEFERRED: 3}


@pytest.mark.parametrize("phase", ["RCPT", "."])
async def test_a_slow_domain_with_many_messages_among_the_others_holds_up_nobody_else(
    database: Database, settings: Settings, phase: str
) -> None:
    slow, good = await due(database, TODAY, people=3 * CONNECTIONS), await due(database, TODAY, people=30)
    await moved_to_slow_domain(database, slow)
    await sweep(database, TODAY, NOW, host="rti.test")
    async with misbehaving(phase, SILENT, only=b"@slow.example") as url:
        await sent(database, settings, url, timeouts=Timeouts(envelope=2, after_dot=2))
    async with database.transaction() as session:
        found = await session.execute(
            select(PersonRow.cbo_id, MessageRow.state).join(MessageRow, MessageRow.person_id == PersonRow.id)
        )
        states = Counter((cbo_id, state) for cbo_id, state in found)
    assert states[good.cbo.id, MessageState.ACCEPTED] == 30
    assert 1 <= states[slow.cbo.id, MessageState.DEFERRED] <= CONNECTIONS
    assert states[slow.cbo.id, MessageState.QUEUED] >= 2 * CONNECTIONS


async def test_a_server_that_takes_forever_delays_messages_of_another_day_by_no_more_than_its_pause(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await queued(database, count=5)
    async with misbehaving("MAIL", DRIPPING) as url:
        await sent(database, settings, url, timeouts=impatient("MAIL"))
    states = {message.state for message in await messages(database)}
    assert states <= {MessageState.QUEUED, MessageState.DEFERRED}
    assert (await sent(database, settings, sink.url, after=timedelta(minutes=2))).states == {
        MessageState.ACCEPTED: 5
    }


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=400))
        .not_valid_after(NOW + timedelta(days=4_000))
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


async def test_a_certificate_that_nobody_vouches_for_stops_the_queue(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    await queued(database, count=3)
    sink = Sink()
    async with smtp_server(sink, tls_context=self_signed(tmp_path)):
        done = await sent(database, settings, sink.url.replace("smtp://", "smtp+starttls://"))
    assert str(done.trouble) == "the mail server's certificate cannot be trusted"
    assert done.trouble is not None
    assert done.trouble.settings
    assert {(m.state, m.deferrals) for m in await messages(database)} == {(MessageState.QUEUED, 0)}
    assert sink.offered == []


async def test_encryption_that_breaks_off_gives_everything_back(
    database: Database, settings: Settings
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"220 this is no TLS\r\n")
        await writer.drain()

    await queued(database)
    async with scripted(talk) as url:
        done = await sent(database, settings, url.replace("smtp://", "smtps://"))
    assert done.trouble is not None
    assert (await only(database)).state is MessageState.QUEUED


async def test_three_days_of_doubt_end_as_unknown(database: Database, settings: Settings) -> None:
    await due(database, TODAY)
    await sweep(database, TODAY, NOW, host="rti.test")
    async with database.transaction() as session:
        await session.execute(update(MessageRow).values(created_at=NOW - timedelta(hours=73)))
    async with misbehaving(".", CUT) as url:
        await sent(database, settings, url)
    assert (await only(database)).state is MessageState.UNKNOWN

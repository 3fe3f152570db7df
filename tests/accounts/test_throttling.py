"""Guessing: strangers get few guesses, the owner gets in, and nobody learns who has an account."""

import asyncio
import hmac
import statistics
import time
from datetime import datetime, timedelta
from functools import partial

import httpx
import pytest
from sqlalchemy import select

from rti.accounts import passwords, rate_limits, sessions, sign_in, sign_in_throttling
from rti.core.db import Database
from rti.core.errors import Invalid, TooManyAttempts, Unavailable
from rti.core.roles import Role
from rti.models.accounts import RateLimitRow
from tests import make
from tests.conftest import NOW
from tests.sizes import FULL, size
from tests.waiting import until

GUESSES = size(200, 1_000)
HOUR = timedelta(hours=1)


async def _looked_at(
    database: Database, email: str, moments: list[datetime], device: str = ""
) -> list[datetime]:
    """Those of the moments at which a wrong guess was looked at; at the others it was turned away."""
    looked_at = []
    for moment in moments:
        with pytest.raises(Invalid) as refused:
            await sign_in.sign_in(database, email, "a wrong guess", moment, device=device)
        if not isinstance(refused.value, TooManyAttempts):
            looked_at.append(moment)
    return looked_at


@pytest.mark.torture
async def test_of_all_guesses_in_an_hour_ten_are_looked_at_and_the_owner_gets_in(
    database: Database,
) -> None:
    """And no more in whichever hour of two."""
    async with database.transaction() as session:
        member = await make.member(session)
    own = (await sign_in.sign_in(database, member.email, member.password, NOW)).device
    looked_at = await _looked_at(database, member.email, [NOW + HOUR * n / GUESSES for n in range(GUESSES)])
    assert 5 <= len(looked_at) <= 10
    looked_at += await _looked_at(database, member.email, [NOW + HOUR + HOUR * n / 60 for n in range(60)])
    assert max(sum(start <= each < start + HOUR for each in looked_at) for start in looked_at) <= 10
    last = looked_at[-1]
    with pytest.raises(TooManyAttempts):
        await sign_in.sign_in(database, member.email, member.password, last)
    opened = await sign_in.sign_in(database, member.email, member.password, last, device=own)
    assert opened.person.id == member.person.id


async def test_a_known_device_has_guesses_of_its_own_for_one_account(database: Database) -> None:
    async with database.transaction() as session:
        member, other = await make.member(session), await make.member(session)
    own = (await sign_in.sign_in(database, member.email, member.password, NOW)).device
    burst = [NOW] * 8
    assert len(await _looked_at(database, member.email, burst, own)) == 5
    assert len(await _looked_at(database, member.email, burst)) == 5
    assert len(await _looked_at(database, other.email, burst, own)) == 5
    for device in ("made.up", f"{own.partition('.')[0]}.{'0' * 64}", "é.é", "."):
        assert not await _looked_at(database, other.email, burst, device)


def test_devices_and_counts_are_known_again_after_an_upgrade() -> None:
    """How both are made is written here once more, because what was given out stays with the browsers."""

    def keyed(*parts: str) -> bytes:
        return hmac.digest(b"secret", "\n".join(("guess", *parts)).encode(), "sha256")

    device = f"abc.{keyed('device', 'abc', 'a@test.example').hex()}"
    key_of = partial(sign_in_throttling.key_of, "secret", "a@test.example")
    assert key_of(device) == keyed("known", "abc", "a@test.example")
    assert key_of("") == keyed("stranger", "a@test.example")
    assert key_of(sign_in_throttling.new_device("secret", "a@test.example")) != keyed(
        "stranger", "a@test.example"
    )


async def test_an_address_without_an_account_is_treated_as_one_with(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
    values = []
    for email in (member.email, "nobody@test.example"):
        wrong = {"email": email, "password": "a wrong guess"}
        answers = [await client.post("/api/sessions", json=wrong) for _ in range(7)]
        values.append([(answer.status_code, answer.text) for answer in answers])
    assert values[0] == values[1]
    assert [status for status, _ in values[0]] == [422] * 5 + [429] * 2
    assert "Try again in 12 minutes" in values[0][-1][1]
    assert 11 * 60 < int(answers[-1].headers["retry-after"]) <= 12 * 60


async def test_no_header_that_names_an_address_gives_more_guesses(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
    statuses = []
    for number in range(50):
        forged = f"10.0.{number}.1"
        headers = {"x-forwarded-for": forged, "forwarded": f"for={forged}", "x-real-ip": forged}
        wrong = {"email": member.email, "password": "a wrong guess"}
        statuses.append((await client.post("/api/sessions", json=wrong, headers=headers)).status_code)
    assert (statuses.count(422), statuses.count(429)) == (5, 45)


async def test_good_passwords_use_up_no_guesses_and_the_table_names_nobody(database: Database) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
    for _ in range(7):
        await sign_in.sign_in(database, member.email, member.password, NOW)
    async with database.transaction() as session:
        (row,) = await session.scalars(select(RateLimitRow))
        assert member.email.encode() not in row.key
        assert row.free_at <= NOW
        await rate_limits.forget(session, NOW + timedelta(seconds=1))
        assert await session.scalar(select(RateLimitRow.key)) is None


async def test_codes_and_the_password_once_more_are_guessed_no_faster(database: Database) -> None:
    async with database.transaction() as session:
        staff = await make.member(session, Role.STAFF)
    opened = await sign_in.sign_in(database, staff.email, staff.password, NOW)
    async with database.transaction() as session:
        me = await sessions.find(session, opened.token, NOW)
    assert me
    for show in (sign_in.verify_code, sign_in.confirm_password):
        refused = []
        for number in range(20):
            with pytest.raises(Invalid) as error:
                await show(database, me, f"{number:06}", NOW)
            refused.append(isinstance(error.value, TooManyAttempts))
        assert refused.count(False) == 5


@pytest.mark.torture
@pytest.mark.usefixtures("costly_passwords")
@pytest.mark.skipif(not FULL, reason="times are compared in `make torture` only")
async def test_an_unknown_address_takes_as_long_as_a_known_one(database: Database) -> None:
    """The medians of known and unknown addresses, taken in turn, so that load falls on both."""
    tries = 500
    async with database.transaction() as session:
        known = [(await make.member(session)).email for _ in range(tries)]
    spent: dict[bool, list[float]] = {True: [], False: []}
    for number, email in enumerate(known):
        for there, address in ((True, email), (False, f"unknown{number}@test.example")):
            began = time.perf_counter()
            with pytest.raises(Invalid):
                await sign_in.sign_in(database, address, "a wrong guess", NOW)
            spent[there].append(time.perf_counter() - began)
    medians = {there: statistics.median(times) for there, times in spent.items()}
    print(f"{tries} each: known {medians[True] * 1000:.1f} ms, unknown {medians[False] * 1000:.1f} ms")
    assert 0.9 < medians[True] / medians[False] < 1.1


@pytest.mark.usefixtures("costly_passwords")
async def test_whoever_signed_in_before_waits_for_no_crowd_of_invented_addresses(database: Database) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
    own = (await sign_in.sign_in(database, member.email, member.password, NOW)).device
    strangers = [
        asyncio.ensure_future(sign_in.sign_in(database, f"nobody{n}@test.example", "a guess", NOW))
        for n in range(16)
    ]
    await until(lambda: len(passwords._line) > 8)
    await sign_in.sign_in(database, member.email, member.password, NOW, device=own)
    assert len(passwords._line) > 0, "strangers who came earlier still wait"
    answers = await asyncio.gather(*strangers, return_exceptions=True)
    assert all(isinstance(each, Invalid) for each in answers)
    assert (len(passwords._line), passwords._line._at_work) == (0, 0)


async def test_of_those_who_wait_whoever_is_known_is_next() -> None:
    done: list[str] = []

    async def one(who: str, *, known: bool) -> None:
        await passwords.matches(passwords.NOBODY, "x", known=known)
        done.append(who)

    crowd = [asyncio.ensure_future(one("stranger", known=False)) for _ in range(10)]
    await asyncio.sleep(0)
    await asyncio.gather(*crowd, one("owner", known=True))
    assert done.index("owner") <= passwords.AT_ONCE * 2


async def test_whoever_goes_away_leaves_the_line(database: Database) -> None:
    crowd = [asyncio.ensure_future(passwords.matches(passwords.NOBODY, "x", known=False)) for _ in range(12)]
    await asyncio.sleep(0)
    assert len(passwords._line) == 12 - passwords.AT_ONCE
    for each in crowd[1:]:
        each.cancel()
    assert not await passwords.matches(passwords.NOBODY, "x")
    await asyncio.gather(*crowd, return_exceptions=True)
    assert (len(passwords._line), passwords._line._at_work) == (0, 0)


async def test_where_the_line_is_long_strangers_are_sent_away_and_use_up_no_guess(
    client: httpx.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
    own = (await sign_in.sign_in(database, member.email, member.password, NOW)).device
    monkeypatch.setattr(passwords, "MOST_WAITING", 0)
    for _ in range(20):
        with pytest.raises(Unavailable, match="Very many people"):
            await sign_in.sign_in(database, member.email, member.password, NOW)
    assert (await client.post("/api/sessions", json=member.given)).status_code == 503
    await sign_in.sign_in(database, member.email, member.password, NOW, device=own)
    monkeypatch.undo()
    await sign_in.sign_in(database, member.email, member.password, NOW)

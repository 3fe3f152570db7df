"""Second factors: codes of an app, recovery codes, and who needs one."""

import base64
import html
import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import select

from rti.accounts import mfa, passwords, personal_encryption, totp
from rti.core.cipher import Unreadable
from rti.core.db import Database, new_id
from rti.core.roles import Role
from rti.core.wallclock import now
from rti.models.accounts import PasskeyRow, PersonRow, TotpRow
from tests import make
from tests.conftest import NOW, SignIn

SECRET = b"12345678901234567890"
STEP = timedelta(seconds=30)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238, appendix B, the last six of the eight digits of SHA-1."""
    moment = datetime.fromtimestamp(seconds, UTC)
    assert totp.code_at(SECRET, moment) == code
    assert totp.matching_step(SECRET, code, moment) == seconds // 30


def test_a_code_is_good_one_step_before_and_after_its_own() -> None:
    code = totp.code_at(SECRET, NOW)
    good = {steps for steps in range(-3, 4) if totp.matching_step(SECRET, code, NOW + steps * STEP)}
    assert good == {-1, 0, 1}


def test_secrets_have_160_bits_and_recovery_codes_120() -> None:
    assert len(totp.new_secret()) * 8 == 160
    codes = totp.new_recovery_codes()
    assert len(set(codes)) == 8
    assert all(len(totp.plain(code)) * 5 == 120 for code in codes)


@pytest.mark.usefixtures("costly_passwords")
def test_an_unknown_name_costs_the_same_hashing_as_a_known_one() -> None:
    assert not passwords.password_matches(passwords.NOBODY, "")
    assert extract_parameters(passwords.NOBODY) == extract_parameters(passwords.hash_password("x"))


def test_what_is_sealed_for_one_person_and_purpose_opens_for_no_other() -> None:
    person, other = new_id(), new_id()
    kept = personal_encryption.encrypt("a secret", "kept", person, SECRET)
    assert SECRET not in kept
    assert personal_encryption.decrypt("a secret", "kept", person, kept) == SECRET
    for secret, purpose, whose in (
        ("another", "kept", person),
        ("a secret", "new", person),
        ("a secret", "kept", other),
    ):
        with pytest.raises(Unreadable):
            personal_encryption.decrypt(secret, purpose, whose, kept)


async def test_a_code_is_good_once_and_none_before_it_is_good_any_more(database: Database) -> None:
    async with database.transaction() as session:
        person = (await make.member(session)).person
        secret, _ = mfa.new_app(database.secret, person)
        code = totp.code_at(secret, NOW)
        await mfa.add_app(session, database.secret, person, secret, code, NOW)

        async def taken(at: datetime, of: datetime) -> bool:
            shown = totp.code_at(secret, of)
            return await mfa.take_code(session, database.secret, person.id, shown, at)

        assert not await taken(NOW, NOW), "it was used to set the app up"
        assert await taken(NOW + STEP, NOW + STEP)
        assert not await taken(NOW + STEP, NOW + STEP)
        assert not await taken(NOW + STEP, NOW)
        assert await taken(NOW + 2 * STEP, NOW + 2 * STEP)
        assert secret not in (await session.scalars(select(TotpRow.secret))).one()


async def test_a_recovery_code_is_good_once_however_it_is_typed(database: Database) -> None:
    async with database.transaction() as session:
        person = (await make.member(session)).person
        other = (await make.member(session)).person
        codes = await mfa.new_codes(session, person, NOW)
        typed = f"  {codes[0].upper().replace(' ', '-')} "
        assert not await mfa.take_code(session, "", other.id, typed, NOW)
        assert await mfa.take_code(session, "", person.id, typed, NOW)
        assert not await mfa.take_code(session, "", person.id, codes[0], NOW)
        assert (await mfa.enrolled(session, person.id)).codes == 7
        await mfa.new_codes(session, person, NOW)
        assert not await mfa.take_code(session, "", person.id, codes[1], NOW)


async def _set_up(client: httpx.AsyncClient) -> list[str]:
    """Set an app up as people do: the secret is in the page, and the recovery codes are shown once."""
    shown = await client.get("/me/factors")
    letters = re.search(r'<code id="letters">([^<]+)</code>', shown.text)
    made = re.search(r'name="made" value="([^"]+)"', shown.text)
    assert letters
    assert made
    secret = base64.b32decode(letters[1].replace(" ", ""))
    form = {"made": made[1], "code": totp.code_at(secret, now())}
    wrong = await make.post_form(client, "/me/factors/app", {**form, "code": "wrong!"}, page="/me/factors")
    assert made[1] in wrong.text, "the app that was scanned is still the one to confirm"
    answer = await make.post_form(client, "/me/factors/app", form, page="/me/factors")
    assert answer.status_code == 200, answer.text
    return re.findall(r"<li><code>([^<]+)</code>", answer.text)


async def test_staff_set_an_app_up_at_their_first_sign_in_and_need_it_at_every_other(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        staff = await make.member(session, Role.STAFF, enrolled=False)
    await make.post_form(client, "/sign-in", staff.given)
    before = client.cookies["session"]
    assert (await client.get("/requests")).headers["location"] == "/me/factors"
    assert (await client.post("/api/sessions", json=staff.given)).status_code == 403
    codes = await _set_up(client)
    assert client.cookies["session"] != before
    assert (await client.get("/requests")).status_code == 200
    await make.post_form(client, "/sign-out", {}, page="/me")

    await make.post_form(client, "/sign-in", staff.given)
    assert (await client.get("/requests")).headers["location"].startswith("/second-factor")
    assert (await client.get("/me/factors")).headers["location"].startswith("/second-factor")
    one_factor = client.cookies["session"]
    assert (await make.post_form(client, "/second-factor", {"code": "000000"})).status_code == 422
    assert (await make.post_form(client, "/second-factor", {"code": codes[0]})).status_code == 303
    assert client.cookies["session"] != one_factor
    assert (await client.get("/requests")).status_code == 200
    lacking = await client.post("/api/sessions", json=staff.given)
    assert [fault["field"] for fault in lacking.json()["faults"]] == ["code"]
    good = await client.post("/api/sessions", json={**staff.given, "code": codes[1]})
    assert good.status_code == 201


async def test_an_app_is_set_up_by_whom_it_was_made_for_and_nobody_else(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    """The second factor of somebody else must not be set by a changed form."""
    await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        other = (await make.member(session)).person
    secret, made = mfa.new_app("test " * 8, other)
    form = {"made": made, "code": totp.code_at(secret, now())}
    for changed in (form, {**form, "made": "00"}, {**form, "made": "é"}):
        answer = await make.post_form(client, "/me/factors/app", changed, page="/me/factors")
        assert answer.status_code == 422
        assert "Start again" in html.unescape(answer.text)
    async with database.transaction() as session:
        assert await session.scalar(select(TotpRow.person_id)) is None


async def test_a_role_that_needs_a_second_factor_keeps_one(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        staff, member = [(await make.member(session, role)).person for role in (Role.STAFF, Role.CBO_MEMBER)]
        held = {"public_key": b"", "sign_count": 0, "name": "x", "created_at": NOW}
        session.add(PasskeyRow(person_id=member.id, credential_id=b"x", **held))
    for person, status in ((staff, 422), (member, 303)):
        await make.session_of(client, person, database)
        async with database.transaction() as session:
            (key,) = (await mfa.enrolled(session, person.id)).passkeys
        address = f"/me/factors/passkeys/{key.id}/remove"
        assert (await make.post_form(client, address, {}, page="/me/factors")).status_code == status


@pytest.mark.parametrize(
    "answer", ["", "{}", "[]", "null", '{"id":1}', "\x00", '{"rawId":"AA","response":{}}']
)
async def test_what_is_no_passkey_is_refused_in_words(
    client: httpx.AsyncClient, database: Database, answer: str
) -> None:
    async with database.transaction() as session:
        staff = await make.member(session, Role.STAFF)
    await make.post_form(client, "/sign-in", {"email": staff.email, "password": staff.password})
    form = {"answer": answer}
    refused = await make.post_form(client, "/second-factor/passkey", form, page="/second-factor")
    assert refused.status_code == 422


@pytest.mark.usefixtures("costly_passwords")
async def test_an_old_hash_is_made_anew_at_the_next_sign_in(
    client: httpx.AsyncClient, database: Database
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(make.PASSWORD)
    async with database.transaction() as session:
        member = await make.member(session)
        (await session.get_one(PersonRow, member.person.id)).password_hash = weak
    assert passwords.outdated(weak)
    assert (await client.post("/api/sessions", json=member.given)).status_code == 201
    async with database.transaction() as session:
        stored = (await session.get_one(PersonRow, member.person.id)).password_hash
    assert stored
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,")
    assert (await client.post("/api/sessions", json=member.given)).status_code == 201


@pytest.mark.parametrize(
    ("password", "easy"),
    [
        ("correct horse battery staple", False),
        ("ខ្ញុំចូលចិត្តញ៉ាំបាយ", False),
        ("seven green umbrellas", False),
        ("        x        y", True),
        ("...............", True),
        ("passwordpassword", True),
        ("aaaaaaaaaaaaaaaa", True),
        ("1234567890123456", True),
        ("qwertyuiopasdfgh", True),
        ("Sokha Chea Sokha", True),
        ("sokha.chea@example.org", True),
        ("RTI RTI RTI RTI RTI", True),
    ],
)
def test_a_password_is_judged_by_how_many_guesses_it_takes_and_not_by_its_characters(
    password: str, easy: bool
) -> None:
    assert bool(passwords.too_easy(password, ("Sokha Chea", "sokha.chea@example.org"))) is easy


def test_a_long_password_counts_to_its_last_character() -> None:
    whole = "green umbrellas " * (passwords.LONGEST // 16)
    stored = passwords.hash_password(whole)
    assert len(whole) == passwords.LONGEST
    assert passwords.password_matches(stored, whole)
    assert not passwords.password_matches(stored, whole[:-1])
    assert not passwords.password_matches(stored, f"{whole[:-1]}x")

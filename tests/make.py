"""Things that tests need, made with sensible defaults through the same actions that people use."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.passwords import hash_password, new_token, token_hash
from rti.accounts.sessions import API_TOKEN, person_of
from rti.core.db import Database, new_id
from rti.core.i18n import Language
from rti.core.roles import CBO, TWO_FACTORS, Person, Role, TokenScope
from rti.core.wallclock import now as present
from rti.encryption.data_keys import keys_to_encrypt
from rti.inbox.filing import Target, file_mail, mark
from rti.inbox.mail import read as mail_of
from rti.inbox.store import Summary, receive
from rti.law.events import EventKind
from rti.models.accounts import ApiTokenRow, AssignmentRow, PasskeyRow, PersonRow, RecoveryCodeRow, SignInRow
from rti.models.batches import BatchBodyRow, BatchRow
from rti.models.bodies import PublicBodyRow
from rti.models.campaigns import CampaignRow
from rti.models.cbos import CboRow
from rti.models.inbox import FoundBy, IncomingRow
from rti.models.letters import LetterKind, WrittenLetterRow
from rti.models.messages import LetterRow, LetterState, ReminderRow
from rti.models.requests import DeadlineRow, RequestRow
from rti.models.visits import Finding, VisitRow
from rti.requests.actions import file_request, record_event
from rti.requests.commands import FileRequest, RecordEvent
from rti.row_security.apply import note
from rti.visits.checklists import shipped

MAIL = b"""Subject: Answer
Content-Type: multipart/mixed; boundary=b

--b

Text
--b
Content-Disposition: attachment; filename=a.txt

Stamp
--b--
"""
"""With a file of which no child process makes a copy."""
PASSWORD = "a long test password"
_hash = cache(hash_password)
_numbers = count(1)
NOW = datetime.fromisoformat("2026-04-01T00:00:00+00:00")


@dataclass(frozen=True)
class Member:
    """A person with the name and password of the account; `codes` are good once each, for roles that need them."""

    person: Person
    email: str
    password: str = PASSWORD
    codes: list[str] = field(default_factory=list)

    @property
    def given(self) -> dict[str, str]:
        """What the JSON API takes to sign in."""
        code = {"code": self.codes.pop()} if self.codes else {}
        return {"email": self.email, "password": self.password, **code}


async def cbo(session: AsyncSession, now: datetime, code: str = "") -> CboRow:
    number = next(_numbers)
    row = CboRow(
        id=new_id(),
        code=code or f"CBO{number}",
        name_km=f"សហគមន៍ {number}",
        name_en=f"Community {number}",
        area_code="0102",
        created_at=now,
    )
    session.add(row)
    await session.flush()
    return row


async def member(
    session: AsyncSession,
    role: Role = Role.CBO_MEMBER,
    *,
    of: CboRow | None = None,
    language: str = "en",
    everything: bool = True,
    enrolled: bool = True,
) -> Member:
    """Staff see everything and whoever needs one has a second factor, unless told otherwise.

    Messages come at any hour, so that no test asks the clock.
    """
    now = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    organisation = (of or await cbo(session, now)) if role in CBO else None
    row = PersonRow(
        id=new_id(),
        email=f"person{next(_numbers)}@test.example",
        name="Test person",
        password_hash=_hash(PASSWORD),
        role=role,
        cbo_id=organisation.id if organisation else None,
        language=language,
        hours_from=0,
        hours_to=24,
        created_at=now,
    )
    session.add(row)
    await session.flush()
    if role is Role.STAFF and everything:
        session.add(AssignmentRow(person_id=row.id, assigned_at=now))
        await session.flush()
    codes = await _second_factor(session, row.id, now) if enrolled and role in TWO_FACTORS else []
    return Member(person_of(row), row.email, codes=codes)


async def _second_factor(session: AsyncSession, person_id: UUID, now: datetime) -> list[str]:
    """A passkey that nobody holds, and the recovery codes beside it."""
    codes = [f"recovery{next(_numbers):08}" for _ in range(10)]
    session.add(
        PasskeyRow(
            person_id=person_id,
            credential_id=person_id.bytes,
            public_key=b"",
            sign_count=0,
            name="lost",
            created_at=now,
        )
    )
    session.add_all(RecoveryCodeRow(person_id=person_id, code_hash=token_hash(code)) for code in codes)
    await session.flush()
    return codes


async def campaign(session: AsyncSession, now: datetime, statute_id: str = "KH-A2I-DRAFT") -> CampaignRow:
    number = next(_numbers)
    row = CampaignRow(
        id=new_id(),
        code=f"CAMPAIGN{number}",
        name_km=f"យុទ្ធនាការ {number}",
        name_en=f"Campaign {number}",
        statute_id=statute_id,
        starts_on=now.date(),
        created_at=now,
    )
    session.add(row)
    await session.flush()
    return row


async def body(session: AsyncSession, code: str = "KH-010201") -> PublicBodyRow:
    """A body of the directory, by its code."""
    return (await session.scalars(select(PublicBodyRow).where(PublicBodyRow.code == code))).one()


async def visit(
    session: AsyncSession,
    campaign: CampaignRow,
    body: PublicBodyRow,
    now: datetime,
    finding: Finding = Finding.BOARD,
    *,
    of: UUID | None = None,
    on: date | None = None,
) -> VisitRow:
    """A visit of campaign staff, or of people of an organisation, on which each item was found alike."""
    row = VisitRow(
        id=new_id(),
        campaign_id=campaign.id,
        body_id=body.id,
        cbo_id=of,
        checklist_version=0,
        findings={item.code: finding.value for item in shipped()[body.kind]},
        visited_on=on or now.date(),
        recorded_at=now,
    )
    session.add(row)
    await session.flush()
    return row


async def request(
    session: AsyncSession, person: Person, now: datetime, *, body_code: str = "KH-010201", **more: Any
) -> RequestRow:
    """A request that was received on `received_on`, by default three days before `now`."""
    values: dict[str, Any] = {
        "title": "Budget of the commune",
        "topic": "budget",
        "received_on": date.fromordinal(now.date().toordinal() - 3),
        "body_id": (await body(session, body_code)).id,
    }
    if person.cbo_id is None:
        values["cbo_id"] = (await cbo(session, now)).id
    return await file_request(session, FileRequest(**{**values, **more}), person, now, now.date())


async def letter(session: AsyncSession, request: RequestRow, now: datetime) -> LetterRow:
    """A letter that a rule proposes because a running clock of the request has passed."""
    running = select(DeadlineRow).where(DeadlineRow.request_id == request.id, DeadlineRow.state == "running")
    clock = (await session.scalars(running)).first()
    about = {"cbo_id": request.cbo_id, "request_id": request.id}
    reminder = ReminderRow(
        id=new_id(),
        rule="chase",
        clock=clock.kind if clock else "reply",
        epoch=clock.epoch if clock else 1,
        due_on=clock.due_on if clock else now.date(),
        created_at=now,
        **about,
    )
    row = LetterRow(
        id=new_id(), reminder_id=reminder.id, state=LetterState.PROPOSED, proposed_at=now, **about
    )
    session.add(reminder)
    await session.flush()
    session.add(row)
    await session.flush()
    return row


async def batch(session: AsyncSession, request: RequestRow, now: datetime) -> BatchRow:
    """A batch of a campaign of which a request is the only one."""
    row = BatchRow(
        id=new_id(),
        cbo_id=request.cbo_id,
        campaign_id=request.campaign_id or (await campaign(session, now)).id,
        filing=request.filing,
        title=request.title,
        asked={"title": request.title, "topic": request.topic},
        created_at=now,
    )
    session.add(row)
    await session.flush()
    of_batch = {"batch_id": row.id, "body_id": request.body_id, "cbo_id": request.cbo_id}
    session.add(BatchBodyRow(**of_batch, request_id=request.id))
    await session.flush()
    return row


async def incoming(
    session: AsyncSession, request: RequestRow, now: datetime, raw: bytes = MAIL
) -> IncomingRow:
    """A message that came to the address of a request, read and filed without a process of its own."""
    row = await receive(session, raw, envelope_from="office@body.example", envelope_to="", now=now)
    mail = mail_of(raw)
    mark(row, raw, mail, "test " * 8)
    target = Target(request.id, request.cbo_id)
    await file_mail(session, row, raw, mail, Summary(), target, found_by=FoundBy.ADDRESS, now=now)
    return row


async def written_letter(
    session: AsyncSession, request: RequestRow, now: datetime, content: bytes = b"%PDF"
) -> WrittenLetterRow:
    """A letter that was written, without the time that setting it takes."""
    row = WrittenLetterRow(
        id=new_id(),
        cbo_id=request.cbo_id,
        request_id=request.id,
        kind=LetterKind.REQUEST,
        language=Language.KM,
        written_at=now,
        made_by="test",
        sha256=hashlib.sha256(content).digest(),
    )
    keys = await keys_to_encrypt(session, request.cbo_id, now)
    row.words = keys.encrypt(WrittenLetterRow.words, row.id, b"words")
    row.content = keys.encrypt(WrittenLetterRow.content, row.id, content)
    session.add(row)
    await session.flush()
    return row


async def event(
    session: AsyncSession,
    request_id: UUID,
    person: Person,
    now: datetime,
    kind: EventKind,
    day: date,
    **more: Any,
) -> None:
    await record_event(
        session, request_id, RecordEvent(kind=kind, happened_on=day, **more), person, now, now.date()
    )


async def form_token(client: httpx.AsyncClient, path: str) -> str:
    """The token that a form of a page carries."""
    shown = await client.get(path)
    found = re.search(r'name="_csrf_token" value="([^"]+)"', shown.text)
    assert found, f"{path} shows no form: {shown.status_code}"
    return found[1]


def same_for_all(page: str) -> str:
    """A page without what differs each time it is shown: the keys of its forms."""
    return re.sub('name="_once" value="[^"]+"', "", page)


async def post_form(
    client: httpx.AsyncClient, path: str, fields: dict[str, str], **more: Any
) -> httpx.Response:
    """Send a form of the page at `path`, or at `page` where that is another one."""
    token = await form_token(client, more.pop("page", path))
    return await client.post(path, data={**fields, "_csrf_token": token}, **more)


async def sign_in(client: httpx.AsyncClient, member: Member) -> None:
    """Sign in with the form for the pages, and through the API for its bearer token."""
    client.cookies.delete("session")
    given = member.given
    code = given.pop("code", None)
    answer = await post_form(client, "/sign-in", given)
    assert answer.status_code == 303, answer.text
    if code:
        answer = await post_form(client, "/second-factor", {"code": code})
        assert answer.status_code == 303, answer.text
    opened = await client.post("/api/sessions", json=member.given)
    assert opened.status_code == 201, opened.text
    client.headers["Authorization"] = f"Bearer {opened.json()['token']}"


async def session_of(
    client: httpx.AsyncClient, person: Person, database: Database, *, complete: bool = True
) -> dict[str, str]:
    """Sign in without the costly password: the cookie for the pages, and the headers for the API."""
    token = new_token()
    async with database.transaction() as session:
        row = session_row(person, token)
        row.second_factor_at = row.created_at if complete else None
        session.add(row)
    client.cookies.delete("session")
    client.cookies.set("session", token)
    return {"Authorization": f"Bearer {token}"}


async def api_token(session: AsyncSession, person: Person, scope: TokenScope) -> str:
    """A token for a program of a person."""
    token = API_TOKEN + new_token()
    moment = present()
    session.add(
        ApiTokenRow(
            person_id=person.id,
            token_hash=token_hash(token),
            name="x",
            scope=scope,
            created_at=moment,
            expires_at=moment + timedelta(days=1),
        )
    )
    return token


async def unbounded(session: AsyncSession) -> None:
    """Let nobody use up an allowance in this database: for tests that send more than any person."""
    await session.execute(
        text("""CREATE FUNCTION counts_never() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN NEW.free_at := '2000-01-01'; RETURN NEW; END $$""")
    )
    await session.execute(
        text("""CREATE TRIGGER counts_never BEFORE INSERT OR UPDATE ON rate_limit
            FOR EACH ROW EXECUTE FUNCTION counts_never()""")
    )
    await (await session.connection()).run_sync(note)


def session_row(person: Person, token: str) -> SignInRow:
    moment = present()
    return SignInRow(
        token_hash=token_hash(token),
        person_id=person.id,
        created_at=moment,
        last_seen_at=moment,
        expires_at=moment + timedelta(hours=1),
        proved_at=moment,
    )


async def deadlines_of(session: AsyncSession, request_id: UUID) -> Sequence[DeadlineRow]:
    """The clocks of a request, as they are stored."""
    found = select(DeadlineRow).where(DeadlineRow.request_id == request_id)
    order = (DeadlineRow.starts_on, DeadlineRow.kind, DeadlineRow.epoch)
    return (await session.scalars(found.order_by(*order))).all()

"""Who asks in a benchmark: people of each role who are signed in, and what they may see, with all that a page can show."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import RowMapping, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.passwords import new_token, token_hash
from rti.accounts.sessions import LONGEST
from rti.core import wallclock
from rti.core.db import Database, new_id
from rti.core.pagination import Page, page_of
from rti.encryption.data_keys import DataKeys, keys_to_encrypt
from rti.models.accounts import SignInRow
from rti.models.requests import DocumentRow, EventRow, RequestRow
from rti.requests.commands import SaveRequester
from rti.requests.requester import save_requester

SEEN = 30
"""Requests of which each visitor asks for the page, in turn."""
WRITERS = 300
"""Members of different organisations who write, so that none reaches the limit of a person."""
DEPTHS = (0.1, 0.4, 0.9)
"""How far down in the list deep pages begin, of all that a visitor sees."""
_MINE = "(SELECT id FROM person WHERE email = :email)"
_SEES = {
    "staff": ("staff@test.example", "true"),
    "staff of two campaigns": (
        "assigned@test.example",
        f"campaign_id IN (SELECT campaign_id FROM assignment WHERE person_id = {_MINE})",
    ),
    "staff of two provinces": (
        "provincial@test.example",
        f"""body_id IN (SELECT b.id FROM public_body b JOIN assignment a ON a.province_code = left(b.area_code, 2)
            WHERE a.person_id = {_MINE})""",
    ),
    "member": ("cbo7@test.example", "cbo_id = (SELECT cbo_id FROM person WHERE email = :email)"),
    "working group": ("group@test.example", "false"),
    "administrator": ("admin@test.example", "false"),
}
"""Of each role: an account, and in SQL which requests they see."""
_REQUESTER = SaveRequester(
    requester_name="Sok Dara",
    requester_phone="012 345 678",
    requester_address="Phum 3",
    requester_note="a neighbour",
)
_NOTES = ("They asked to come back on Monday.", "ប្រាប់ឱ្យត្រឡប់មកវិញនៅថ្ងៃចន្ទ")
_DOCUMENT = text("""
    INSERT INTO document (id, cbo_id, request_id, event_id, file_name, media_type, size, sha256, added_at)
    VALUES (:id, :cbo_id, :request_id, :event_id, :file_name, 'application/pdf', 123456, sha256('letter'), now())
""")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in, with some requests that they see, and marks of deep pages of their list."""

    token: str
    requests: Sequence[UUID]
    marks: Sequence[str]
    bodies: Sequence[UUID]


async def visitors(database: Database) -> dict[str, Visitor]:
    """One of each role, by a name."""
    async with database.transaction() as session:
        bodies = await _bodies(session)
        return {
            name: Visitor(
                await _signed_in(session, email),
                await _sealed(session, email, seen),
                await _marks(session, email, seen),
                bodies,
            )
            for name, (email, seen) in _SEES.items()
        }


async def writers(database: Database) -> list[Visitor]:
    """Members with some requests of their organisations."""
    query = """SELECT id FROM request WHERE cbo_id = (SELECT cbo_id FROM person WHERE email = :email)
        AND received_on IS NOT NULL ORDER BY md5(reference) LIMIT 3"""
    found = []
    async with database.transaction() as session:
        bodies = await _bodies(session)
        for number in range(100, 100 + WRITERS):
            email = f"cbo{number}@test.example"
            own = [row["id"] for row in await _rows(session, query, email)]
            found.append(Visitor(await _signed_in(session, email), own, (), bodies))
    return found


async def _bodies(session: AsyncSession) -> Sequence[UUID]:
    """Some of one province."""
    query = "SELECT id FROM public_body WHERE area_code LIKE '12%' ORDER BY code LIMIT 5"
    return (await session.scalars(text(query))).all()


async def _signed_in(session: AsyncSession, email: str) -> str:
    person_id = (
        await session.execute(text("SELECT id FROM person WHERE email = :email"), {"email": email})
    ).scalar_one()
    token, now = new_token(), wallclock.now()
    session.add(
        SignInRow(
            token_hash=token_hash(token),
            person_id=person_id,
            created_at=now,
            last_seen_at=now,
            proved_at=now,
            second_factor_at=now,
            expires_at=now + LONGEST,
        )
    )
    return token


async def _rows(session: AsyncSession, query: str, email: str) -> Sequence[RowMapping]:
    bound = text(query)
    values = {"email": email} if "email" in bound.compile().params else {}
    return (await session.execute(bound, values)).mappings().all()


async def _sealed(session: AsyncSession, email: str, seen: str) -> Sequence[UUID]:
    """Requests that somebody sees, with a requester, notes and a document that only the organisation's keys open."""
    found = await _rows(
        session,
        f"""SELECT id, cbo_id FROM request WHERE {seen} AND answered_on IS NOT NULL
            ORDER BY md5(reference) LIMIT {SEEN}""",
        email,
    )
    for row in found:
        # As little of it as both releases have.
        request = RequestRow(id=row["id"], cbo_id=row["cbo_id"])
        now = wallclock.now()
        await save_requester(session, request, _REQUESTER, now)
        await _evidence(session, request, await keys_to_encrypt(session, request.cbo_id, now))
    return [row["id"] for row in found]


async def _evidence(session: AsyncSession, request: RequestRow, keys: DataKeys) -> None:
    query = text("SELECT id FROM event WHERE request_id = :id ORDER BY happened_on, id")
    for place, event_id in enumerate((await session.scalars(query, {"id": request.id})).all()):
        note = keys.encrypt_text(EventRow.note, event_id, _NOTES[place % 2])
        await session.execute(update(EventRow).where(EventRow.id == event_id).values(note=note))
        if place:
            continue
        document = {"id": new_id(), "event_id": event_id, "request_id": request.id, "cbo_id": request.cbo_id}
        name = keys.encrypt_text(DocumentRow.file_name, document["id"], "request.pdf")
        await session.execute(_DOCUMENT, {**document, "file_name": name})


async def _marks(session: AsyncSession, email: str, seen: str) -> Sequence[str]:
    """What leads to the pages that begin so deep in the list."""
    found = await _rows(
        session,
        f"""WITH listed AS (
                SELECT least(next_due_on, '9999-12-31') AS due, id,
                    row_number() OVER (ORDER BY next_due_on, id) AS place, count(*) OVER () AS number
                FROM request WHERE {seen})
            SELECT due, id FROM listed
            WHERE place IN ({", ".join(f"1 + CAST(floor(number * {each}) AS bigint)" for each in DEPTHS)}) ORDER BY place""",
        email,
    )
    pages: list[Page[RowMapping]] = [
        page_of([row, row], 1, lambda each: (each["due"].isoformat(), str(each["id"]))) for row in found
    ]
    return [page.next for page in pages if page.next]

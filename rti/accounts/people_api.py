"""People as JSON. No answer but the one that adds an account holds a password."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import get, post, put
from litestar.params import JSONBody

from rti.accounts import people
from rti.accounts.commands import AddPerson, ChangePassword, SaveMe
from rti.accounts.policy import ADMINISTRATION, Role
from rti.accounts.tables import PersonRow
from rti.web.api import JsonBody
from rti.web.guards import only, session_token, signed_in
from rti.web.inject import Id, Now, Session, Who
from rti.web.templating import WebRequest


class PersonView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    email: str
    name: str
    role: Role
    cbo_id: UUID | None
    language: str
    wants_reminders: bool
    wants_digest: bool
    wants_detail: bool
    hours_from: int
    hours_to: int
    disabled_at: datetime | None


class Added(msgspec.Struct, frozen=True, kw_only=True):
    person: PersonView
    start_password: str


def person_view(row: PersonRow) -> PersonView:
    return PersonView(**{name: getattr(row, name) for name in PersonView.__struct_fields__})


@get("/api/people", guards=[only(ADMINISTRATION)])
async def list_people(session: Session) -> list[PersonView]:
    return [person_view(row) for row in await people.people(session)]


@post("/api/people", guards=[only(ADMINISTRATION)], dto=JsonBody[AddPerson], return_dto=None)
async def add_person(data: JSONBody[AddPerson], session: Session, now: Now) -> Added:
    row, password = await people.add(session, data, now)
    return Added(person=person_view(row), start_password=password)


@post("/api/people/{person_id:uuid}/disable", guards=[only(ADMINISTRATION)])
async def disable_person(session: Session, person_id: Id, person: Who, now: Now) -> PersonView:
    await people.disable(session, person_id, person, now)
    return person_view(await people.person(session, person_id))


@get("/api/me", guards=[signed_in])
async def show_me(session: Session, person: Who) -> PersonView:
    return person_view(await people.person(session, person.id))


@put("/api/me", guards=[signed_in], dto=JsonBody[SaveMe], return_dto=None)
async def save_me(data: JSONBody[SaveMe], session: Session, person: Who) -> PersonView:
    return person_view(await people.save_me(session, person, data))


@put("/api/me/password", guards=[signed_in], dto=JsonBody[ChangePassword], return_dto=None, status_code=204)
async def change_password(
    request: WebRequest, data: JSONBody[ChangePassword], session: Session, person: Who
) -> None:
    await people.change_password(session, person, data, session_token(request))


ROUTES = [list_people, add_person, disable_person, show_me, save_me, change_password]

"""People as JSON, for those who invite. A link is only in the response that creates it."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import delete, get, post, put
from litestar.params import JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts import assignments, invitations, people
from rti.accounts.commands import Assign, ChangeRole, Invite, PeopleFilter, Reset
from rti.accounts.rate_limits import LimitedCall
from rti.core.attributes import from_attributes
from rti.core.roles import ADMINISTRATION, INVITING, Role
from rti.core.settings import Settings
from rti.core.validation import decode
from rti.models.accounts import PersonRow
from rti.web.guards import only, rate_limited, recently_authenticated
from rti.web.inject import Id, Now, Session, Who
from rti.web.templating import WebRequest


class PersonView(msgspec.Struct, frozen=True, kw_only=True):
    """`invited` is true until somebody has set a password."""

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
    invited: bool
    disabled_at: datetime | None


class PeopleList(msgspec.Struct, frozen=True, kw_only=True):
    """One page; `next` goes into `after` for the page behind it, `previous` into `before`."""

    people: list[PersonView]
    next: str | None
    previous: str | None


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """`link` is None where it goes out by mail."""

    person: PersonView
    link: str | None


def person_view(row: PersonRow) -> PersonView:
    return from_attributes(PersonView, row, invited=row.password_hash is None)


def _handed_over(
    request: WebRequest, session: Session, row: PersonRow, token: str, now: Now, *, by_mail: bool
) -> Invited:
    settings: Settings = request.app.state.settings
    link = invitations.hand_over(session, settings, row, token, now, by_mail=by_mail)
    return Invited(person=person_view(row), link=link)


@get("/api/people", guards=[only(INVITING)])
async def list_people(request: WebRequest, session: Session, person: Who) -> PeopleList:
    found = await people.people(session, person, decode(PeopleFilter, dict(request.query_params)))
    views = [person_view(row) for row in found.items]
    return PeopleList(people=views, next=found.next, previous=found.previous)


@post("/api/people", guards=[only(INVITING), recently_authenticated, rate_limited(LimitedCall.INVITATIONS)])
async def invite(
    request: WebRequest, data: JSONBody[Invite], session: Session, person: Who, now: Now
) -> Invited:
    row, token = await invitations.invite(session, data, person, now)
    return _handed_over(request, session, row, token, now, by_mail=data.by_mail)


@post(
    "/api/people/{person_id:uuid}/reset",
    guards=[only(INVITING), recently_authenticated, rate_limited(LimitedCall.INVITATIONS)],
    status_code=200,
)
async def reset(
    request: WebRequest, data: JSONBody[Reset], session: Session, person_id: Id, person: Who, now: Now
) -> Invited:
    row, token = await invitations.reset(session, person_id, data, person, now)
    return _handed_over(request, session, row, token, now, by_mail=data.by_mail)


@put("/api/people/{person_id:uuid}/role", guards=[only(ADMINISTRATION), recently_authenticated])
async def change_role(
    data: JSONBody[ChangeRole], session: Session, person_id: Id, person: Who, now: Now
) -> PersonView:
    return person_view(await people.change_role(session, person_id, data, person, now))


@post("/api/people/{person_id:uuid}/disable", guards=[only(INVITING)], status_code=200)
async def disable_person(session: Session, person_id: Id, person: Who, now: Now) -> PersonView:
    return person_view(await people.disable(session, person_id, person, now))


@post("/api/people/{person_id:uuid}/sign-out", guards=[only(INVITING)], status_code=200)
async def send_away(session: Session, person_id: Id, person: Who, now: Now) -> PersonView:
    return person_view(await people.send_away(session, person_id, person, now))


class AssignmentView(msgspec.Struct, frozen=True, kw_only=True):
    """With neither a campaign nor a province it is everything."""

    id: UUID
    campaign: str | None
    province: str | None
    assigned_at: datetime


@get("/api/people/{person_id:uuid}/assignments", guards=[only(ADMINISTRATION)])
async def list_assignments(session: Session, person_id: Id) -> list[AssignmentView]:
    await people.person(session, person_id)
    return await _views(session, person_id)


async def _views(session: AsyncSession, person_id: UUID) -> list[AssignmentView]:
    return [
        from_attributes(
            AssignmentView,
            each,
            campaign=each.campaign.code if each.campaign else None,
            province=each.province.code if each.province else None,
        )
        for each in await assignments.assignments_of(session, person_id)
    ]


@post("/api/people/{person_id:uuid}/assignments", guards=[only(ADMINISTRATION)])
async def assign(data: JSONBody[Assign], session: Session, person_id: Id, now: Now) -> list[AssignmentView]:
    await assignments.assign(session, person_id, data, now)
    return await _views(session, person_id)


@delete("/api/people/{person_id:uuid}/assignments/{assignment_id:uuid}", guards=[only(ADMINISTRATION)])
async def end(session: Session, person_id: Id, assignment_id: Id, now: Now) -> None:
    await assignments.end(session, person_id, assignment_id, now)


ROUTES = [list_people, invite, reset, change_role, disable_person, send_away, list_assignments, assign, end]

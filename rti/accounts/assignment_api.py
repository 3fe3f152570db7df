"""Assignments of staff as JSON."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.params import JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts import assignments
from rti.accounts.commands import Assign
from rti.accounts.people import person
from rti.accounts.policy import ADMINISTRATION
from rti.web.api import JsonBody
from rti.web.guards import only
from rti.web.inject import Id, Now, Session


class AssignmentView(msgspec.Struct, frozen=True, kw_only=True):
    """With neither a campaign nor a province it is everything."""

    id: UUID
    campaign: str | None
    province: str | None
    assigned_at: datetime


@get("/api/people/{person_id:uuid}/assignments", guards=[only(ADMINISTRATION)])
async def list_assignments(session: Session, person_id: Id) -> list[AssignmentView]:
    await person(session, person_id)
    return await _views(session, person_id)


async def _views(session: AsyncSession, person_id: UUID) -> list[AssignmentView]:
    return [
        AssignmentView(
            id=each.id,
            campaign=each.campaign.code if each.campaign else None,
            province=each.province.code if each.province else None,
            assigned_at=each.assigned_at,
        )
        for each in await assignments.assignments_of(session, person_id)
    ]


@post(
    "/api/people/{person_id:uuid}/assignments",
    guards=[only(ADMINISTRATION)],
    dto=JsonBody[Assign],
    return_dto=None,
)
async def assign(data: JSONBody[Assign], session: Session, person_id: Id, now: Now) -> list[AssignmentView]:
    await assignments.assign(session, person_id, data, now)
    return await _views(session, person_id)


@delete("/api/people/{person_id:uuid}/assignments/{assignment_id:uuid}", guards=[only(ADMINISTRATION)])
async def end(session: Session, person_id: Id, assignment_id: Id, now: Now) -> None:
    await assignments.end(session, person_id, assignment_id, now)


ROUTES = [list_assignments, assign, end]

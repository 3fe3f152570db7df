"""The form for a new request, read by one statement; see `core.asking`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Uuid, bindparam, func, literal_column, select

from rti.bodies.queries import Area
from rti.campaigns.queries import CAMPAIGNS, Named
from rti.core.asking import ReadBy, Statement, decoded_once, decoder, selected, together
from rti.core.db_roles import Login
from rti.core.errors import NotFound
from rti.core.visibility import REQUESTS_SEEN
from rti.models.bodies import AreaRow, PublicBodyRow
from rti.requests.shown import BodyAsked
from rti.statutes.queries import STATUTES, StatuteNamed
from rti.topics.queries import TOPICS, TopicNamed


class BodyToAsk(BodyAsked, frozen=True):
    """The same with what one should know before one goes there."""

    note: str


class _FormRead(msgspec.Struct):
    bodies: list[BodyToAsk]
    path: list[Area]
    campaigns: msgspec.Raw
    topics: msgspec.Raw
    statutes: msgspec.Raw


@dataclass(frozen=True, slots=True)
class FormShown:
    """The body that is asked, with the areas in which it lies, and among what one chooses."""

    body: BodyToAsk
    path: Sequence[Area]
    campaigns: Sequence[Named]
    topics: Sequence[TopicNamed]
    statutes: Sequence[StatuteNamed]


@dataclass(frozen=True, slots=True)
class NewRequest:
    """The form for a request to a body; raises NotFound for an unknown body."""

    body_id: UUID

    def asked(self, login: Login) -> Statement | None:
        return _statement() if login in REQUESTS_SEEN else None

    def values(self) -> Mapping[str, Any]:
        return {"body_id": self.body_id}

    def view(self, answer: bytes | None, by: ReadBy) -> FormShown:  # noqa: ARG002 -- the same to all
        found = decoder(_FormRead)(answer or b"")
        if not found.bodies:
            raise NotFound
        return FormShown(
            found.bodies[0],
            found.path,
            decoded_once(tuple[Named, ...], bytes(found.campaigns)),
            decoded_once(tuple[TopicNamed, ...], bytes(found.topics)),
            decoded_once(tuple[StatuteNamed, ...], bytes(found.statutes)),
        )


@cache
def _statement() -> Statement:
    body = select(PublicBodyRow).where(PublicBodyRow.id == bindparam("body_id", type_=Uuid))
    codes = [
        select(func.left(PublicBodyRow.area_code, literal_column(str(length))))
        .where(PublicBodyRow.id == bindparam("body_id", type_=Uuid))
        .scalar_subquery()
        for length in (2, 4, 6)
    ]
    parts = {
        "bodies": selected(BodyToAsk, body, PublicBodyRow),
        "path": selected(
            Area, select(AreaRow).where(AreaRow.code.in_(codes)).order_by(AreaRow.code), AreaRow
        ),
        "campaigns": CAMPAIGNS,
        "topics": TOPICS,
        "statutes": STATUTES,
    }
    return together(**parts)

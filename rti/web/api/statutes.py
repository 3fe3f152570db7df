"""Statutes and the calculator as JSON."""

from datetime import date, datetime
from typing import Any

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody

from rti.core.attributes import from_attributes
from rti.core.errors import NotFound
from rti.core.roles import ADMINISTRATION
from rti.core.validation import decode
from rti.law.deadlines import ClockState, Deadline
from rti.law.rules import ClockKind
from rti.law.statutes import Statute, StatuteStatus
from rti.statutes import queries, versions
from rti.statutes.calculator import calculate
from rti.statutes.commands import AddStatute, Calculate
from rti.statutes.documents import parse_statute
from rti.web.guards import only, signed_in
from rti.web.inject import Now, Session, Today
from rti.web.templating import Reader, WebRequest, reader_of


class ClockView(msgspec.Struct, frozen=True, kw_only=True):
    """A limit such as "15 working", or none where the statute gives no number."""

    kind: ClockKind
    limit: str | None
    section: str
    confirmed: bool
    soft: bool


class StatuteView(msgspec.Struct, frozen=True, kw_only=True):
    """A statute; only where `binding` is it law today."""

    id: str
    version: int
    name_km: str
    name_en: str
    jurisdiction_km: str
    jurisdiction_en: str
    status: StatuteStatus
    binding: bool
    in_force_from: date | None
    in_force_to: date | None
    clocks: list[ClockView]


class StatuteDetail(msgspec.Struct, frozen=True, kw_only=True):
    statute: StatuteView
    versions: list[int]
    document: dict[str, Any]


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    day: date | None
    text: str


class CalculatedView(msgspec.Struct, frozen=True, kw_only=True):
    kind: ClockKind
    state: ClockState
    due: date | None
    due_at: datetime | None
    provisional: bool
    binding: bool
    confirmed: bool
    soft: bool
    section: str
    steps: list[StepView]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    deadlines: list[CalculatedView]


def statute_view(statute: Statute, today: date) -> StatuteView:
    return from_attributes(
        StatuteView,
        statute,
        name_km=statute.name.km,
        name_en=statute.name.en,
        jurisdiction_km=statute.jurisdiction.km,
        jurisdiction_en=statute.jurisdiction.en,
        binding=statute.binding_on(today),
        clocks=[
            from_attributes(ClockView, clock, limit=str(clock.limit) if clock.limit else None)
            for clock in statute.clocks
        ],
    )


def calculated_view(clock: Deadline, reader: Reader) -> CalculatedView:
    return from_attributes(
        CalculatedView,
        clock,
        steps=[
            from_attributes(StepView, step, text=text)
            for step, text in zip(clock.steps, reader.steps(clock.steps), strict=True)
        ],
    )


@get("/api/statutes", guards=[signed_in])
async def list_statutes(session: Session, today: Today) -> list[StatuteView]:
    return [statute_view(statute, today) for statute in await queries.newest(session)]


@get("/api/statutes/{statute_id:str}", guards=[signed_in])
async def show_statute(session: Session, statute_id: FromPath[str], today: Today) -> StatuteDetail:
    if "\x00" in statute_id:
        raise NotFound
    stored = await queries.versions(session, statute_id)
    return StatuteDetail(
        statute=statute_view(parse_statute(stored[0].document), today),
        versions=[row.version for row in stored],
        document=stored[0].document,
    )


@post("/api/statutes", guards=[only(ADMINISTRATION)])
async def add_statute(data: JSONBody[AddStatute], session: Session, now: Now, today: Today) -> StatuteView:
    return statute_view(await versions.add(session, data.document, now), today)


@get("/api/calculator", guards=[signed_in])
async def calculator(request: WebRequest, session: Session) -> Answer:
    found = await calculate(session, decode(Calculate, dict(request.query_params)))
    reader = reader_of(request)
    return Answer(deadlines=[calculated_view(clock, reader) for clock in found.deadlines])


ROUTES = [list_statutes, show_statute, add_statute, calculator]

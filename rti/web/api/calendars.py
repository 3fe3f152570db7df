"""The calendar as JSON. With `?preview=1` a change tells what it would move, and changes nothing."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from litestar import get, post
from litestar.params import JSONBody

from rti.accounts.rate_limits import LimitedCall
from rti.calendars import queries
from rti.calendars.commands import CalendarFilter, Command, ConfirmYear, DeclareDay, WithdrawDay
from rti.core.roles import SUPPORT
from rti.core.validation import decode
from rti.law.rules import ClockKind
from rti.requests import date_changes
from rti.requests.queries import seen
from rti.requests.recalculation import Move, Moves
from rti.web.guards import only, rate_limited, signed_in
from rti.web.inject import Now, Recomputing, Session, Today, Who
from rti.web.json_body import JsonBody
from rti.web.templating import WebRequest


class DayOffView(msgspec.Struct, frozen=True, kw_only=True):
    day: date
    name_km: str
    name_en: str
    source: str


class CalendarView(msgspec.Struct, frozen=True, kw_only=True):
    """The list of a year; `status` is confirmed, provisional, or unknown where none is loaded."""

    country: str
    year: int
    status: str
    source: str
    days_off: list[DayOffView]


class MoveView(msgspec.Struct, frozen=True, kw_only=True):
    reference: str
    kind: ClockKind
    old: date | None
    new: date | None


class MovesView(msgspec.Struct, frozen=True, kw_only=True):
    """How many requests of those looked at move, and the first 50 dates for those who may see requests."""

    preview: bool
    looked_at: int
    requests: int
    rewritten: int
    first: list[MoveView]


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    preview: bool = False


@get("/api/calendar", guards=[signed_in])
async def show_calendar(request: WebRequest, session: Session, today: Today) -> CalendarView:
    wanted = decode(CalendarFilter, dict(request.query_params))
    year = wanted.year or today.year
    known = await queries.year_of(session, wanted.country, year)
    status = "unknown" if known is None else "confirmed" if known.confirmed else "provisional"
    return CalendarView(
        country=wanted.country,
        year=year,
        status=status,
        source=known.source if known else "",
        days_off=[
            DayOffView(day=row.day, name_km=row.name_km, name_en=row.name_en, source=row.source)
            for row in await queries.days_off(session, wanted.country, year)
        ],
    )


async def _change(
    request: WebRequest, sessions: tuple[Session, Recomputing], command: Command, person: Who, now: datetime
) -> MovesView:
    session, recalculating = sessions
    only_preview = decode(Preview, dict(request.query_params)).preview
    if only_preview:
        moves = await date_changes.preview(recalculating, command, now)
    else:
        moves = await date_changes.change(recalculating, command, person.id, now)
    return moves_view(moves, await seen(session, person, moves.first), preview=only_preview)


def moves_view(moves: Moves, first: Sequence[Move], *, preview: bool) -> MovesView:
    """`first` are those of the first moves that the reader may see."""
    return MovesView(
        preview=preview,
        looked_at=moves.looked_at,
        requests=moves.requests,
        rewritten=moves.rewritten,
        first=[MoveView(reference=m.reference, kind=m.kind, old=m.old, new=m.new) for m in first],
    )


@post(
    "/api/calendar/days-off",
    guards=[only(SUPPORT), rate_limited(LimitedCall.CALENDARS)],
    dto=JsonBody[DeclareDay],
    return_dto=None,
)
async def declare_day(
    request: WebRequest,
    data: JSONBody[DeclareDay],
    session: Session,
    recalculating: Recomputing,
    person: Who,
    now: Now,
) -> MovesView:
    return await _change(request, (session, recalculating), data, person, now)


@post(
    "/api/calendar/withdrawals",
    guards=[only(SUPPORT), rate_limited(LimitedCall.CALENDARS)],
    dto=JsonBody[WithdrawDay],
    return_dto=None,
)
async def withdraw_day(
    request: WebRequest,
    data: JSONBody[WithdrawDay],
    session: Session,
    recalculating: Recomputing,
    person: Who,
    now: Now,
) -> MovesView:
    return await _change(request, (session, recalculating), data, person, now)


@post(
    "/api/calendar/confirmations",
    guards=[only(SUPPORT), rate_limited(LimitedCall.CALENDARS)],
    dto=JsonBody[ConfirmYear],
    return_dto=None,
)
async def confirm_year(
    request: WebRequest,
    data: JSONBody[ConfirmYear],
    session: Session,
    recalculating: Recomputing,
    person: Who,
    now: Now,
) -> MovesView:
    return await _change(request, (session, recalculating), data, person, now)


ROUTES = [show_calendar, declare_day, withdraw_day, confirm_year]

"""The calendar as JSON. With `?preview=1` a change returns what it would move, and changes nothing."""

from collections.abc import Awaitable, Callable
from datetime import date

import msgspec
from litestar import get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody

from rti.accounts.rate_limits import LimitedCall
from rti.calendars import queries
from rti.calendars.commands import CalendarFilter, Command, ConfirmYear, DeclareDay, WithdrawDay
from rti.core.asking import ForAll
from rti.core.attributes import from_attributes
from rti.core.roles import SUPPORT
from rti.core.validation import decode
from rti.law.rules import ClockKind
from rti.requests import date_changes
from rti.requests.queries import seen
from rti.web.guards import Connection, only, rate_limited, signed_in
from rti.web.inject import Found, Now, Recomputing, Session, Today, Who
from rti.web.templating import WebRequest, today_of
from rti.web.transfers import READS


class CalendarView(msgspec.Struct, frozen=True, kw_only=True):
    """The list of a year; `status` is confirmed, provisional, or unknown where none is loaded."""

    country: str
    year: int
    status: str
    source: str
    days_off: list[queries.ListedDay]


class MoveView(msgspec.Struct, frozen=True, kw_only=True):
    reference: str
    kind: ClockKind
    old: date | None
    new: date | None


class MovesView(msgspec.Struct, frozen=True, kw_only=True):
    """How many requests of those looked at move, how many answers change their verdict, and the first 50 dates for those who may see requests."""

    preview: bool
    looked_at: int
    requests: int
    rewritten: int
    become_in_time: int
    become_late: int
    first: list[MoveView]


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    preview: bool = False


def listed(connection: Connection) -> ForAll[queries.YearRead]:
    return queries.list_of(decode(CalendarFilter, dict(connection.query_params)), today_of(connection))


@get("/api/calendar", guards=[signed_in], opt={READS: listed})
async def show_calendar(request: WebRequest, found: Found[queries.YearRead], today: Today) -> CalendarView:
    wanted, known = decode(CalendarFilter, dict(request.query_params)), found.known
    status = "unknown" if known is None else "confirmed" if known.confirmed else "provisional"
    return CalendarView(
        country=wanted.country,
        year=wanted.year or today.year,
        status=status,
        source=known.source if known else "",
        days_off=found.days,
    )


Make = NamedDependency[Callable[[Command], Awaitable[MovesView]]]


def _make(
    request: WebRequest, session: Session, recalculating: Recomputing, person: Who, now: Now
) -> Callable[[Command], Awaitable[MovesView]]:
    async def make(command: Command) -> MovesView:
        preview = decode(Preview, dict(request.query_params)).preview
        if preview:
            moves = await date_changes.preview(recalculating, command, now)
        else:
            moves = await date_changes.change(recalculating, command, person.id, now)
        first = [from_attributes(MoveView, move) for move in await seen(session, person, moves.first)]
        return from_attributes(MovesView, moves, preview=preview, first=first)

    return make


_CHANGING = {"make": Provide(_make, sync_to_thread=False)}
_GUARDS = [only(SUPPORT), rate_limited(LimitedCall.CALENDARS)]


@post("/api/calendar/days-off", guards=_GUARDS, dependencies=_CHANGING)
async def declare_day(data: JSONBody[DeclareDay], make: Make) -> MovesView:
    return await make(data)


@post("/api/calendar/withdrawals", guards=_GUARDS, dependencies=_CHANGING)
async def withdraw_day(data: JSONBody[WithdrawDay], make: Make) -> MovesView:
    return await make(data)


@post("/api/calendar/confirmations", guards=_GUARDS, dependencies=_CHANGING)
async def confirm_year(data: JSONBody[ConfirmYear], make: Make) -> MovesView:
    return await make(data)


ROUTES = [show_calendar, declare_day, withdraw_day, confirm_year]

"""The pages of the calendar: the list of a year, and changes with a look at what they move."""

from collections.abc import Mapping

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.calendars import queries
from rti.calendars.commands import CalendarFilter, Command, ConfirmYear, DeclareDay, WithdrawDay
from rti.core.errors import Invalid, NotFound
from rti.core.roles import SUPPORT
from rti.core.validation import decode
from rti.requests import date_changes
from rti.requests.queries import seen
from rti.web import forms
from rti.web.guards import only, rate_limited, signed_in
from rti.web.inject import Now, Recomputing, Session, Today, Who
from rti.web.templating import Faults, WebRequest, page

CHANGES: Mapping[str, type[Command]] = {
    "declare": DeclareDay,
    "withdraw": WithdrawDay,
    "confirm": ConfirmYear,
}


@get("/calendar", guards=[signed_in])
async def show_calendar(request: WebRequest, session: Session, today: Today) -> Template:
    return await _calendar_page(request, session, today, decode(CalendarFilter, dict(request.query_params)))


@get("/calendar/{change:str}", guards=[only(SUPPORT)])
async def preview_change(
    request: WebRequest,
    session: Session,
    recalculating: Recomputing,
    person: Who,
    change: FromPath[str],
    now: Now,
    today: Today,
) -> Template:
    """What a change would move; nothing is changed yet."""
    sent = forms.Form(dict(request.query_params), {})
    async with forms.attempt(recalculating, sent):
        command = _command(change, sent)
        moves = await date_changes.preview(recalculating, command, now)
    if sent.faults:
        return await _calendar_page(request, session, today, _shown(sent), sent)
    return page(
        request,
        "calendars/preview.html",
        moves,
        change=change,
        command=command,
        fields=sent.values,
        first=await seen(session, person, moves.first),
    )


@post("/calendar/{change:str}", guards=[only(SUPPORT), rate_limited(LimitedCall.CALENDARS)])
async def make_change(
    request: WebRequest,
    session: Session,
    recalculating: Recomputing,
    person: Who,
    change: FromPath[str],
    now: Now,
    today: Today,
) -> Response[None] | Template:
    sent = await forms.read(request)
    async with forms.attempt(recalculating, sent):
        command = _command(change, sent)
        await date_changes.change(recalculating, command, person.id, now)
    if sent.faults:
        return await _calendar_page(request, session, today, _shown(sent), sent)
    year = command.year if isinstance(command, ConfirmYear) else command.day.year
    return Redirect(f"/calendar?country={command.country}&year={year}", status_code=303)


def _command(change: str, sent: forms.Form) -> Command:
    if change not in CHANGES:
        raise NotFound
    return decode(CHANGES[change], sent.values)


def _shown(sent: forms.Form) -> CalendarFilter:
    """The list beside a form with faults: the country of the form where that one is right."""
    try:
        return decode(CalendarFilter, {"country": sent.values.get("country", "")})
    except Invalid:
        return CalendarFilter()


async def _calendar_page(
    request: WebRequest,
    session: Session,
    today: Today,
    wanted: CalendarFilter,
    sent: forms.Form | None = None,
) -> Template:
    year = wanted.year or today.year
    return page(
        request,
        "calendars/list.html",
        await queries.days_off(session, wanted.country, year),
        status=422 if sent else 200,
        year=year,
        country=wanted.country,
        pairs=[(key, key) for key in await queries.countries(session)],
        list_of_year=await queries.year_of(session, wanted.country, year),
        warning=await queries.warning(session, today),
        may_edit=request.user is not None and request.user.role in SUPPORT,
        form=sent.values if sent else {},
        faults=Faults(sent.faults if sent else ()),
    )


ROUTES = [show_calendar, preview_change, make_change]

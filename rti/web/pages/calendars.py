"""The pages of the calendar: the list of a year, and changes with a preview of the dates they move."""

from collections.abc import Mapping

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.calendars import queries
from rti.calendars.commands import CalendarFilter, Command, ConfirmYear, DeclareDay, WithdrawDay
from rti.core.asking import read
from rti.core.errors import Invalid, NotFound
from rti.core.roles import SUPPORT
from rti.core.validation import decode
from rti.requests import date_changes
from rti.requests.queries import seen
from rti.web import forms
from rti.web.api.calendars import listed
from rti.web.guards import only, rate_limited, signed_in
from rti.web.inject import Form, Found, Now, Recomputing, Session, Today, Who
from rti.web.templating import WebRequest, page, today_of, who
from rti.web.transfers import READS

CHANGES: Mapping[str, type[Command]] = {
    "declare": DeclareDay,
    "withdraw": WithdrawDay,
    "confirm": ConfirmYear,
}


def _shown(
    request: WebRequest, found: queries.YearRead, wanted: CalendarFilter, form: Form | None = None
) -> Template:
    today = today_of(request)
    return page(
        request,
        "calendars/list.html",
        found.days,
        form=form,
        year=wanted.year or today.year,
        country=wanted.country,
        pairs=[(key, key) for key in queries.home_first(found.countries)],
        list_of_year=found.known,
        warning=queries.lacking(today, found.confirmed),
        may_edit=who(request).role in SUPPORT,
    )


async def _show_again(
    request: WebRequest, session: Session, person: Who, today: Today, form: Form
) -> Template:
    wanted = _beside(form)
    found = await read(session, queries.list_of(wanted, today), person)
    return _shown(request, found, wanted, form)


def _beside(form: Form) -> CalendarFilter:
    """The list beside a form with faults: the country of the form where that one is right."""
    try:
        return decode(CalendarFilter, {"country": form.values.get("country", "")})
    except Invalid:
        return CalendarFilter()


@get("/calendar", guards=[signed_in], opt={READS: listed})
async def show_calendar(request: WebRequest, found: Found[queries.YearRead]) -> Template:
    return _shown(request, found, decode(CalendarFilter, dict(request.query_params)))


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
    """Preview the dates that a change would move."""
    form = forms.Form(dict(request.query_params))
    async with forms.attempt(form, recalculating):
        command = _command(change, form)
        moves = await date_changes.preview(recalculating, command, now)
    if form.faults:
        return await _show_again(request, session, person, today, form)
    return page(
        request,
        "calendars/preview.html",
        moves,
        change=change,
        command=command,
        fields=form.values,
        first=await seen(session, person, moves.first),
    )


@post("/calendar/{change:str}", guards=[only(SUPPORT), rate_limited(LimitedCall.CALENDARS)])
@forms.else_show(_show_again)
async def make_change(
    form: Form, recalculating: Recomputing, person: Who, change: FromPath[str], now: Now
) -> Redirect:
    command = _command(change, form)
    await date_changes.change(recalculating, command, person.id, now)
    year = command.year if isinstance(command, ConfirmYear) else command.day.year
    return forms.see_other(f"/calendar?country={command.country}&year={year}")


def _command(change: str, form: Form) -> Command:
    if change not in CHANGES:
        raise NotFound
    return decode(CHANGES[change], form.values)


ROUTES = [show_calendar, preview_change, make_change]

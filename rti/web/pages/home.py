"""The first page: what to do next, by role; and whether the system is well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import Any

import msgspec
from litestar import get
from litestar.response import Redirect, Template

from notifications.channels import FAILING
from rti.calendars.queries import CONFIRMED, lacking
from rti.core.asking import ReadBy, Statement, compiled, decoder, together
from rti.core.db import Database
from rti.core.db_roles import LOGINS, Login, statistics_login_of
from rti.core.errors import Message
from rti.core.pagination import PAGE_SIZE, Page
from rti.core.replica import for_reading
from rti.core.roles import ADMINISTRATION, SUPPORT, Role
from rti.core.visibility import REQUESTS_SEEN
from rti.law.status import RequestStatus, overdue_on
from rti.requests.commands import RequestFilter
from rti.requests.listing import Worklist, listing, unfinished, urgency
from rti.requests.saved_lists import SAVED_LISTS, SavedList
from rti.requests.shown import Line, LineRow
from rti.statistics.disclosure import is_coarse
from rti.statistics.headlines import HEADLINES
from rti.statistics.methods.own import OWN
from rti.web.api.statistics import asked_table, words
from rti.web.guards import Connection, open_to_all
from rti.web.guidance import PICTURES, STEPS
from rti.web.inject import Found
from rti.web.pages.system import missing
from rti.web.pictures import beside_numbers
from rti.web.templating import WebRequest, language_of, page, today_of, who
from rti.web.transfers import READS

_SUPPORTING = {LOGINS[role] for role in SUPPORT}
_OPEN = RequestFilter(status=RequestStatus.OPEN)
_URGENT = (
    RequestStatus.NOT_SUBMITTED,
    RequestStatus.OPEN,
    RequestStatus.SUBMITTED,
    RequestStatus.DRAFT,
)


class _Read(msgspec.Struct):
    """For whom a part is not, it is not asked; `confirmed` is whether the calendar of the next year is."""

    lines: list[LineRow] | None = None
    unfinished: list[LineRow] | None = None
    overdue: int = 0
    due_soon: int = 0
    stalled: int = 0
    confirmed: bool | None = None
    failing: int = 0
    saved: list[SavedList] = []


@dataclass(frozen=True, slots=True)
class First:
    """What the first page shows; `requests` are None for those who see none.

    `to_do` is for those who file: what their bodies have not received, or not answered in time. It is in the order
    of `_URGENT`, `more_to_do` where it is not all, and then `requests` are the others that are open.
    """

    to_do: Sequence[Line] | None
    more_to_do: bool
    requests: Page[Line] | None
    overdue: int
    due_soon: int
    stalled: int
    warning: Message | None
    failing_addresses: int
    saved: Sequence[SavedList] = ()


@dataclass(frozen=True, slots=True)
class FirstPage:
    """How many requests are overdue, due within a week and stalled, those that are open, and what support is to look at."""

    today: date

    def asked(self, login: Login) -> Statement | None:
        return _statement(login)

    def values(self) -> Mapping[str, Any]:
        return {"today": self.today, "status": _OPEN.status, "coming": self.today.year + 1}

    def view(self, answer: bytes | None, by: ReadBy) -> First:
        found = decoder(_Read)(answer) if answer else _Read()
        warning = lacking(self.today, found.confirmed) if by.person.role in SUPPORT else None
        opened = None if found.lines is None else Worklist(_OPEN, self.today).page_of(found.lines, by)
        numbers = (found.overdue, found.due_soon, found.stalled, warning, found.failing, found.saved)
        if found.unfinished is None or opened is None:
            return First(None, False, opened, *numbers)
        late = [line for line in opened.items if self._late(line)]
        begun = [Line(each, False) for each in found.unfinished[:PAGE_SIZE]]
        to_do = sorted([*begun, *late], key=lambda line: _URGENT.index(line.request.status))
        more = len(found.unfinished) > PAGE_SIZE or len(late) == PAGE_SIZE
        in_time = [line for line in opened.items if not self._late(line)]
        return First(to_do, more, Page(in_time, opened.next), *numbers)

    def _late(self, line: Line) -> bool:
        each = line.request
        return overdue_on(each.due_on, each.met_on, each.ended_on, self.today)


@cache
def _statement(login: Login) -> Statement | None:
    parts: dict[str, Statement] = {}
    if login in REQUESTS_SEEN:
        parts |= {
            "lines": listing(login, frozenset({"status"})),
            **urgency(login),
            "saved": SAVED_LISTS,
        }
    if login is Login.CBO:
        parts["unfinished"] = unfinished(login)
    if login in _SUPPORTING:
        parts |= {"confirmed": compiled(CONFIRMED), "failing": compiled(FAILING)}
    return together(**parts) if parts else None


def _first(connection: Connection) -> FirstPage:
    return FirstPage(today_of(connection))


@get("/", guards=[open_to_all], opt={READS: _first})
async def home(request: WebRequest, found: Found[First | None]) -> Template | Redirect:
    if request.user is None:
        return Redirect("/sign-in")
    role = request.user.role
    return page(
        request,
        "home.html",
        found,
        today=today_of(request),
        missing=missing(request.app.state.settings) if role in ADMINISTRATION else (),
        steps=STEPS[role],
        pictures=PICTURES,
        **(await _figures(request) if role is Role.WORKING_GROUP else {"table": None}),
    )


async def _figures(request: WebRequest) -> dict[str, Any]:
    """All figures in short."""
    person, today = who(request), today_of(request)
    main: Database = request.app.state.database
    database = await for_reading(main.under(statistics_login_of(person)))
    async with database.transaction(person.id) as reading:
        table = await asked_table(request, reading, person, today, {"method": OWN.id})
    said = partial(words, language=language_of(request))
    return {
        "table": table,
        "headlines": HEADLINES,
        "words": said,
        "coarse": is_coarse(person),
        "pictured": beside_numbers(table),
    }


ROUTES = [home]

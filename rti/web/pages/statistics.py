"""The page of figures, and the same figures as CSV and JSON."""

from urllib.parse import urlencode

from litestar import Response, get
from litestar.response import Stream, Template
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.rate_limits import LimitedCall
from rti.audit.record import record
from rti.bodies.queries import provinces
from rti.campaigns.queries import campaigns
from rti.core.csv_export import as_csv
from rti.core.db_roles import login_of
from rti.core.errors import Fault, Invalid
from rti.core.roles import REQUESTS
from rti.core.validation import decode
from rti.models.audit import AuditAction
from rti.requests.commands import RequestFilter
from rti.requests.queries import matching
from rti.statistics import queries
from rti.statistics.commands import Basis, Dimension, StatisticsQuery, check
from rti.statistics.export import request_lines
from rti.statistics.measures import EXCLUDED, MEASURES, PENDING, VERSION
from rti.statutes.queries import newest
from rti.web.api.statistics import TableView, csv_header, csv_rows, table_view, words
from rti.web.guards import only, rate_limited, signed_in
from rti.web.inject import Now, Session, Today, Who
from rti.web.templating import Faults, WebRequest, language_of, page

MOST_LINES = 300
"""Lines of a page; the files have all of them."""
CSV = "text/csv"


async def _table(request: WebRequest, session: AsyncSession, person: Who, today: Today) -> queries.Table:
    wanted = decode(StatisticsQuery, dict(request.query_params))
    check(wanted, today)
    return await queries.table(session, person, wanted, today)


@get("/statistics", guards=[signed_in, rate_limited(LimitedCall.FIGURES)])
async def show_statistics(request: WebRequest, session: Session, person: Who, today: Today) -> Template:
    table: queries.Table | None = None
    faults: tuple[Fault, ...] = ()
    try:
        table = await _table(request, session, person, today)
    except Invalid as invalid:
        faults = invalid.faults
    given = {name: value for name, value in request.query_params.items() if value}
    language = language_of(request)
    return page(
        request,
        "statistics/table.html",
        table,
        status=422 if faults else 200,
        form={"by": Dimension.BODY_KIND, "basis": Basis.RECEIVED, "as_of": today.isoformat(), **given},
        faults=Faults(faults),
        as_file=urlencode(given),
        words=lambda shown: words(shown, language),
        most=MOST_LINES,
        measures=MEASURES,
        version=VERSION,
        excluded=sorted(EXCLUDED),
        pending=PENDING,
        dimensions=Dimension,
        bases=Basis,
        provinces=await provinces(session),
        campaigns=await campaigns(session),
        statutes=await newest(session),
    )


def _attachment(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}.csv"'}


@get("/statistics.csv", guards=[signed_in, rate_limited(LimitedCall.FIGURES)])
async def statistics_file(
    request: WebRequest, session: Session, person: Who, today: Today, now: Now
) -> Response[str]:
    table = await _table(request, session, person, today)
    record(session, AuditAction.EXPORTED, now, about="statistics", cbo_id=person.cbo_id)
    text = as_csv(csv_header(table), csv_rows(table, language_of(request)))
    return Response(text, media_type=CSV, headers=_attachment(f"statistics-{table.as_of}"))


@get("/api/statistics", guards=[signed_in, rate_limited(LimitedCall.FIGURES)])
async def statistics_as_json(request: WebRequest, session: Session, person: Who, today: Today) -> TableView:
    return table_view(await _table(request, session, person, today), language_of(request))


@get("/statistics.json", guards=[signed_in, rate_limited(LimitedCall.FIGURES)])
async def statistics_json_file(request: WebRequest, session: Session, person: Who, today: Today) -> TableView:
    """The same for the browser that shows the page, which has a cookie and no bearer token."""
    return table_view(await _table(request, session, person, today), language_of(request))


@get("/requests.csv", guards=[only(REQUESTS), rate_limited(LimitedCall.EXPORTS)])
async def requests_file(request: WebRequest, session: Session, person: Who, today: Today, now: Now) -> Stream:
    """The requests of the list, with the same filters, as far as the person may see them."""
    wanted = matching(person, decode(RequestFilter, dict(request.query_params)), today)
    record(session, AuditAction.EXPORTED, now, about="requests", cbo_id=person.cbo_id)
    lines = request_lines(request.app.state.database.under(login_of(person)), wanted, person.id)
    return Stream(lines, media_type=CSV, headers=_attachment(f"requests-{today}"))


ROUTES = [show_statistics, statistics_file, statistics_as_json, statistics_json_file, requests_file]

"""The page of figures, and the same figures as files."""

from urllib.parse import urlencode

from litestar import Response, get
from litestar.response import Stream, Template

from rti.accounts.rate_limits import LimitedCall
from rti.audit.record import record
from rti.bodies.queries import provinces
from rti.campaigns.queries import campaigns
from rti.core.csv_export import as_csv
from rti.core.roles import REQUESTS
from rti.core.validation import decode
from rti.models.audit import AuditAction
from rti.requests.commands import RequestFilter
from rti.requests.queries import matching
from rti.statistics import queries
from rti.statistics.commands import Basis, Dimension
from rti.statistics.disclosure import is_coarse, last_quarter
from rti.statistics.export import write_requests
from rti.statistics.measures import EXCLUDED, MEASURES, PENDING, VERSION
from rti.statutes.queries import newest
from rti.web.api.statistics import TableView, asked_table, csv_header, csv_rows, table_view, words
from rti.web.downloads import in_pieces, kept_file
from rti.web.forms import attempt, read_query
from rti.web.guards import only, rate_limited, signed_in
from rti.web.inject import Now, Session, Today, Who
from rti.web.templating import WebRequest, language_of, page
from rti.web.transfers import FILE

MOST_LINES = 300
"""Lines of a page; the files have all of them."""
CSV = "text/csv"


@get("/statistics", guards=[signed_in, rate_limited(LimitedCall.FIGURES)])
async def show_statistics(request: WebRequest, session: Session, person: Who, today: Today) -> Template:
    form = read_query(request)
    asked = urlencode(form.values)
    table: queries.Table | None = None
    async with attempt(form):
        table = await asked_table(request, session, person, today)
    coarse = is_coarse(person)
    form.values = {
        "by": Dimension.BODY_KIND,
        "basis": Basis.RECEIVED,
        "as_of": (last_quarter(today) if coarse else today).isoformat(),
    } | form.values
    language = language_of(request)
    return page(
        request,
        "statistics/table.html",
        table,
        form=form,
        as_file=asked,
        words=lambda shown: words(shown, language),
        most=MOST_LINES,
        coarse=coarse,
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
    table = await asked_table(request, session, person, today)
    record(session, AuditAction.EXPORTED, now, about="statistics", cbo_id=person.cbo_id)
    text = as_csv(csv_header(table), csv_rows(table, language_of(request)))
    return Response(text, media_type=CSV, headers=_attachment(f"statistics-{table.as_of}"))


@get("/statistics.json", guards=[signed_in, rate_limited(LimitedCall.FIGURES)])
async def statistics_json_file(request: WebRequest, session: Session, person: Who, today: Today) -> TableView:
    """The same for the browser that shows the page, which has a cookie and no bearer token."""
    return table_view(await asked_table(request, session, person, today), language_of(request))


@get("/requests.csv", guards=[only(REQUESTS), rate_limited(LimitedCall.EXPORTS)], opt=FILE)
async def requests_file(request: WebRequest, session: Session, person: Who, today: Today, now: Now) -> Stream:
    """The requests of the list, with the same filters, as far as the person may see them."""
    wanted = matching(person, decode(RequestFilter, dict(request.query_params)), today)
    record(session, AuditAction.EXPORTED, now, about="requests", cbo_id=person.cbo_id)
    file = kept_file()
    try:
        await write_requests(session, wanted, file.write)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return Stream(in_pieces(file), media_type=CSV, headers=_attachment(f"requests-{today}"))


ROUTES = [show_statistics, statistics_file, statistics_json_file]
EXPORTS = [requests_file]
"""Of requests themselves, under the login of who asks."""

"""The page of figures, and the same figures as files."""

from asyncio import to_thread
from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Stream, Template

from rti.accounts.rate_limits import LimitedCall
from rti.audit.record import record
from rti.bodies.queries import provinces
from rti.campaigns.queries import campaigns
from rti.core.csv_export import as_csv
from rti.core.errors import NotFound
from rti.core.roles import REQUESTS
from rti.core.validation import decode
from rti.law.statutes import Statute
from rti.models.audit import AuditAction
from rti.requests.commands import RequestFilter
from rti.requests.queries import matching
from rti.statistics import queries
from rti.statistics.commands import Basis, Dimension, Unit
from rti.statistics.disclosure import is_coarse, last_quarter
from rti.statistics.export import ExportForm, rows_of, write_csv
from rti.statistics.headlines import HEADLINES
from rti.statistics.measures import EXCLUDED, PENDING
from rti.statistics.methods import METHODS
from rti.statistics.methods.own import OWN
from rti.statutes.queries import newest
from rti.web.api.statistics import (
    TableView,
    asked_methods,
    asked_table,
    asked_view,
    csv_header,
    csv_rows,
    exported_table,
    words,
)
from rti.web.briefing import briefing, of_table
from rti.web.downloads import CSV, csv_file, in_pieces, kept_file
from rti.web.forms import attempt, read_query
from rti.web.guards import only, rate_limited, signed_in
from rti.web.headers import PICTURE_POLICY, attachment
from rti.web.inject import Now, Reading, Session, Today, Who
from rti.web.pictures import PICTURES, as_png, beside_numbers, drawn, fitting, tells
from rti.web.templating import WebRequest, language_of, page
from rti.web.transfers import FILE
from rti.web.workbook import MEDIA_TYPE, workbook

PROVINCES, FEW_LINES, MOST_LINES = 25, 15, 300
"""Lines of a page as it comes, by one thing and by several; and where all are asked for. The files have all of them."""
_GROUPS = {"by", "then_by", "and_by"}


@get("/statistics", guards=[signed_in, rate_limited(LimitedCall.FIGURES)])
async def show_statistics(request: WebRequest, reading: Reading, person: Who, today: Today) -> Template:
    form = read_query(request)
    order, whole = form.values.pop("order", ""), form.values.pop("lines", "") == "all"
    chosen = _GROUPS & form.values.keys()
    asked = urlencode(form.values)
    table: queries.Table | None = None
    async with attempt(form):
        table = await asked_table(request, reading, person, today, {"method": OWN.id, **form.values})
    coarse = is_coarse(person)
    form.values = {
        "method": OWN.id,
        "by": Dimension.BODY_KIND,
        "basis": Basis.RECEIVED,
        "as_of": (last_quarter(today) if coarse else today).isoformat(),
    } | form.values
    own = form.values["method"] == OWN.id
    single = table is not None and len(table.wanted.dimensions) == 1
    return page(
        request,
        "statistics/table.html",
        table,
        form=form,
        as_file=asked,
        grouped=lambda picture: urlencode({**form.values, **picture.groups}),
        **_pictured(table if own else None, bool(chosen)),
        words=partial(words, language=language_of(request)),
        most=MOST_LINES if whole else PROVINCES if single else FEW_LINES,
        whole=whole,
        lines=_in_order(table, order),
        order=order,
        sortable=single,
        coarse=coarse,
        method=METHODS.get(form.values["method"], OWN),
        methods_offered=[(each.id, words(each.name, language_of(request))) for each in METHODS.values()],
        own=own,
        units=Unit,
        excluded=sorted(EXCLUDED),
        pending=PENDING,
        dimensions=Dimension,
        bases=Basis,
        provinces=await provinces(reading),
        campaigns=(run := await campaigns(reading)),
        statutes=_offered(
            await newest(reading), {each.statute_id for each in run}, table, form.values.get("statute_id", "")
        ),
    )


def _pictured(table: queries.Table | None, chosen: bool) -> dict[str, Any]:
    """The main numbers of a table of our own method with their pictures, or where a grouping was chosen, its picture."""
    return {
        "headlines": HEADLINES,
        "pictures": PICTURES,
        "chosen": chosen,
        "beside": beside_numbers(table) if table else (),
        "tells": table is not None and tells(table),
        "picture": fitting(table.wanted.by) if table else "",
    }


def _offered(
    statutes: Sequence[Statute], followed: set[str], table: queries.Table | None, chosen: str
) -> list[Statute]:
    """Those that requests can be under here: of this country, of a campaign, of these figures."""
    known = {chosen, *followed, *(ground.statute.id for ground in (table.grounds if table else ()))}
    return [each for each in statutes if each.id in known or "KH" in each.countries]


def _in_order(table: queries.Table | None, order: str) -> Sequence[queries.Line]:
    """The lines of a table by a share, as it is told; those without it come last."""
    if table is None:
        return ()
    named = order.removeprefix("-")
    shares = {
        line.keys: rate.percent(1)
        for line in table.lines
        for measure, rate in line.figures.rates
        if measure.id == named
    }
    told = [line for line in table.lines if shares.get(line.keys) is not None]
    if len(table.wanted.dimensions) > 1 or not told:
        return table.lines
    others = [line for line in table.lines if shares.get(line.keys) is None]
    return sorted(told, key=lambda line: shares[line.keys] or 0, reverse=order.startswith("-")) + others


@get("/statistics/methods", guards=[signed_in, rate_limited(LimitedCall.FIGURES)])
async def compare_methods(request: WebRequest, reading: Reading, person: Who, today: Today) -> Template:
    form = read_query(request)
    tables: list[queries.Table] = []
    async with attempt(form):
        tables = await asked_methods(request, reading, person, today)
    return page(
        request,
        "statistics/methods.html",
        tables,
        form=form,
        coarse=is_coarse(person),
        by_method=lambda method: urlencode({**form.values, "method": method}),
        words=partial(words, language=language_of(request)),
    )


@get("/statistics.csv", guards=[signed_in, rate_limited(LimitedCall.FIGURES)])
async def statistics_file(
    request: WebRequest, session: Session, reading: Reading, person: Who, today: Today, now: Now
) -> Response[str]:
    table = await exported_table(request, session, reading, person, today, now)
    text = await to_thread(_as_text, table, language_of(request))
    return csv_file(f"statistics-{table.as_of}.csv", text)


def _as_text(table: queries.Table, language: str) -> str:
    return as_csv(csv_header(table), csv_rows(table, language))


@get("/statistics.json", guards=[signed_in, rate_limited(LimitedCall.FIGURES)])
async def statistics_json_file(
    request: WebRequest, reading: Reading, person: Who, today: Today
) -> Response[TableView]:
    """The same for the browser that shows the page, which has a cookie and no bearer token."""
    return await asked_view(request, reading, person, today)


@get("/requests.csv", guards=[only(REQUESTS), rate_limited(LimitedCall.EXPORTS)], opt=FILE)
async def requests_file(
    request: WebRequest, session: Session, reading: Reading, person: Who, today: Today, now: Now
) -> Stream:
    """The requests of the list, with the same filters, as far as the person may see them."""
    wanted = matching(person, decode(RequestFilter, dict(request.query_params)), today)
    record(session, AuditAction.EXPORTED, now, about="requests", cbo_id=person.cbo_id)
    file = kept_file()
    try:
        await write_csv(reading, rows_of(wanted, ExportForm.REQUESTS, today), file.write)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    name = {"Content-Disposition": attachment(f"requests-{today}.csv")}
    return Stream(in_pieces(file), media_type=CSV, headers=name)


@get("/statistics.xlsx", guards=[signed_in, rate_limited(LimitedCall.FIGURES)])
async def statistics_workbook(
    request: WebRequest, session: Session, reading: Reading, person: Who, today: Today, now: Now
) -> Response[bytes]:
    table = await exported_table(request, session, reading, person, today, now)
    language = language_of(request)
    content = await to_thread(workbook, table, language, partial(words, language=language))
    name = {"Content-Disposition": attachment(f"statistics-{table.as_of}.xlsx")}
    return Response(content, media_type=MEDIA_TYPE, headers=name)


@get("/statistics.pdf", guards=[signed_in, rate_limited(LimitedCall.FIGURES)])
async def statistics_briefing(
    request: WebRequest, session: Session, reading: Reading, person: Who, today: Today, now: Now
) -> Response[bytes]:
    """The figures as a briefing, with charts and definitions; table and text are attached."""
    table = await exported_table(request, session, reading, person, today, now)
    language = language_of(request)
    content = await to_thread(briefing, of_table(table, language), [table], language)
    name = {"Content-Disposition": attachment(f"statistics-{table.as_of}.pdf")}
    return Response(content, media_type="application/pdf", headers=name)


@get("/statistics/pictures/{picture:str}", guards=[signed_in, rate_limited(LimitedCall.FIGURES)])
async def statistics_picture(
    request: WebRequest, reading: Reading, person: Who, today: Today, picture: FromPath[str]
) -> Response[bytes]:
    """A picture of the figures that the address asks for, by its name and kind of file."""
    name, _, kind = picture.partition(".")
    picture_of = PICTURES.get(name)
    if picture_of is None or kind not in {"svg", "png"}:
        raise NotFound
    wanted = dict(request.query_params)
    if picture_of.by:
        wanted |= picture_of.groups
    table = await asked_table(request, reading, person, today, wanted)
    if table.wanted.of_method is not OWN or (picture_of.exact and table.coarse):
        raise NotFound
    svg = await to_thread(drawn, name, table, partial(words, language=language_of(request)))
    if kind == "png":
        return Response(await to_thread(as_png, svg), media_type="image/png")
    return Response(
        svg.encode(), media_type="image/svg+xml", headers={"Content-Security-Policy": PICTURE_POLICY}
    )


ROUTES = [
    show_statistics,
    compare_methods,
    statistics_file,
    statistics_json_file,
    statistics_workbook,
    statistics_briefing,
    statistics_picture,
]
EXPORTS = [requests_file]
"""Of requests themselves, under the login of who asks."""

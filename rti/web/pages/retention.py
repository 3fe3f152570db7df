"""What is kept for how long, and what went last, for administrators: as a page and as JSON."""

from datetime import datetime

import msgspec
from litestar import get
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.roles import ADMINISTRATION
from rti.retention.purge import last_run
from rti.retention.schedule import RULES, Kept
from rti.web.guards import only
from rti.web.inject import Session
from rti.web.templating import WebRequest, page


class KeptClass(msgspec.Struct, frozen=True, kw_only=True):
    """A class of data: for how many days it is kept, and how much of it went at the last removal."""

    name: Kept
    days: int
    what: str
    why: str
    removed: int | None


class RetentionReport(msgspec.Struct, frozen=True, kw_only=True):
    last_run: datetime | None
    classes: list[KeptClass]


async def _report(session: AsyncSession) -> RetentionReport:
    last = await last_run(session)
    return RetentionReport(
        last_run=last.happened_at if last else None,
        classes=[
            KeptClass(
                name=kept,
                days=rule.keeps.days,
                what=rule.what,
                why=rule.why,
                removed=last.details.get(kept) if last else None,
            )
            for kept, rule in RULES.items()
        ],
    )


@get("/retention", guards=[only(ADMINISTRATION)])
async def show_retention(request: WebRequest, session: Session) -> Template:
    return page(request, "retention.html", await _report(session))


@get("/api/retention", guards=[only(ADMINISTRATION)])
async def retention(session: Session) -> RetentionReport:
    return await _report(session)


ROUTES = [show_retention, retention]

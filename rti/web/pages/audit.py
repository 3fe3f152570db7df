"""The audit log in the browser."""

from litestar import get
from litestar.response import Template

from rti.audit.queries import AuditFilter, called, entries
from rti.audit.sealer import anchor
from rti.core.roles import ADMINISTRATION, INVITING
from rti.core.validation import decode
from rti.models.audit import AuditAction
from rti.web.guards import only
from rti.web.in_words import details_in_words
from rti.web.inject import Session, Today, Who
from rti.web.templating import WebRequest, page


@get("/audit", guards=[only(INVITING)])
async def show_audit(request: WebRequest, session: Session, person: Who, today: Today) -> Template:
    wanted = decode(AuditFilter, dict(request.query_params))
    found = await entries(session, person, wanted, request.app.state.settings.timezone)
    line = await anchor(session, today) if person.role in ADMINISTRATION else None
    return page(
        request,
        "audit.html",
        found,
        wanted=wanted,
        kinds=AuditAction,
        anchor=line,
        called=await called(session, person, found.items),
        in_words=details_in_words,
    )


ROUTES = [show_audit]

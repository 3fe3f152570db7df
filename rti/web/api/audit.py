"""The audit log as JSON."""

import msgspec
from litestar import get

from rti.audit.queries import AuditFilter, AuditView, entries
from rti.audit.sealer import anchor
from rti.core.roles import ADMINISTRATION, INVITING
from rti.core.validation import decode
from rti.web.guards import only
from rti.web.inject import Session, Today, Who
from rti.web.templating import WebRequest


class AuditList(msgspec.Struct, frozen=True, kw_only=True):
    """One page; `next` goes into `after` for the page behind it."""

    entries: list[AuditView]
    next: str | None


class AnchorView(msgspec.Struct, frozen=True):
    """The checkpoint to keep elsewhere: day, position and digest of the head of the chain."""

    anchor: str


@get("/api/audit", guards=[only(INVITING)])
async def list_audit(request: WebRequest, session: Session, person: Who) -> AuditList:
    wanted = decode(AuditFilter, dict(request.query_params))
    found = await entries(session, person, wanted, request.app.state.settings.timezone)
    return AuditList(entries=list(found.items), next=found.next)


@get("/api/audit/head", guards=[only(ADMINISTRATION)])
async def show_head(session: Session, today: Today) -> AnchorView:
    return AnchorView(str(await anchor(session, today)))


ROUTES = [list_audit, show_head]

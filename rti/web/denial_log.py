"""Denials are recorded in transactions of their own, because the refused one is rolled back.

Recorded are the person, the address and the identifiers in it, and nothing else that was sent.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from litestar.exceptions import PermissionDeniedException

from rti.accounts import rate_limits
from rti.accounts.rate_limits import RateLimit
from rti.accounts.sessions import SignedIn
from rti.audit.record import count_refusal, record
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.errors import ReauthenticationRequired
from rti.core.roles import Person
from rti.core.wallclock import now
from rti.models.audit import AuditAction
from rti.web.origins import SAFE

log = structlog.get_logger()

ONE_BY_ONE = RateLimit(burst=100, interval=timedelta(seconds=36))
"""Denials of one person that are recorded one by one; more are tallied by the hour."""


async def note_refusal(refused: Exception, scope: Any) -> None:
    """After an exception: record what was denied.

    That is what the role of somebody who is signed in may not do, and what is missing or foreign, which look
    the same; and forms sent by other sites or too old, which are tallied. Visitors are not recorded
    of otherwise, since anybody could fill the log; nor is a password that has to be shown again first.
    """
    status = getattr(refused, "status", None) or getattr(refused, "status_code", None)
    auth_database: Database = scope["litestar_app"].state.database.under(Login.AUTH)
    me: SignedIn | None = scope.get("auth")
    try:
        if isinstance(refused, PermissionDeniedException) or _before_asking_who(scope, status):
            async with auth_database.transaction() as session:
                await count_refusal(session, AuditAction.FORMS_REFUSED, now(), of=me.person if me else None)
        elif me and status in {403, 404} and not isinstance(refused, ReauthenticationRequired):
            await _note_denial(auth_database, me.person, scope, status)
    except Exception:  # The refusal stands, also while the database is away.
        log.exception("refusal_not_told")


def _before_asking_who(scope: Any, status: int | None) -> bool:
    """Whether `origins` refused it, which comes before authentication."""
    return "auth" not in scope and scope.get("method") not in SAFE and status in {400, 403}


async def _note_denial(auth_database: Database, person: Person, scope: Any, status: int) -> None:
    given: Mapping[str, Any] = scope.get("path_params", {})
    named = [str(value) for value in given.values() if isinstance(value, UUID)]
    if status == 404 and not named:
        return
    key = rate_limits.keyed(auth_database.secret, "denied", str(person.id))
    each = await rate_limits.take(auth_database, key, ONE_BY_ONE, now()) is None
    async with auth_database.transaction(person.id) as session:
        if each:
            record(
                session,
                AuditAction.DENIED,
                now(),
                about="/".join(named),
                cbo_id=person.cbo_id,
                address=f"{scope.get('method')} {scope.get('path_template', '')}",
                status=status,
            )
        else:
            await count_refusal(session, AuditAction.DENIED, now(), of=person)

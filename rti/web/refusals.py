"""Refusals are written down in a transaction of their own, since what was refused is undone.

Told is who was refused, at which address, and the identifiers in it: never what else was sent.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import structlog
from litestar.types import Scope

from rti.accounts.sessions import SignedIn
from rti.audit.kinds import What
from rti.audit.telling import tell
from rti.errors import ProofRequired
from rti.tenancy.logins import Login
from rti.wallclock import now

log = structlog.get_logger()


async def note_refusal(refused: Exception, scope: Scope) -> None:
    """After an exception: write down where somebody who is signed in was kept from something.

    That is what the role may not do, and what is missing or foreign, which look the same. Visitors are not
    told of, since anybody could fill the log; nor is a password that has to be shown again first.
    """
    me: SignedIn | None = scope.get("auth")
    status = getattr(refused, "status", None) or getattr(refused, "status_code", None)
    given: Mapping[str, Any] = scope.get("path_params", {})
    named = [str(value) for value in given.values() if isinstance(value, UUID)]
    denied = status == 403 or (status == 404 and named)
    if me is None or not denied or isinstance(refused, ProofRequired):
        return
    state: Any = scope["litestar_app"].state
    where = f"{scope.get('method')} {scope.get('path_template', '')}"
    try:
        async with state.database.under(Login.DOOR).transaction(me.person.id) as session:
            about = "/".join(named)
            tell(
                session,
                What.DENIED,
                now(),
                about=about,
                cbo_id=me.person.cbo_id,
                address=where,
                status=status,
            )
    except Exception:  # The refusal stands, also while the database is away.
        log.exception("refusal_not_told")

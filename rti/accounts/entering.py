"""Session and page data in one round trip: the session is checked for every response."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from rti.accounts.passwords import token_hash
from rti.accounts.sessions import IDLE, SignedIn, entered, seen
from rti.core.asking import ReadBy, Reading, Statement, as_bytes
from rti.core.db import Database
from rti.core.db_roles import LOGINS, Login
from rti.core.roles import SignInState

MOST_KNOWN = 10_000
_NOBODY_ASKS = Statement("NULL")


@lru_cache(maxsize=1000)
def _entering(statement: Statement) -> str:
    """A statement after the check of the session. What stands behind WHEN is looked up after `enter` has said who asks,
    and not at all for others."""
    first = len(statement.names) + 1
    return (
        f"SELECT {as_bytes('who')}, CASE WHEN enters THEN {as_bytes(statement.sql)} END "
        f"FROM rti.enter(${first}, ${first + 1}, ${first + 2})"
    )


@dataclass(slots=True)
class Entrance:
    """Remembers under which login a token was last valid, to try that first. This grants nothing: the database decides
    each time whose token it is, and answers the rest only where its person works under the login that asks."""

    demo: bool
    _logins: dict[bytes, Login] = field(default_factory=dict)

    async def enter(
        self, database: Database, token: str, now: datetime, reading: Reading[Any] | None = None
    ) -> tuple[SignedIn | None, Callable[[], Any] | None]:
        """The holder of a token and the data they asked for; None for an unknown token, or if their role may not read it."""
        hashed = token_hash(token)
        login = self._logins.get(hashed, Login.AUTH) if reading else Login.AUTH
        me, answer = await self._ask(database, login, token, now, reading)
        if me is None or me.standing is not SignInState.COMPLETE:
            self._logins.pop(hashed, None)
            return me, None
        if me.unnoted(now):
            async with database.under(Login.AUTH).transaction() as session:
                await seen(session, me, now)
        if reading and login is not LOGINS[me.person.role]:
            if len(self._logins) >= MOST_KNOWN:
                self._logins.clear()
            login = self._logins[hashed] = LOGINS[me.person.role]
            me, answer = await self._ask(database, login, token, now, reading)
        if reading is None or me is None or answer is _NOBODY_ASKS:
            return me, None
        return me, partial(reading.view, answer, ReadBy(me.person, database.keyring, opens=not me.scope))

    async def _ask(
        self, database: Database, login: Login, token: str, now: datetime, reading: Reading[Any] | None
    ) -> tuple[SignedIn | None, Any]:
        statement = (reading and reading.asked(login)) or _NOBODY_ASKS
        given = reading.values() if reading else {}
        values = [given[name] for name in statement.names]
        row = await database.under(login).ask(
            _entering(statement), *values, token_hash(token), now, now - IDLE
        )
        if row is None:
            return None, None
        return entered(row[0], token, demo=self.demo), _NOBODY_ASKS if statement is _NOBODY_ASKS else row[1]

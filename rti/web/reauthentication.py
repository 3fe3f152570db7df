"""Forms that need the password to have been shown within ten minutes: they ask for it where it was not."""

from datetime import datetime

from rti.accounts import sign_in
from rti.core.db import Database
from rti.core.errors import Invalid, invalid, say
from rti.web import forms
from rti.web.templating import WebRequest

FIELD = "confirm_password"


async def read(request: WebRequest, auth_database: Database, now: datetime) -> forms.Form:
    """The form without the password; whether it was missing or wrong is told by `sent.good()`.

    It is checked before the action begins, in transactions of its own, so that guesses are counted.
    """
    sent = await forms.read(request)
    password = sent.values.pop(FIELD, "")
    me = request.auth
    try:
        if me is None or me.scope or not (password or me.recently_authenticated(now)):
            raise invalid(FIELD, say("You signed in a while ago. Confirm your password to do this"))
        if password:
            await sign_in.confirm_password(auth_database, me, password, now, field=FIELD)
    except Invalid as refused:
        sent.faults = refused.faults
    return sent

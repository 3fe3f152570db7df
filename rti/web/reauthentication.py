"""Forms that need the password to have been entered within ten minutes; if it was not, they ask for it."""

from rti.accounts import sign_in
from rti.core.errors import invalid, say
from rti.web import forms
from rti.web.inject import Door, Now
from rti.web.templating import WebRequest

FIELD = "confirm_password"


async def read(request: WebRequest, auth_database: Door, now: Now) -> forms.Form:
    """The form without the password, for `forms.else_show`; whether it was missing or wrong is in its faults.

    It is checked before the action begins, in transactions of its own, so that guesses are counted.
    """
    form = await forms.read(request)
    password = form.values.pop(FIELD, "")
    me = request.auth
    async with forms.attempt(form):
        if me is None or me.scope or not (password or me.recently_authenticated(now)):
            raise invalid(FIELD, say("You signed in a while ago. Confirm your password to do this"))
        if password:
            await sign_in.confirm_password(auth_database, me, password, now, field=FIELD)
    return form

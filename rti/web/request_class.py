"""A message as it came in, where the framework would stumble over what no browser sends."""

from litestar import Request
from litestar.datastructures import FormMultiDict, State

from rti.accounts.sessions import SignedIn
from rti.core.errors import Malformed, say
from rti.core.roles import Person


class ReceivedRequest(Request[Person | None, SignedIn | None, State]):
    """Refuses forms in broken text, and knows no cookie outside ASCII (RFC 6265, 4.1.1)."""

    @property
    def cookies(self) -> dict[str, str]:
        return {name: value for name, value in super().cookies.items() if value.isascii()}

    async def form(self) -> FormMultiDict:
        try:
            form = await super().form()
        except (UnicodeError, LookupError):
            raise Malformed(say("Send the form in UTF-8")) from None
        # The framework compares form tokens as ASCII.
        if not str(form.get("_csrf_token", "")).isascii():
            raise Malformed(say("Send the form in UTF-8"))
        return form

"""The request class: handles input on which the framework would fail, or would block all others."""

import asyncio

from litestar import Request
from litestar.datastructures import FormMultiDict, State
from litestar.enums import RequestEncodingType

from rti.accounts.sessions import SignedIn
from rti.core.errors import Malformed, TooLarge, say
from rti.core.roles import Person
from rti.web.transfers import SMALL

LARGEST_TEXT = 1_000_000
"""Bytes of a form without files, and of JSON."""


class ReceivedRequest(Request[Person | None, SignedIn | None, State]):
    """Refuses forms in broken text, reads long ones off the event loop, and knows no cookie outside ASCII
    (RFC 6265, 4.1.1)."""

    @property
    def cookies(self) -> dict[str, str]:
        return {name: value for name, value in super().cookies.items() if value.isascii()}

    async def form(self) -> FormMultiDict:
        size = len(await self.body())
        if size > LARGEST_TEXT and self.content_type[0] == RequestEncodingType.URL_ENCODED:
            raise TooLarge
        try:
            form = await (asyncio.to_thread(asyncio.run, super().form()) if size > SMALL else super().form())
        except (UnicodeError, LookupError):
            raise Malformed(say("Send the form in UTF-8")) from None
        # The framework compares form tokens as ASCII.
        if not str(form.get("_csrf_token", "")).isascii():
            raise Malformed(say("Send the form in UTF-8"))
        return form

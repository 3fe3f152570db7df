"""The help page of each role, and the page that shows every part that pages are made of."""

import re

from litestar import get
from litestar.response import Template

from rti.law.events import EventKind
from rti.law.status import RequestStatus
from rti.web.guards import signed_in
from rti.web.guidance import PICTURES, STEPS
from rti.web.inject import Who
from rti.web.templating import STATIC_FILES, WebRequest, page

_STYLE = STATIC_FILES["style.css"].read_text(encoding="utf-8")
COLOURS = tuple(dict.fromkeys(re.findall(r"^ +--([a-z-]+): #", _STYLE, re.MULTILINE)))
"""The names of all colours that pages are made of."""


@get("/help", guards=[signed_in], sync_to_thread=False)
def show_help(request: WebRequest, person: Who) -> Template:
    return page(request, "help.html", steps=STEPS[person.role], pictures=PICTURES)


@get("/components", guards=[signed_in], sync_to_thread=False)
def show_components(request: WebRequest) -> Template:
    return page(request, "components.html", colours=COLOURS, statuses=RequestStatus, kinds=EventKind)


ROUTES = [show_help, show_components]

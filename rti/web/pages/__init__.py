"""The pages, one module a subject; each lists its handlers in ROUTES."""

from rti.web.pages import (
    audit as audit,
)
from rti.web.pages import (
    bodies as bodies,
)
from rti.web.pages import (
    calendars as calendars,
)
from rti.web.pages import (
    campaigns as campaigns,
)
from rti.web.pages import (
    cbos as cbos,
)
from rti.web.pages import (
    channels as channels,
)
from rti.web.pages import (
    chasers as chasers,
)
from rti.web.pages import (
    evidence as evidence,
)
from rti.web.pages import (
    feeds as feeds,
)
from rti.web.pages import (
    home as home,
)
from rti.web.pages import (
    imports as imports,
)
from rti.web.pages import (
    messages as messages,
)
from rti.web.pages import (
    mfa as mfa,
)
from rti.web.pages import (
    my_account as my_account,
)
from rti.web.pages import (
    people as people,
)
from rti.web.pages import (
    protections as protections,
)
from rti.web.pages import (
    requests as requests,
)
from rti.web.pages import (
    retention as retention,
)
from rti.web.pages import (
    sign_in as sign_in,
)
from rti.web.pages import (
    statistics as statistics,
)
from rti.web.pages import (
    statutes as statutes,
)
from rti.web.pages import (
    system as system,
)
from rti.web.pages import (
    what_if as what_if,
)

"""The JSON API, one module a subject; each lists its handlers in ROUTES."""

from rti.web.api import (
    accounts as accounts,
)
from rti.web.api import (
    bodies as bodies,
)
from rti.web.api import (
    calendars as calendars,
)
from rti.web.api import (
    campaigns as campaigns,
)
from rti.web.api import (
    cbos as cbos,
)
from rti.web.api import (
    channels as channels,
)
from rti.web.api import (
    chasers as chasers,
)
from rti.web.api import (
    feeds as feeds,
)
from rti.web.api import (
    imports as imports,
)
from rti.web.api import (
    messages as messages,
)
from rti.web.api import (
    people as people,
)
from rti.web.api import (
    request_views as request_views,
)
from rti.web.api import (
    requests as requests,
)
from rti.web.api import (
    statistics as statistics,
)
from rti.web.api import (
    statutes as statutes,
)

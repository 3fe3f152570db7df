"""The periodic job that checks documents."""

from datetime import timedelta

from rti.core.db_roles import Login
from rti.core.periodic import PeriodicJob, Result, Tick
from rti.law.explanations import N_
from rti.requests.fixity import Found, check_some, words


async def check_documents(tick: Tick) -> Result:
    found = await check_some(tick.database.under(Login.DOCUMENTS), tick.settings.clamd, tick.now)
    return Result(words(found), well=not found[Found.UNSCANNED])


JOBS = (PeriodicJob("documents", N_("Check documents"), timedelta(minutes=1), check_documents),)

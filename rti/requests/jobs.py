"""The periodic jobs that check documents and read scans."""

from datetime import timedelta

from rti.core.db_roles import Login
from rti.core.periodic import PeriodicJob, Result, Tick
from rti.files.sandbox import languages
from rti.law.explanations import N_
from rti.requests.fixity import Found, check_some, words
from rti.requests.scans import read_some


async def check_documents(tick: Tick) -> Result:
    found = await check_some(tick.database.under(Login.DOCUMENTS), tick.settings.clamd, tick.now)
    return Result(words(found), well=not found[Found.UNSCANNED])


async def read_scans(tick: Tick) -> Result:
    if not languages():
        return Result("no tesseract", well=False)
    read = await read_some(tick.database.under(Login.DOCUMENTS), tick.now)
    return Result(f"{read} read" if read else "")


JOBS = (
    PeriodicJob("documents", N_("Check documents"), timedelta(minutes=1), check_documents),
    PeriodicJob(
        "scans",
        N_("Read the text of scans"),
        timedelta(minutes=1),
        read_scans,
        wanted=lambda settings: settings.read_scans,
        silence=timedelta(minutes=30),
    ),
)

"""Whether a database and a key file fit this version of the program."""

import re
from functools import lru_cache
from importlib.resources import files

from rti.core import connections
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.encryption.data_keys import require_keys
from rti.row_security.apply import require

_REVISION = re.compile(r'^(down_)?revision = "(\w+)"$', re.MULTILINE)


@lru_cache
def newest_version() -> str | None:
    """The schema version of an up-to-date database: the migration that no other follows."""
    texts = [
        path.read_text("utf-8")
        for path in files("migrations").joinpath("versions").iterdir()
        if path.is_file()
    ]
    found = {each for text in texts for each in _REVISION.findall(text)}
    return next((version for down, version in found if not down and ("down_", version) not in found), None)


async def require_ready(database: Database) -> None:
    """Raises SettingsFault or NotReady if the database or the key file does not fit."""
    auth_database = database.under(Login.AUTH)
    await require(auth_database)
    await connections.require(database)
    async with auth_database.transaction() as session:
        await require_keys(session)

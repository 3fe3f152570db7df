"""Tables of who may do what, and of migrations, which a person approves by reading their diff.

`make snapshots` writes them, and `test_snapshots.py` compares each with what there is.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from rti.core.db_roles import Login
from rti.core.roles import Role, SignInState
from rti.row_security.policies import OPEN, RESTRICTED
from tests.sources import ROOT, named
from tests.web.routes import ROUTES, Route

HERE = Path(__file__).parent
MIGRATIONS = HERE / "migrations.sha256"
"""In the format of `sha256sum`. A migration that ran somewhere never runs there again, so it may not change."""


def access() -> Iterator[str]:
    yield "# Who may use which route, by its guard; written by `make snapshots`."
    yield "# M member, L lead, S staff, W working group, A administrator; behind the address how far somebody must"
    yield "# have come in signing in, where a half signed-in person may come too."
    for route in sorted(ROUTES, key=lambda each: (each.path, each.method)):
        half = "" if route.standings == {SignInState.COMPLETE} else "  " + " ".join(sorted(route.standings))
        yield f"{_who(route):<8}{route.method:<7}{route.path}{half if route.roles else ''}"


def _who(route: Route) -> str:
    if route.roles is None:
        return "anybody"
    return "".join(letter if role in route.roles else "-" for letter, role in zip("MLSWA", Role, strict=True))


def privileges() -> Iterator[str]:
    logins = [login for login in Login if login is not Login.BACKUP]
    yield "# What each login may do with each table, as declared; written by `make snapshots`."
    yield "# Select, insert, update, delete; small letters where it is some columns only."
    yield _row("", *(login.removeprefix("rti_") for login in logins))
    for table, of in OPEN.items():
        yield _row(table, *(_letters(of.get(login, "")) for login in logins))
    for table, may in RESTRICTED.items():
        yield _row(table, *(_letters(may[login].privileges) if login in may else "-" for login in logins))


def _row(first: str, *others: str) -> str:
    return f"{first:<17}{''.join(f'{each:<11}' for each in others)}".rstrip()


def _letters(granted: str) -> str:
    columns = dict(re.findall(r"(SELECT|INSERT|UPDATE|DELETE)( \()?", granted))
    return "".join(name[0].lower() if some else name[0] for name, some in columns.items()) or "-"


def migrations() -> Iterator[str]:
    """What was approved stays as it was, and what is new is added."""
    approved = MIGRATIONS.read_text(encoding="utf-8").splitlines()
    known = {line.split()[1] for line in approved}
    yield from approved
    for path in sorted((ROOT / "migrations" / "versions").glob("*.py")):
        if named(path) not in known:
            yield f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {named(path)}"


SNAPSHOTS = {
    HERE / "web" / "access.txt": access,
    HERE / "row_security" / "privileges.txt": privileges,
    MIGRATIONS: migrations,
}


def written(path: Path) -> str:
    """What is to be read there now."""
    return "".join(f"{line}\n" for line in SNAPSHOTS[path]())


if __name__ == "__main__":
    for path in SNAPSHOTS:
        path.write_text(written(path), encoding="utf-8")

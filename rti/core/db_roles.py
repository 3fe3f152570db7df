"""The PostgreSQL logins of the system: none owns anything, and none is a member of another."""

import hashlib
import hmac
from enum import StrEnum

from rti.core.roles import CBO, Reader, Role

OWNER = "rti_owner"
"""Owns every table and function; nobody logs in as it."""


class Login(StrEnum):
    """Whoever works under a login sees the rows that `row_security.policies` gives it, and no setting widens that."""

    AUTH = "rti_auth"
    """Visitors, signing in and accounts: people and sessions, and nothing about requests."""
    CBO = "rti_cbo"
    """Members and leads: the rows of their own organisation."""
    STAFF = "rti_staff"
    """Campaign staff: the requests of the campaigns and areas assigned to them."""
    GROUP = "rti_group"
    """The working group: what everybody may read, and no row of an organisation."""
    ADMIN = "rti_admin"
    """Administrators: settings, organisations and their lists; no request."""
    STATISTICS = "rti_statistics"
    """Statistics: of every request the columns that identify nobody."""
    ERASURE = "rti_erasure"
    """Locking and shredding, forgetting people: ends sessions and wipes what names anybody, and reads none of it."""
    DOCUMENTS = "rti_documents"
    """Documents: hashes them again, and makes the copies that are missing."""
    RECEIVER = "rti_receiver"
    """Takes mail from strangers: adds what came in, and reads nothing."""
    WORKER = "rti_worker"
    """The scheduler, and the recomputation of dates when a calendar changes."""
    OPERATOR = "rti_operator"
    """The command line on the server."""
    BACKUP = "rti_backup"
    """Reads everything for a backup and writes nothing; the only one that row-level security lets pass."""


WEB = frozenset(Login) - {Login.DOCUMENTS, Login.RECEIVER, Login.OPERATOR, Login.BACKUP}
"""Those under which the web server works."""
SCHEDULER = frozenset(Login) - {Login.OPERATOR}
"""Those under which the scheduler works, imports and comparisons of people included."""

LOGINS = dict.fromkeys(CBO, Login.CBO) | {
    Role.STAFF: Login.STAFF,
    Role.WORKING_GROUP: Login.GROUP,
    Role.ADMINISTRATOR: Login.ADMIN,
}


def login_of(person: Reader | None) -> Login:
    """The login under which a person's requests are served; AUTH for visitors."""
    return LOGINS[person.role] if person else Login.AUTH


def statistics_login_of(person: Reader | None) -> Login:
    """The login for a person's statistics: members count their own rows; all others use a login that reads only columns that identify nobody."""
    return Login.CBO if person and person.role in CBO else Login.STATISTICS


def password_of(login: Login, secret: str) -> str:
    """The password of a login, derived from the secret of the installation (HMAC-SHA-256, RFC 2104)."""
    return hmac.new(secret.encode(), f"database login {login}".encode(), hashlib.sha256).hexdigest()

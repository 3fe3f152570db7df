"""For every table: which login may do what, and with which rows.

Privileges are written as PostgreSQL writes them. A table in `OPEN` holds nothing of an organisation or a
person. Every other one stands in `RESTRICTED`, with forced row-level security and one policy for each
login, which says both what can be read and what can be written. Conditions compare an indexed column
with a subselect, so that they are evaluated once for a query and not for a row.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rti.tenancy.logins import OWNER, Login


@dataclass(frozen=True, slots=True)
class May:
    """What a login may do with the rows for which the condition `where` holds."""

    privileges: str
    where: str = "true"


READ = "SELECT"
ADD = "SELECT, INSERT"
EDIT = "SELECT, INSERT, UPDATE"
ALL = "SELECT, INSERT, UPDATE, DELETE"

MINE = "cbo_id = (SELECT rti.my_cbo())"
ME = "person_id = (SELECT rti.me())"
ASSIGNED = """(SELECT rti.sees_everything())
    OR campaign_id = ANY ((SELECT rti.my_campaigns())::uuid[])
    OR body_id = ANY ((SELECT rti.my_bodies())::uuid[])"""
OF_A_REQUEST = "(SELECT rti.sees_everything()) OR EXISTS (SELECT FROM request r WHERE r.id = request_id)"
OF_A_DOCUMENT = "(SELECT rti.sees_everything()) OR EXISTS (SELECT FROM document d WHERE d.id = document_id)"

FUNCTIONS: Mapping[str, tuple[str, str]] = {
    "me": ("uuid", "SELECT NULLIF(current_setting('rti.person', true), '')::uuid"),
    "my_cbo": ("uuid", "SELECT cbo_id FROM public.person WHERE id = rti.me() AND disabled_at IS NULL"),
    "my_campaigns": (
        "uuid[]",
        "SELECT array_agg(campaign_id) FROM public.assignment WHERE person_id = rti.me()",
    ),
    "my_bodies": (
        "uuid[]",
        """SELECT array_agg(b.id) FROM public.assignment a
           JOIN public.public_body b ON b.province_code = a.province_code WHERE a.person_id = rti.me()""",
    ),
    "sees_everything": (
        "boolean",
        """SELECT coalesce(bool_or(campaign_id IS NULL AND province_code IS NULL), false)
           FROM public.assignment WHERE person_id = rti.me()""",
    ),
}
"""Functions of the schema `rti`: the type they return and their body. They run with the owner's rights,
so that a login need not read the tables in which they look."""

_EVERYBODY = tuple(login for login in Login if login is not Login.BACKUP)


def _open(**more: str) -> dict[Login, str]:
    """Read by all, and written by the logins that are named in lower case."""
    return dict.fromkeys(_EVERYBODY, READ) | {Login[name.upper()]: may for name, may in more.items()}


OPEN: Mapping[str, Mapping[Login, str]] = {
    "alembic_version": _open(),
    "area": _open(),
    "public_body": _open(staff=EDIT, admin=EDIT, operator=EDIT),
    "statute": _open(staff=ADD, admin=EDIT, operator=EDIT),
    "campaign": _open(staff=EDIT, admin=EDIT, operator=EDIT),
    "target_area": _open(staff=ALL, admin=ALL, operator=ALL),
    "day_off": _open(worker=EDIT, operator=EDIT),
    "calendar_year": _open(worker=EDIT, operator=EDIT),
    "tick": {
        Login.DOOR: READ,
        Login.STAFF: READ,
        Login.ADMIN: READ,
        Login.WORKER: EDIT,
        Login.OPERATOR: EDIT,
    },
}

_PERSON_NAMES = "SELECT (id, name, role, cbo_id)"
_COUNTED = """SELECT (id, campaign_id, body_id, topic, channel, urgent, statute_id, statute_version, status, outcome,
    drafted_on, submitted_on, received_on, due_on, binding, soft, provisional, confirmed, answered_on,
    ended_on, next_due_on, created_at)"""
_FOLDED = """UPDATE (status, outcome, drafted_on, submitted_on, received_on, due_on, binding, soft,
    provisional, confirmed, answered_on, ended_on, next_due_on)"""
_WORKED_ON = _COUNTED.replace("SELECT (id,", "SELECT (id, cbo_id, reference,")
_HAPPENED = "SELECT (id, cbo_id, request_id, kind, happened_on, happened_at, recorded_at, outcome, details)"

_ANY = May(ALL)


def _of_request(privileges: str, **more: May) -> dict[Login, May]:
    """A table that hangs on a request: members, staff and the command line, and what is named."""
    return {
        Login.CBO: May(privileges, MINE),
        Login.STAFF: May(privileges, OF_A_REQUEST),
        Login.OPERATOR: _ANY,
    } | {Login[name.upper()]: may for name, may in more.items()}


RESTRICTED: Mapping[str, Mapping[Login, May]] = {
    "person": {
        Login.DOOR: May(EDIT),
        Login.CBO: May(_PERSON_NAMES, "cbo_id IS NULL OR " + MINE),
        Login.STAFF: May(_PERSON_NAMES),
        Login.ADMIN: May(_PERSON_NAMES),
        Login.WORKER: May("SELECT (id, email, role, cbo_id, language, wants_reminders, disabled_at)"),
        Login.OPERATOR: _ANY,
    },
    "sign_in": {Login.DOOR: _ANY, Login.OPERATOR: _ANY},
    "assignment": {Login.DOOR: _ANY, Login.OPERATOR: _ANY},
    "cbo": {
        Login.DOOR: May(READ),
        Login.CBO: May("SELECT, UPDATE (last_number, sends_messages)", "id = (SELECT rti.my_cbo())"),
        Login.STAFF: May(EDIT),
        Login.ADMIN: May(EDIT),
        Login.WORKER: May(READ),
        Login.OPERATOR: _ANY,
    },
    "request": {
        Login.CBO: May(EDIT, MINE),
        Login.STAFF: May(EDIT, ASSIGNED),
        Login.FIGURES: May(_COUNTED),
        Login.WORKER: May(f"{_WORKED_ON}, {_FOLDED}"),
        Login.OPERATOR: _ANY,
    },
    "event": _of_request(ADD, figures=May(_HAPPENED), worker=May(_HAPPENED)),
    "deadline": _of_request(ALL, figures=May(READ), worker=_ANY),
    "date_change": _of_request(ADD, worker=May(ADD)),
    "document": _of_request(ADD),
    "document_content": {
        Login.CBO: May(ADD, MINE),
        Login.STAFF: May(ADD, OF_A_DOCUMENT),
        Login.OPERATOR: _ANY,
    },
    "reminder": {Login.WORKER: May(ADD), Login.OPERATOR: _ANY},
    "message": {
        Login.DOOR: May("SELECT (state, created_at, next_attempt_at)"),
        Login.CBO: May(READ, ME),
        Login.STAFF: May(READ),
        Login.ADMIN: May(READ),
        Login.WORKER: May(EDIT),
        Login.OPERATOR: _ANY,
    },
    "channel_address": {Login.DOOR: _ANY, Login.WORKER: May(READ), Login.OPERATOR: _ANY},
    "bounce": {
        Login.DOOR: May("SELECT, DELETE"),
        Login.STAFF: May(READ),
        Login.ADMIN: May(READ),
        Login.WORKER: May(ADD),
        Login.OPERATOR: _ANY,
    },
}

LOOKED_INTO = ("person", "assignment")
"""Restricted tables in which the functions look, and which their owner may therefore read."""
OWNER_READS = {
    table: f"CREATE POLICY {OWNER} ON {table} FOR SELECT TO {OWNER} USING (true)" for table in LOOKED_INTO
}

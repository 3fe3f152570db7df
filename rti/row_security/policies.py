"""For every table: which login may do what, and with which rows.

Privileges are written as PostgreSQL writes them. A table in `OPEN` holds nothing of an organisation or a
person. Every other one stands in `RESTRICTED`, with forced row-level security and one policy for each
login, which says both what can be read and what can be written. Conditions compare an indexed column
with a subselect, so that they are evaluated once for a query and not for a row.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rti.core.db_roles import OWNER, Login
from rti.core.visibility import LOOKED_INTO, ME, REQUESTS_SEEN, cbo_of, is_assigned, own, sees_everything
from rti.core.wallclock import HOME_ZONE


@dataclass(frozen=True, slots=True)
class May:
    """What a login may do with the rows for which the condition `where` holds."""

    privileges: str
    where: str = "true"


READ = "SELECT"
ADD = "SELECT, INSERT"
EDIT = "SELECT, INSERT, UPDATE"
ALL = "SELECT, INSERT, UPDATE, DELETE"

_SHOWN = "kind NOT IN ('invitation', 'code')"
"""Messages whose text is only for who reads what arrives at their address."""
_MINE = f"person_id = (SELECT {ME})"
_OF_NOBODY = f"cbo_id IS NULL AND request_id IS NULL AND ({sees_everything()} OR added_by = (SELECT {ME}))"
"""What is held for a person: it may be for any organisation."""
_DECIDED = """UPDATE (cbo_id, request_id, event_id, document_id, state, nature, found_by, thread, likeness, same_as,
    key_number, summary, content, next_attempt_at, decided_at, decided_by, reason)"""
_SENDS_LETTERS = """SELECT, INSERT (id, letter_id, kind, channel, values, message_id, state, attempt,
    deferrals, ambiguous, next_attempt_at, created_at, to_address, language, subject, body, last_reply),
    UPDATE (state, finished_at, next_attempt_at)"""
_PROPOSED = "INSERT (id, cbo_id, request_id, reminder_id, state, language, proposed_at, proposed_by)"
_EVERYBODY = tuple(login for login in Login if login is not Login.BACKUP)


def _open(**more: str) -> dict[Login, str]:
    """Read by all, and written by the logins that are named in lower case."""
    return dict.fromkeys(_EVERYBODY, READ) | {Login[name.upper()]: may for name, may in more.items()}


OPEN: Mapping[str, Mapping[Login, str]] = {
    "alembic_version": _open(),
    "area": _open(),
    "public_body": _open(staff=ALL, admin=ALL, worker="SELECT, DELETE", operator=ALL),
    "former_name": _open(staff=ADD, admin=ADD, worker=EDIT, operator=ALL),
    "topic": _open(admin=EDIT, operator=EDIT),
    "statute": _open(staff=ADD, admin=EDIT, operator=EDIT),
    "campaign": _open(staff=EDIT, admin=EDIT, operator=EDIT),
    "embargo": _open(staff=ALL, group=ALL, admin=ALL, operator=ALL),
    **dict.fromkeys(("day_off", "calendar_year"), _open(worker=EDIT, operator=EDIT)),
    "checklist": _open(staff=ADD, admin=ADD, operator=ALL),
    "question_list": _open(staff=ADD, operator=ALL),
    "target_area": _open(staff=ALL, admin=ALL, operator=ALL),
    **dict.fromkeys(("letter_text", "reminder_rule"), _open(staff=ALL, admin=ALL, operator=ALL)),
    "figures_version": dict.fromkeys(_EVERYBODY, EDIT),
    "rate_limit": {Login.AUTH: ALL, Login.WORKER: "SELECT (free_at), DELETE", Login.OPERATOR: ALL},
    "heartbeat": {
        Login.AUTH: READ,
        Login.STAFF: READ,
        Login.ADMIN: READ,
        Login.WORKER: EDIT,
        Login.OPERATOR: EDIT,
    },
    "mailbox": {Login.RECEIVER: EDIT, Login.OPERATOR: EDIT},
    "backup_run": {Login.AUTH: READ, Login.WORKER: READ, Login.OPERATOR: ADD},
}

_PERSON_NAMES = "SELECT (id, name, role, cbo_id)"
_WRITTEN_TO = """SELECT (id, email, role, cbo_id, language, wants_reminders, wants_digest, wants_detail,
    hours_from, hours_to, disabled_at)"""
_PROJECTED = """status, not_taken, outcome, outcomes, ground, section, checked, contest, drafted_on, submitted_on, received_on,
    due_on, limit_on, binding, soft, provisional, confirmed, met_on, answered_on, undated, ended_on, closed_on,
    next_due_on, body_known, story, projection, known_from"""
_CHANGED = f"""body_id, province_code, topic, channel, urgent, question_class, requester_profile, wave, resubmission_of,
    statute_id, statute_version, created_at, duplicate_of, {_PROJECTED}"""
_FIGURES = f"campaign_id, {_CHANGED}"
_FILED = f"{ADD}, DELETE, UPDATE (reference, title, title_order, question, doubtful, import_key, first_body_id, {_CHANGED})"
"""Its campaign is changed by `moving` alone."""
_COUNTED = f"SELECT (id, cbo_id, filing, {_FIGURES})"
_WORKED_ON = f"SELECT (id, cbo_id, reference, title, import_key, first_body_id, {_FIGURES})"
_PROJECTING = f"UPDATE (first_body_id, body_id, {_PROJECTED})"
_HAPPENED = "SELECT (id, cbo_id, request_id, kind, happened_on, happened_at, recorded_at, outcome, details)"
_VISITED = "SELECT, INSERT, UPDATE (withdrawn_at)"
_VISIT_SEEN = f"""{sees_everything()} OR {is_assigned("campaign_id")}
    OR body_id = ANY (CAST((SELECT rti.bodies_of({ME})) AS uuid[]))"""
"""Visits that staff see, as they see requests."""
_BATCH_SEEN = f"{sees_everything()} OR {is_assigned('campaign_id')} OR filed_by = (SELECT {ME})"
"""Batches that staff see: of what is assigned to them, and their own."""
_MARKED = "SELECT, INSERT, UPDATE (words)"
_ANY = May(ALL)


def _of(table: str) -> str:
    """SQL: whether a row hangs on one of `table` that is visible, found by its index: IN would read all that are."""
    return f"EXISTS (SELECT FROM {table} WHERE {table}.id = {table}_id)"


def _hanging_on(table: str) -> str:
    """SQL: the same, not looked up for those who see everything."""
    return f"{sees_everything()} OR {_of(table)}"


def _own_or_named(cbo_id: str = "cbo_id") -> str:
    """SQL: the reach of locking and shredding, which is a lead's own organisation, for others the one that is named."""
    return f"{cbo_of()} IS NULL OR {own(cbo_id)}"


def _wiped(privileges: str) -> May:
    """What shredding does to a table."""
    return May(privileges, _own_or_named())


def _of_request(privileges: str, **more: May) -> dict[Login, May]:
    """A table that hangs on a request: members, staff and the command line, and what is named."""
    return {
        Login.CBO: May(privileges, own()),
        Login.STAFF: May(privileges, _hanging_on("request")),
        Login.OPERATOR: _ANY,
    } | {Login[name.upper()]: may for name, may in more.items()}


def _of_document(privileges: str, looking_after: str) -> dict[Login, May]:
    """A table that hangs on a document, with what is needed to look after documents."""
    return {
        Login.CBO: May(privileges, own()),
        Login.STAFF: May(privileges, _hanging_on("document")),
        Login.DOCUMENTS: May(looking_after),
        Login.ERASURE: _wiped("SELECT (cbo_id, document_id), DELETE"),
        Login.OPERATOR: _ANY,
    }


_OF_OWN_OR_NAMED = f"EXISTS (SELECT FROM person p WHERE p.id = person_id AND ({_own_or_named('p.cbo_id')}))"
_GONE = May("SELECT (person_id), DELETE", _OF_OWN_OR_NAMED)
_SENT = "SELECT, INSERT, UPDATE (answer), DELETE"
_OF_A_PERSON = {Login.AUTH: _ANY, Login.ERASURE: _GONE, Login.OPERATOR: _ANY}
_ENDED = May("SELECT (expires_at), DELETE")
_IMPORTS = "SELECT, INSERT, UPDATE (counts, undone_at, undone_by)"
NAMING = "ARRAY['q', 'cbo', 'reference', 'only']"
"""SQL: what of a saved list may name an organisation."""
_RELEASING = (Login.STAFF, Login.GROUP, Login.ADMIN, Login.OPERATOR)
TODAY = f"CAST(now() AT TIME ZONE '{HOME_ZONE}' AS date)"
"""SQL: the day at home."""
_CHECKED = "UPDATE (altered_at, next_check_at, threat, had_location, damaged)"

RESTRICTED: Mapping[str, Mapping[Login, May]] = {
    "person": {
        Login.AUTH: May(EDIT),
        Login.CBO: May(_PERSON_NAMES, f"cbo_id IS NULL OR {own()}"),
        Login.STAFF: May(_PERSON_NAMES),
        Login.GROUP: May(_PERSON_NAMES, "cbo_id IS NULL"),
        Login.ADMIN: May(_PERSON_NAMES),
        Login.ERASURE: May(
            """SELECT (id, name, role, cbo_id, disabled_at, entrusted_at), UPDATE (name, email, password_hash, disabled_at,
            language, wants_reminders, wants_digest, wants_detail, hours_from, hours_to)""",
            f"cbo_id IS NULL OR {_own_or_named()}",
        ),
        Login.WORKER: May(_WRITTEN_TO),
        Login.OPERATOR: _ANY,
    },
    "sign_in": {**_OF_A_PERSON, Login.WORKER: May("SELECT (expires_at, last_seen_at), DELETE")},
    "invitation": {**_OF_A_PERSON, Login.WORKER: _ENDED},
    **dict.fromkeys(("totp", "passkey", "recovery_code", "feed"), _OF_A_PERSON),
    "api_token": {**_OF_A_PERSON, Login.WORKER: _ENDED},
    "assignment": {**_OF_A_PERSON, Login.WORKER: May(READ)},
    "cbo": {
        Login.AUTH: May(READ),
        Login.CBO: May("SELECT, UPDATE (last_number, sends_messages)", own("id")),
        Login.STAFF: May(ALL),
        Login.ADMIN: May(ALL),
        Login.ERASURE: May(
            "SELECT, UPDATE (code, name_km, name_en, name_km_order, name_en_order, area_code, kind, locked_at, shredded_at)",
            _own_or_named("id"),
        ),
        Login.STATISTICS: May("SELECT (id, locked_at)"),
        Login.DOCUMENTS: May("SELECT (id, locked_at, shredded_at)"),
        Login.WORKER: May("SELECT, UPDATE (last_number)"),
        Login.OPERATOR: _ANY,
    },
    "cbo_standing": {
        **dict.fromkeys((Login.STAFF, Login.ADMIN), May(EDIT)),
        Login.STATISTICS: May(READ),
        Login.ERASURE: _wiped(EDIT),
        Login.OPERATOR: _ANY,
    },
    "reading": {
        Login.STAFF: May(
            ADD, f"{_of('request')} AND (reader_id = (SELECT {ME}) OR rti.readings_of(request_id) > 1)"
        ),
        Login.STATISTICS: May("SELECT (cbo_id, request_id, campaign_id, place, findings, read_at)"),
        Login.OPERATOR: _ANY,
    },
    "batch": {
        Login.CBO: May(f"{ADD}, UPDATE (note)", own()),
        Login.STAFF: May(f"{ADD}, UPDATE (note)", _BATCH_SEEN),
        Login.ERASURE: _wiped("SELECT (cbo_id), UPDATE (note)"),
        Login.OPERATOR: _ANY,
    },
    "batch_body": {
        Login.CBO: May(EDIT, own()),
        Login.STAFF: May(EDIT, f"{_of('batch')} OR {_hanging_on('request')}"),
        Login.OPERATOR: _ANY,
    },
    "visit": {
        Login.CBO: May(_VISITED, own()),
        Login.STAFF: May(_VISITED, _VISIT_SEEN),
        Login.WORKER: May("SELECT (body_id), UPDATE (body_id)"),
        Login.ERASURE: _wiped("SELECT (id, cbo_id)"),
        Login.STATISTICS: May(
            "SELECT (id, campaign_id, body_id, cbo_id, findings, visited_on, recorded_at, withdrawn_at)"
        ),
        Login.OPERATOR: _ANY,
    },
    "visit_photo": {
        **dict.fromkeys((Login.CBO, Login.STAFF), May(ADD, _of("visit"))),
        Login.ERASURE: May("SELECT (visit_id), DELETE", _of("visit")),
        Login.OPERATOR: _ANY,
    },
    "cbo_safety": {
        Login.CBO: May(READ, own()),
        Login.STAFF: May(READ),
        Login.ADMIN: May(READ),
        Login.ERASURE: _wiped(f"{ADD}, UPDATE (reason)"),
        Login.OPERATOR: _ANY,
    },
    "search": {
        Login.CBO: May(_MARKED, own()),
        Login.STAFF: May(
            _MARKED,
            f"kind <> 'request' OR {sees_everything()} OR EXISTS (SELECT FROM request WHERE request.id = search.id)",
        ),
        Login.ADMIN: May(_MARKED, "kind <> 'request'"),
        Login.ERASURE: _wiped(f"{_MARKED}, DELETE"),
        Login.WORKER: May(_MARKED, "kind = 'body'"),
        Login.OPERATOR: _ANY,
    },
    "data_key": {
        Login.AUTH: May("SELECT (key_number, state)"),
        Login.CBO: May(ADD, own()),
        Login.STAFF: May(ADD),
        Login.DOCUMENTS: May(ADD),
        Login.ERASURE: _wiped("SELECT (cbo_id), UPDATE (state, wrapped)"),
        Login.OPERATOR: _ANY,
    },
    "request": {
        **{login: May(_FILED, seen(ME)) for login, seen in REQUESTS_SEEN.items()},
        Login.STATISTICS: May(_COUNTED),
        Login.ERASURE: _wiped("SELECT (id, cbo_id), UPDATE (reference, import_key)"),
        Login.DOCUMENTS: May("SELECT (id, cbo_id, reference, duplicate_of)"),
        Login.WORKER: May(f"{_WORKED_ON}, {_PROJECTING}"),
        Login.OPERATOR: _ANY,
    },
    "event": _of_request(
        ADD,
        statistics=May(_HAPPENED),
        worker=May(_HAPPENED),
        documents=May("SELECT (id, cbo_id), INSERT"),
        erasure=_wiped("SELECT (cbo_id), UPDATE (note)"),
    ),
    "deadline": _of_request(ALL, statistics=May(READ), worker=_ANY),
    "date_change": _of_request(ADD, worker=May(ADD)),
    "former_standing": _of_request(ADD, statistics=May(READ), worker=May(f"{ADD}, UPDATE (body_id)")),
    "snooze": _of_request(EDIT, worker=May(READ), erasure=_wiped("SELECT (cbo_id), DELETE")),
    "letter": _of_request(
        f"SELECT, {_PROPOSED}, UPDATE",
        worker=May(ADD),
        documents=May("SELECT (id, request_id)"),
        erasure=_wiped("SELECT (cbo_id), DELETE"),
    ),
    "written_letter": _of_request(ADD, erasure=_wiped("SELECT (cbo_id), DELETE")),
    "document": _of_request(
        f"{ADD}, {_CHECKED}",
        auth=May("SELECT (altered_at, next_check_at, threat)"),
        documents=May(f"{ADD}, {_CHECKED}"),
        erasure=_wiped("SELECT (cbo_id), UPDATE (file_name)"),
    ),
    "document_content": _of_document(ADD, ADD),
    **dict.fromkeys(("document_copy", "document_preview"), _of_document(EDIT, EDIT)),
    "document_text": _of_document("SELECT, DELETE", ALL),
    "redaction": _of_document(ADD, "SELECT (id, document_id, marks)"),
    "requester": {
        **_of_request(ADD, erasure=_wiped("SELECT (cbo_id), UPDATE (name, phone, address, note)")),
        Login.CBO: May(EDIT, own()),
    },
    "identity_opening": _of_request(ADD, erasure=_wiped("SELECT (cbo_id), UPDATE (purpose)")),
    "incoming": {
        Login.AUTH: May("SELECT (key_number)"),
        Login.CBO: May(f"{ADD}, {_DECIDED}", own()),
        Login.STAFF: May(f"{ADD}, {_DECIDED}", f"({_OF_NOBODY}) OR {_of('request')}"),
        Login.RECEIVER: May("INSERT"),
        Login.DOCUMENTS: May(f"SELECT, {_DECIDED}"),
        Login.ERASURE: May(
            "SELECT (cbo_id, request_id), UPDATE (summary, content), DELETE",
            f"{_own_or_named()} OR {_of('request')}",
        ),
        Login.WORKER: May("SELECT (state, decided_at), DELETE"),
        Login.OPERATOR: _ANY,
    },
    "reminder": _of_request(ADD, worker=May(ADD)),
    "message": {
        Login.AUTH: May("SELECT (person_id, kind, state, created_at, next_attempt_at), INSERT, DELETE"),
        Login.DOCUMENTS: May("SELECT (message_id, letter_id)", "letter_id IS NOT NULL"),
        Login.CBO: May(_SENDS_LETTERS, f"({_MINE} AND {_SHOWN}) OR {_of('letter')}"),
        Login.STAFF: May(_SENDS_LETTERS, _SHOWN),
        Login.ADMIN: May(READ, _SHOWN),
        Login.ERASURE: May(
            "SELECT (person_id, state), UPDATE (state, finished_at), DELETE", _OF_OWN_OR_NAMED
        ),
        Login.WORKER: May(EDIT),
        Login.OPERATOR: _ANY,
    },
    "mention": {Login.WORKER: May(ADD), Login.OPERATOR: _ANY},
    "job": {
        Login.AUTH: May("SELECT (finished_at, created_at, next_attempt_at)"),
        **dict.fromkeys((Login.CBO, Login.STAFF, Login.ADMIN, Login.GROUP), May(EDIT, _MINE)),
        Login.ERASURE: May("SELECT (person_id, kind), DELETE", f"kind <> 'import' OR {_OF_OWN_OR_NAMED}"),
        Login.WORKER: May(
            """SELECT (id, kind, person_id, arguments, state, done, total, attempt, next_attempt_at, cancel_asked,
            fault, created_at, finished_at), UPDATE, DELETE"""
        ),
        Login.OPERATOR: _ANY,
    },
    "saved_list": {
        Login.CBO: May(ALL, _MINE),
        Login.STAFF: May(
            ALL,
            f"{_MINE} OR {is_assigned('shared_in')} OR (shared_in IS NOT NULL AND {sees_everything()})",
        ),
        # Those of others that search for what may name an organisation go with it.
        Login.ERASURE: May("SELECT (person_id, wanted), DELETE", f"{_OF_OWN_OR_NAMED} OR wanted ?| {NAMING}"),
        Login.WORKER: May("SELECT, UPDATE (known)"),
        Login.OPERATOR: _ANY,
    },
    "saved_report": {
        **dict.fromkeys((Login.STAFF, Login.GROUP), May(ALL, f"{_MINE} OR mails_to = 'group'")),
        Login.ERASURE: _GONE,
        Login.WORKER: May("SELECT, UPDATE (sent_on, sent_digest)"),
        Login.OPERATOR: _ANY,
    },
    "submission": {
        **dict.fromkeys((Login.AUTH, Login.CBO, Login.STAFF, Login.GROUP, Login.ADMIN), May(_SENT, _MINE)),
        Login.ERASURE: _GONE,
        # It removes what is old, and moves dates for people.
        Login.WORKER: May(_SENT),
        Login.OPERATOR: _ANY,
    },
    "file_import": {
        Login.CBO: May(_IMPORTS, own()),
        Login.STAFF: May(_IMPORTS, f"{sees_everything()} OR {_MINE}"),
        Login.ADMIN: May(_IMPORTS, "kind <> 'requests'"),
        Login.ERASURE: _wiped("SELECT (cbo_id), UPDATE (file_name)"),
        Login.OPERATOR: _ANY,
    },
    "import_entry": {
        **dict.fromkeys((Login.CBO, Login.STAFF, Login.ADMIN), May(ADD, _of("file_import"))),
        Login.ERASURE: May("SELECT (row_id), DELETE", _own_or_named("row_id")),
        Login.OPERATOR: _ANY,
    },
    "release": {
        **dict.fromkeys(_RELEASING, May(ALL)),
        Login.CBO: May(READ, f"approved_at IS NOT NULL AND publish_on <= {TODAY}"),
    },
    **dict.fromkeys(("release_check", "release_sight"), dict.fromkeys(_RELEASING, May(ADD))),
    "audit_entry": {
        **dict.fromkeys(_EVERYBODY, May("INSERT")),
        Login.AUTH: May("SELECT (what, happened_at, position), INSERT"),
        Login.CBO: May(ADD, f"{own()} OR (cbo_id IS NULL AND {_MINE})"),
        Login.ADMIN: May(ADD),
        Login.WORKER: May("SELECT, INSERT, UPDATE (position, hash), DELETE"),
        Login.OPERATOR: May(ADD),
    },
    "audit_count": {
        Login.AUTH: May("SELECT, INSERT, UPDATE (times)"),
        Login.WORKER: May("SELECT, DELETE"),
    },
    "channel_address": {**_OF_A_PERSON, Login.WORKER: May(READ)},
    "bounce": {
        Login.AUTH: May("SELECT, DELETE"),
        Login.ERASURE: _GONE,
        **dict.fromkeys((Login.STAFF, Login.ADMIN), May(READ)),
        Login.WORKER: May(ADD),
        Login.OPERATOR: _ANY,
    },
}

OWNER_READS = {
    table: f"CREATE POLICY {OWNER} ON {table} FOR SELECT TO {OWNER} USING (true)" for table in LOOKED_INTO
} | {
    # Of these, triggers write what repeats what stands elsewhere.
    table: f"CREATE POLICY {OWNER} ON {table} TO {OWNER} USING (true) WITH CHECK (true)"
    for table in ("search", "request", "former_standing")
}

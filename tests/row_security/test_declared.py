"""What `rti/row_security/policies.py` declares, written out once more: nobody widens a grant unnoticed.

That the database grants just what is declared is for `test_catalogue.py`.
"""

import re
from pathlib import Path

import pytest

from rti.core.db_roles import Login
from rti.core.visibility import assigned_requests
from rti.row_security.policies import OPEN, RESTRICTED

LOGINS = tuple(login for login in Login if login is not Login.BACKUP)
WRITTEN = Path(__file__).with_name("privileges.txt").read_text(encoding="utf-8").splitlines()
OWN = "(SELECT rti.cbo_of(rti.me()))"
OURS_OR_NAMED = f"{OWN} IS NULL OR cbo_id = {OWN}"
SHOWN = "kind NOT IN ('invitation', 'code')"


def letters(privileges: str) -> str:
    """`SIUD` for a table, in small letters where only some columns are meant; `-` for nothing."""
    found = dict(re.findall(r"(SELECT|INSERT|UPDATE|DELETE)( \()?", privileges))
    return (
        "".join(
            v[0].lower() if found[v] else v[0] for v in ("SELECT", "INSERT", "UPDATE", "DELETE") if v in found
        )
        or "-"
    )


def conditions(login: Login) -> dict[str, str]:
    return {table: may[login].where for table, may in RESTRICTED.items() if login in may}


def test_each_login_may_do_with_each_table_what_is_written_down_and_no_more() -> None:
    declared = {table: {login: str(may) for login, may in of.items()} for table, of in OPEN.items()} | {
        table: {login: may.privileges for login, may in of.items()} for table, of in RESTRICTED.items()
    }
    told = {
        (table, login.removeprefix("rti_"), letters(of.get(login, "")))
        for table, of in declared.items()
        for login in LOGINS
    }
    head, *lines = (line.split() for line in WRITTEN if not line.startswith("#"))
    assert told == {
        (table, login, may) for table, *all_ in lines for login, may in zip(head, all_, strict=True)
    }


def test_members_see_and_write_rows_of_their_own_organisation_only() -> None:
    letter = "letter_id IN (SELECT id FROM letter)"
    others = {
        "person": f"cbo_id IS NULL OR cbo_id = {OWN}",
        "cbo": f"id = {OWN}",
        "request": f"request.cbo_id = {OWN}",
        "message": f"(person_id = (SELECT rti.me()) AND {SHOWN}) OR {letter}",
        "audit_entry": f"cbo_id = {OWN} OR (cbo_id IS NULL AND person_id = (SELECT rti.me()))",
    }
    for table, where in conditions(Login.CBO).items():
        assert where == others.get(table, f"cbo_id = {OWN}"), table


def test_staff_see_and_write_what_hangs_on_requests_that_are_assigned_to_them() -> None:
    hanging_on = "(SELECT rti.sees_everything(rti.me())) OR EXISTS (SELECT FROM {0} WHERE {0}.id = {0}_id)"
    of_a_request, of_a_document = hanging_on.format("request"), hanging_on.format("document")
    others = {
        "request": assigned_requests(),
        "document_content": of_a_document,
        "document_copy": of_a_document,
    }
    others |= dict.fromkeys(("person", "cbo", "cbo_safety", "data_key", "audit_entry", "bounce"), "true")
    for table, where in conditions(Login.STAFF).items():
        assert where == (SHOWN if table == "message" else others.get(table, of_a_request)), table


def test_locking_and_shredding_touch_the_own_organisation_or_one_that_is_named() -> None:
    of_person = f"EXISTS (SELECT FROM person p WHERE p.id = person_id AND ({OURS_OR_NAMED.replace('cbo_id', 'p.cbo_id')}))"
    others = {
        "person": f"cbo_id IS NULL OR {OURS_OR_NAMED}",
        "cbo": OURS_OR_NAMED.replace("cbo_id", "id"),
        "audit_entry": "true",
    }
    of_people = {
        "sign_in",
        "invitation",
        "totp",
        "passkey",
        "recovery_code",
        "api_token",
        "assignment",
        "feed",
    }
    of_people |= {"message", "channel_address", "bounce"}
    for table, where in conditions(Login.ERASURE).items():
        assert where == others.get(table, of_person if table in of_people else OURS_OR_NAMED), table


def test_administrators_read_no_message_that_is_only_for_its_reader() -> None:
    assert conditions(Login.ADMIN)["message"] == SHOWN


@pytest.mark.parametrize("login", [Login.GROUP, Login.STATISTICS])
def test_who_counts_reads_no_row_of_a_person(login: Login) -> None:
    readable = {table for table, of in RESTRICTED.items() if login in of and "SELECT" in of[login].privileges}
    assert readable == ({"request", "event", "deadline"} if login is Login.STATISTICS else set())

"""What this system protects people from, what it does not, and the tests that keep each promise.

The page at /safety shows it to anybody, in Khmer and English.
"""

from dataclasses import dataclass

from litestar import get
from litestar.response import Template

from rti.law.explanations import N_
from rti.web.guards import open_to_all
from rti.web.templating import WebRequest, page


@dataclass(frozen=True, slots=True)
class Promise:
    """What always holds, and the tests that would fail if it did not."""

    what: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seizure:
    """What somebody gets who takes one thing, what they do not get, and what to do."""

    taken: str
    gives: str
    keeps: str
    then: str


PROMISES = (
    Promise(
        N_("An organisation never sees a record of another organisation."),
        (
            "tests/web/test_matrix.py::test_what_belongs_to_others_looks_like_what_does_not_exist",
            "tests/tenancy/test_rows.py::test_thousands_of_sessions_over_few_connections_see_no_foreign_row",
        ),
    ),
    Promise(
        N_(
            "The working group and administrators see no request and never who asks; the working group sees figures."
        ),
        (
            "tests/tenancy/test_rows.py::test_logins_that_need_no_request_see_none",
            "tests/test_canaries.py::test_no_canary_is_told_to_others_by_any_page_answer_or_address",
        ),
    ),
    Promise(
        N_(
            "Campaign staff open who asks one request at a time, with a reason, and the organisation sees that they did."
        ),
        (
            "tests/requests/test_identity.py::test_staff_read_no_requester_without_saying_why",
            "tests/requests/test_identity.py::test_the_organisation_sees_who_looked_when_and_why",
        ),
    ),
    Promise(
        N_(
            "Names, telephones, addresses and notes of those who ask, names of files and documents are stored encrypted."
        ),
        (
            "tests/requests/test_identity.py::test_nothing_that_identifies_anybody_is_stored_as_text",
            "tests/sealing/test_cipher.py::test_every_flipped_bit_of_every_byte_is_refused",
            "tests/test_canaries.py::test_no_canary_is_in_a_dump_a_log_a_message_or_an_export",
        ),
    ),
    Promise(
        N_(
            "One click locks an organisation: its people are signed out and its name is gone from every page at once."
        ),
        (
            "tests/cbos/test_safety.py::test_one_click_of_the_lead_signs_everybody_out_and_in_no_more",
            "tests/cbos/test_safety.py::test_no_page_and_no_answer_names_a_locked_organisation",
        ),
    ),
    Promise(
        N_(
            "Two people together destroy everything that says who the people of an organisation are; the figures stay."
        ),
        ("tests/cbos/test_safety.py::test_shredding_takes_the_lead_and_an_administrator_and_leaves_nobody",),
    ),
    Promise(
        N_(
            "A stolen backup cannot be read, and what was destroyed cannot be brought back from any after 14 days."
        ),
        (
            "tests/backups/test_restoring.py::test_what_is_cut_changed_or_foreign_is_refused_and_leaves_nothing",
            "tests/backups/test_canaries.py::test_no_canary_is_in_a_backup_not_even_for_who_can_open_it",
            "tests/backups/test_restoring.py::test_after_fourteen_days_the_key_of_a_shredded_organisation_is_in_no_backup",
        ),
    ),
    Promise(
        N_("A message says nothing about you or your request, unless you asked for more."),
        (
            "tests/notifications/test_dispatch.py::test_a_message_on_the_wire_says_nothing",
            "tests/feeds/test_feeds.py::test_a_calendar_says_when_and_nothing_else",
        ),
    ),
    Promise(
        N_(
            "No reminder is lost when a server crashes. The same message may come twice; a different one never does."
        ),
        (
            "tests/notifications/test_torture.py::test_killed_sweeps_make_each_reminder_once",
            "tests/notifications/test_torture.py::test_killed_dispatchers_lose_nothing_and_repeat_only_what_is_in_doubt",
        ),
    ),
    Promise(
        N_("A photo loses the place where it was taken before others see it."),
        ("tests/documents/test_copies.py::test_no_marker_is_left_in_a_copy",),
    ),
    Promise(
        N_("A letter is kept as it came in; one that was changed since is refused."),
        ("tests/requests/test_identity.py::test_an_altered_document_is_refused_and_rings",),
    ),
    Promise(
        N_(
            "Who did what is written down, and nobody changes that unseen once the mark of the day has left the server."
        ),
        (
            "tests/audit/test_log.py::test_what_a_superuser_did_to_the_table_is_found",
            "tests/audit/test_log.py::test_no_login_changes_or_removes_an_entry",
        ),
    ),
    Promise(
        N_("Signing out, a new password, another role and a lock end every session before its next request."),
        ("tests/accounts/test_sessions.py::test_whatever_ends_a_session_ends_it_before_the_next_request",),
    ),
    Promise(
        N_(
            "At most ten guesses at a password are looked at in an hour, and nobody keeps you out of a device that you used before."
        ),
        (
            "tests/accounts/test_guessing.py::test_of_a_thousand_guesses_in_an_hour_ten_are_looked_at_and_the_owner_gets_in",
        ),
    ),
    Promise(
        N_("The address of your telephone or computer (IP) is not stored."),
        ("tests/test_promises.py::test_no_address_of_a_visitor_is_stored_or_logged",),
    ),
)

SEIZURES = (
    Seizure(
        N_("A telephone or computer, while nobody is signed in on it"),
        N_("That this site was visited, if the browser kept its history."),
        N_("Every request and every name: nothing is kept on the device."),
        N_("Use “Leave now” instead of closing the page, and a private window."),
    ),
    Seizure(
        N_("A telephone or computer with an open session"),
        N_(
            "All that its owner may see, for at most 30 idle minutes and 12 hours: for a member, who asks in every request of the own organisation."
        ),
        N_("Other organisations; a change of password, which asks for the old one."),
        N_(
            "From another device, the lead locks the organisation, or whoever is reachable ends the sessions."
        ),
    ),
    Seizure(
        N_("A mailbox, or a Telegram or SMS account"),
        N_(
            "That its owner uses this system, and when something is due. Where details were asked for, titles too."
        ),
        N_("Names; the account: no message sets a new password once the invitation was used."),
        N_("Another address under “My account”."),
    ),
    Seizure(
        N_("A copy of the database"),
        N_(
            "Public bodies, titles, questions, days and outcomes, which organisation filed which request, and the names and e-mail addresses of accounts."
        ),
        N_(
            "Who asks, notes, documents and names of files, which are encrypted; passwords and sessions, of which only hashes are there."
        ),
        N_("End all sessions and change RTI_SECRET. Tell the organisations what was in it."),
    ),
    Seizure(
        N_("A backup"),
        N_(
            "Nothing, without the key to backups, which is not on the server. With it, the same as a copy of the database."
        ),
        N_("Who asks, even with that key: the keys of the cells are wrapped by a file that is in no backup."),
        N_(
            "Make a new key to backups. Names of organisations and accounts that were destroyed stay in backups for up to six months."
        ),
    ),
    Seizure(
        N_("The disks of the server, switched off"),
        N_("Everything, if the key file is on them and they are not encrypted."),
        N_("Everything, if the disks are encrypted; who asks, if the key file is elsewhere."),
        N_("Encrypt the disks. Afterwards restore a backup elsewhere, with new keys."),
    ),
    Seizure(
        N_("The server while it runs"),
        N_("Everything, to whoever gets to its memory."),
        N_("What was shredded before."),
        N_("Switch it off. Keep the server where it cannot be taken."),
    ),
    Seizure(
        N_("A member who is forced to sign in"),
        N_("Everything of the own organisation."),
        N_("All other organisations."),
        N_("Lock the organisation before; two people can destroy its identities."),
    ),
    Seizure(
        N_("Campaign staff who are forced to sign in"),
        N_("Requests of the assigned campaigns and areas, and who asks, one at a time and on record."),
        N_("Other campaigns and areas; all at once."),
        N_("An administrator ends the sessions and disables the account."),
    ),
    Seizure(
        N_("An administrator who is forced to sign in"),
        N_(
            "The names and addresses of accounts. With a new account in an organisation, everything of that organisation; it stands in the list of people of its lead."
        ),
        N_("Every request, as long as no such account is made."),
        N_("Another administrator ends the sessions; leads look at their list of people."),
    ),
)

LIMITS = (
    N_(
        "The letter itself names whoever signed it, to the public body that gets it. File through the campaign or sealed where that is a danger."
    ),
    N_("Titles and questions are not encrypted. Do not write names into them."),
    N_("A photo still shows what can be seen in it: a face, a name on the letter, a shop sign."),
    N_("Whoever sees the network sees that this site is visited, though not what is read there."),
    N_(
        "The keys are in the memory of the server while it runs. Whoever takes the running server has everything."
    ),
    N_("We cannot see malware on your device, nor somebody who looks over your shoulder."),
    N_("A court or an officer can force people. That is why as few people as possible can see who asks."),
)


@get("/safety", guards=[open_to_all])
async def show_safety(request: WebRequest) -> Template:
    return page(request, "safety.html", PROMISES, seizures=SEIZURES, limits=LIMITS)


ROUTES = [show_safety]

"""What this system protects people from, what it does not, and the tests that check each promise.

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
        N_("An organisation never sees the records of another organisation."),
        (
            "tests/web/test_matrix.py::test_what_belongs_to_others_looks_like_what_does_not_exist",
            "tests/row_security/test_rows.py::test_thousands_of_sessions_over_few_connections_see_no_foreign_row",
        ),
    ),
    Promise(
        N_(
            "The working group and administrators see no requests and no requesters. They see figures, in which no "
            "number is smaller than 5 and no period shorter than a quarter."
        ),
        (
            "tests/row_security/test_rows.py::test_logins_that_need_no_request_see_none",
            "tests/statistics/test_disclosure.py::test_no_answer_tells_a_small_number",
            "tests/statistics/test_disclosure.py::test_one_day_by_body_and_topic_is_refused_wherever_figures_are",
            "tests/test_canaries.py::test_no_canary_is_told_to_others_by_any_page_answer_or_address",
        ),
    ),
    Promise(
        N_(
            "Campaign staff can view the requester of one request at a time. They must give a reason, and the "
            "organisation sees that they looked."
        ),
        (
            "tests/requests/test_identity.py::test_staff_read_no_requester_without_saying_why",
            "tests/requests/test_identity.py::test_the_organisation_sees_who_looked_when_and_why",
        ),
    ),
    Promise(
        N_(
            "Staff cannot find out which organisation filed a sealed request without opening it: not by a "
            "reference, a name, a file or a time."
        ),
        (
            "tests/test_sealed.py::test_nothing_that_staff_are_told_joins_a_sealed_request_to_its_organisation",
            "tests/test_sealed.py::test_a_neutral_reference_is_taken_from_nobody_and_says_the_same_of_every_organisation",
            "tests/test_sealed.py::test_what_asks_again_is_sealed_where_the_first_was_and_only_there",
        ),
    ),
    Promise(
        N_(
            "A program with an API token sees nothing that is stored encrypted except reports of imports, "
            "whoever it acts for, and cannot shred or unlock an organisation."
        ),
        (
            "tests/test_canaries.py::test_no_canary_is_told_to_a_program_with_a_token_not_even_of_the_organisations_own_people",
            "tests/web/test_matrix.py::test_a_token_for_a_program_reaches_what_its_scope_covers_and_never_the_account",
        ),
    ),
    Promise(
        N_(
            "Names, phone numbers, addresses and notes of requesters, documents and their file names are stored "
            "encrypted."
        ),
        (
            "tests/requests/test_identity.py::test_nothing_that_identifies_anybody_is_stored_as_text",
            "tests/encryption/test_cipher.py::test_every_flipped_bit_of_every_byte_is_refused",
            "tests/test_canaries.py::test_no_canary_is_in_a_dump_a_log_a_message_or_an_export",
        ),
    ),
    Promise(
        N_(
            "One click locks an organisation: its people are signed out and its name disappears from every page "
            "at once."
        ),
        (
            "tests/cbos/test_safety.py::test_one_click_of_the_lead_signs_everybody_out_and_in_no_more",
            "tests/cbos/test_safety.py::test_no_page_and_no_answer_names_a_locked_organisation",
            "tests/cbos/test_safety.py::test_to_an_import_a_locked_organisation_is_not_there_and_it_comes_back_as_it_was",
            "tests/imports/test_undo.py::test_undoing_an_import_neither_names_nor_changes_what_was_locked_since",
            "tests/letters/test_print_runs.py::test_no_run_names_an_organisation_that_was_locked_and_shredding_takes_what_others_printed",
        ),
    ),
    Promise(
        N_(
            "Two people together can destroy everything that identifies the people of an organisation; the "
            "figures stay."
        ),
        (
            "tests/cbos/test_safety.py::test_shredding_takes_the_lead_and_an_administrator_and_leaves_nobody",
            "tests/cbos/test_safety.py::test_who_was_just_given_an_account_is_none_of_the_two",
        ),
    ),
    Promise(
        N_(
            "A stolen backup cannot be read. 14 days after shredding, nothing that was stored encrypted can be "
            "recovered from any backup on the server."
        ),
        (
            "tests/backups/test_restoring.py::test_what_is_cut_changed_or_foreign_is_refused_and_leaves_nothing",
            "tests/backups/test_canaries.py::test_no_canary_is_in_a_backup_not_even_for_who_can_open_it",
            "tests/backups/test_restoring.py::test_after_fourteen_days_the_key_of_a_shredded_organisation_is_in_no_backup",
            "tests/backups/test_restoring.py::test_fourteen_days_hold_also_when_backups_have_stopped",
        ),
    ),
    Promise(
        N_(
            "What was destroyed is also gone from the files of the database, within minutes where the system runs "
            "the database itself; elsewhere the operator is told what to do."
        ),
        (
            "tests/cbos/test_scrubbing.py::test_after_shredding_no_file_of_the_database_holds_a_key_a_name_an_address_or_a_text",
            "tests/cbos/test_scrubbing.py::test_a_login_that_may_not_do_it_tells_what_is_to_be_done",
        ),
    ),
    Promise(
        N_("Messages say nothing about you or your request, unless you choose to include details."),
        (
            "tests/notifications/test_dispatch.py::test_a_message_on_the_wire_says_nothing",
            "tests/feeds/test_feeds.py::test_a_calendar_says_when_and_nothing_else",
        ),
    ),
    Promise(
        N_(
            "No reminder is lost when a server crashes. You may receive the same message twice, but never two "
            "different versions of it."
        ),
        (
            "tests/notifications/test_torture.py::test_killed_sweeps_make_each_reminder_once",
            "tests/notifications/test_torture.py::test_killed_dispatchers_lose_nothing_and_repeat_only_what_is_in_doubt",
            "tests/notifications/test_processes.py::test_a_scheduler_killed_in_the_middle_of_a_sweep_and_of_sending_loses_nothing",
        ),
    ),
    Promise(
        N_("The location is removed from a photo before others see it."),
        ("tests/files/test_copies.py::test_no_marker_is_left_in_a_copy",),
    ),
    Promise(
        N_(
            "A document is stored exactly as it was received; one that has been altered since cannot be "
            "downloaded."
        ),
        ("tests/requests/test_identity.py::test_an_altered_document_is_refused_and_rings",),
    ),
    Promise(
        N_(
            "Who did what is recorded, and nobody can change that record unnoticed once the checkpoint of the "
            "day has left the server."
        ),
        (
            "tests/audit/test_log.py::test_what_a_superuser_did_to_the_table_is_found",
            "tests/audit/test_log.py::test_no_login_changes_or_removes_an_entry",
        ),
    ),
    Promise(
        N_(
            "Signing out, a new password, a new role or a lock ends the sessions concerned before their next "
            "request."
        ),
        ("tests/accounts/test_sessions.py::test_whatever_ends_a_session_ends_it_before_the_next_request",),
    ),
    Promise(
        N_(
            "At most ten password guesses are checked in an hour, and nobody can lock you out of a device that "
            "you have used before."
        ),
        (
            "tests/accounts/test_throttling.py::test_of_all_guesses_in_an_hour_ten_are_looked_at_and_the_owner_gets_in",
        ),
    ),
    Promise(
        N_("The IP address of your phone or computer is not stored."),
        ("tests/test_promises.py::test_no_address_of_a_visitor_is_stored_or_logged",),
    ),
)

SEIZURES = (
    Seizure(
        N_("A phone or computer where nobody is signed in"),
        N_("That this site was visited, if the browser kept its history."),
        N_("Every request and every name: nothing is stored on the device."),
        N_("Use a private window, and “Quick exit” instead of closing the page."),
    ),
    Seizure(
        N_("A phone or computer that is signed in"),
        N_(
            "Everything that its owner can see, until 30 minutes without activity or 12 hours in total: for a "
            "member, the requesters of all requests of their own organisation."
        ),
        N_("Other organisations. The password: changing it requires the old one."),
        N_(
            "From another device, lock the organisation (its lead) or end the sessions (whoever can be reached "
            "first)."
        ),
    ),
    Seizure(
        N_("A mailbox, Telegram account or phone number for text messages"),
        N_(
            "That its owner uses this system, and when something is due. Titles too, if the owner chose to "
            "include details."
        ),
        N_("Names. The account: once the invitation has been used, no message can set a new password."),
        N_("Enter another address under “My account”."),
    ),
    Seizure(
        N_("A copy of the database"),
        N_(
            "Public bodies, titles, questions, dates and outcomes, which organisation filed which request, and "
            "the names and email addresses of accounts."
        ),
        N_(
            "Requesters, notes, documents and file names, which are encrypted. Passwords and sessions, which are "
            "stored only as hashes."
        ),
        N_("End all sessions and change RTI_SECRET. Tell the organisations what the copy contained."),
    ),
    Seizure(
        N_("A backup"),
        N_(
            "Nothing without the backup key, which is not on the server. With it, the same as a copy of the "
            "database."
        ),
        N_(
            "Requesters, even with that key: the data keys are encrypted with a key file that is in no backup."
        ),
        N_(
            "Create a new backup key. Names of organisations and accounts that were destroyed stay in backups "
            "for up to six months."
        ),
    ),
    Seizure(
        N_("The disks of the server while it is switched off"),
        N_("Everything, if the key file is on them and they are not encrypted."),
        N_("Everything, if the disks are encrypted. Requesters, if the key file is stored elsewhere."),
        N_("Encrypt the disks beforehand. Afterwards restore a backup on another server, with new keys."),
    ),
    Seizure(
        N_("The running server"),
        N_("Everything, for anyone who can read its memory."),
        N_("Data that was shredded before."),
        N_("Switch it off. Keep the server where it cannot be taken."),
    ),
    Seizure(
        N_("A member who is forced to sign in"),
        N_("Everything of their own organisation."),
        N_("All other organisations."),
        N_("Lock the organisation beforehand. Two people together can destroy its identifying data."),
    ),
    Seizure(
        N_("Campaign staff who are forced to sign in"),
        N_(
            "Requests of the assigned campaigns and areas. Requesters, one at a time, and each look is recorded."
        ),
        N_("Other campaigns and areas. All requesters at once."),
        N_("An administrator ends the sessions and disables the account."),
    ),
    Seizure(
        N_("An administrator who is forced to sign in"),
        N_(
            "The names and addresses of accounts. By creating an account in an organisation, everything of that "
            "organisation; the new account appears in the list of people that its lead sees."
        ),
        N_("Every request, as long as no such account is created."),
        N_("Another administrator ends the sessions. Leads check their list of people."),
    ),
)

LIMITS = (
    N_(
        "The letter itself shows the public body who signed it. Where that is dangerous, file through the "
        "campaign or as sealed."
    ),
    N_("Titles and questions are not encrypted. Do not enter names in them."),
    N_(
        "A sealed request hides the organisation, but not every clue to it: the public body, the title or "
        "the campaign can suggest who asks, and whoever locks an organisation sees which requests "
        "disappear."
    ),
    N_("A photo still shows what can be seen in it: a face, a name on the letter, a shop sign."),
    N_("Anyone who can watch the network sees that this site is visited, but not what is read there."),
    N_(
        "The keys are in the memory of the running server. Anyone who seizes the server while it runs has "
        "everything."
    ),
    N_(
        "Destroyed data can survive in the free space of disks and SSDs that are not encrypted, and in replicas, "
        "archived logs and snapshots that the operator makes."
    ),
    N_("We cannot detect malware on your device, or someone looking over your shoulder."),
    N_(
        "A court or an officer can force people to speak. That is why as few people as possible can see "
        "requesters."
    ),
)


@get("/safety", guards=[open_to_all])
async def show_safety(request: WebRequest) -> Template:
    return page(request, "safety.html", PROMISES, seizures=SEIZURES, limits=LIMITS)


ROUTES = [show_safety]

"""The modules that must not be wrong, and the tests that answer for each, the quickest first."""

from dataclasses import dataclass

_COUNTING = ("tests/law/test_counting.py", "tests/law/test_oracle.py", "tests/law/test_published.py")
_CLOCKS = ("tests/law/test_edge_cases.py", "tests/law/test_explaining.py", "tests/law/test_clocks.py")
_OUTBOX = (
    "notifications/test_bounces.py::test_an_unknown_address_gets_nothing_more_until_it_has_another_chance",
    "notifications/test_bounces.py::test_a_refusal_after_a_report_of_the_same_message_counts_once",
    "notifications/test_gateways.py::test_while_the_mail_server_is_away_a_number_that_is_not_proved_or_not_chosen_gets_nothing",
    "notifications/test_gateways.py::test_a_gateway_goes_on_while_the_mail_server_is_away",
    "notifications/test_gateways.py::test_who_has_no_number_that_works_gets_mail",
    "notifications/test_digest.py::test_a_digest_counts_what_is_due_when_it_is_sent",
    "notifications/test_digest.py::test_a_message_that_was_deferred_does_not_come_at_night",
    "requests/test_snoozing.py::test_another_request_and_one_that_was_woken_are_told_of",
    "notifications/test_clock.py::test_what_was_claimed_while_the_clock_was_weeks_ahead_is_sent_now",
)


@dataclass(frozen=True)
class Target:
    """Tests of a `pure` module need nothing of `tests/conftest.py`, and so the rest of the system is not imported.

    `fresh` needs a database server of its own for each mutant, because the change goes into its schema. Tests whose
    names contain one of the words in `without` wait long for something, and are left out.
    """

    tests: tuple[str, ...]
    pure: bool = False
    fresh: bool = False
    without: tuple[str, ...] = ()


TARGETS = {
    "rti.law.calendars": Target(_COUNTING, pure=True),
    "rti.law.counting": Target(_COUNTING, pure=True),
    "rti.law.deadlines": Target(_CLOCKS, pure=True),
    "rti.law.events": Target(_CLOCKS, pure=True),
    "rti.law.limits": Target(_COUNTING, pure=True),
    "rti.law.reminders": Target(("tests/law/test_reminders.py",), pure=True),
    "rti.law.running": Target(_CLOCKS, pure=True),
    "rti.law.status": Target(("tests/law/test_status.py",), pure=True),
    "rti.accounts.policy": Target(("tests/accounts/test_policy.py",), pure=True),
    "rti.sealing.cipher": Target(("tests/sealing/test_cipher.py",), pure=True),
    "rti.sealing.keys": Target(("tests/sealing/test_keys.py",), pure=True),
    "rti.audit.chain": Target(("tests/audit/test_chain.py",), pure=True),
    "rti.retention.classes": Target(("tests/retention/test_classes.py",), pure=True),
    "rti.accounts.sessions": Target(("tests/accounts/test_sessions.py", "tests/accounts/test_proof.py")),
    "rti.accounts.allowances": Target(("tests/accounts/test_guessing.py", "tests/accounts/test_costly.py")),
    "rti.accounts.costly": Target(("tests/accounts/test_costly.py", "tests/test_documentation.py")),
    "rti.accounts.guessing": Target(("tests/accounts/test_guessing.py", "tests/audit/test_tallies.py")),
    "rti.web.guards": Target(("tests/web/test_guards.py", "tests/accounts/test_proof.py")),
    "rti.tenancy.rows": Target(
        ("tests/tenancy/test_declared.py", "tests/tenancy/test_staff.py", "tests/tenancy/test_rows.py"),
        fresh=True,
    ),
    "rti.sealing.data_keys": Target(("tests/sealing/test_data_keys.py",)),
    "notifications.hours": Target(("tests/notifications/test_digest.py",)),
    "notifications.outbox": Target(
        (
            "tests/notifications/test_leases.py",
            "tests/notifications/test_dispatch.py",
            *(f"tests/{each}" for each in _OUTBOX),
        ),
        without=("told_to_stop", "does_not_serve", "tarpit"),
    ),
    "notifications.wire": Target(
        (
            "tests/notifications/test_dispatch.py::test_a_reminder_arrives_and_its_row_keeps_what_the_server_said",
            "tests/notifications/test_failures.py",
            "tests/notifications/test_dispatch.py",
        ),
        without=("told_to_stop", "takes_forever"),
    ),
}

"""The modules that must not be wrong, and the tests that answer for each, the quickest first."""

from dataclasses import dataclass

_LAW = ("tests/law/test_counting.py", "tests/law/test_edge_cases.py", "tests/law")


@dataclass(frozen=True)
class Target:
    """`fresh` needs a database server of its own for each mutant, because the change goes into its schema."""

    tests: tuple[str, ...]
    fresh: bool = False


TARGETS = {
    "rti.law.calendars": Target(_LAW),
    "rti.law.counting": Target(_LAW),
    "rti.law.deadlines": Target(_LAW),
    "rti.law.events": Target(_LAW),
    "rti.law.limits": Target(_LAW),
    "rti.law.reminders": Target(("tests/law/test_reminders.py",)),
    "rti.law.running": Target(_LAW),
    "rti.law.status": Target(("tests/law",)),
    "rti.accounts.policy": Target(("tests/accounts/test_policy.py",)),
    "rti.accounts.sessions": Target(("tests/accounts/test_sessions.py", "tests/accounts/test_proof.py")),
    "rti.accounts.guessing": Target(("tests/accounts/test_guessing.py",)),
    "rti.web.guards": Target(("tests/web/test_guards.py",)),
    "rti.tenancy.rows": Target(("tests/tenancy",), fresh=True),
    "rti.sealing.cipher": Target(("tests/sealing/test_cipher.py",)),
    "rti.sealing.keys": Target(("tests/sealing/test_keys.py",)),
    "rti.sealing.data_keys": Target(("tests/sealing/test_data_keys.py",)),
    "rti.audit.chain": Target(("tests/audit/test_chain.py",)),
    "rti.retention.classes": Target(("tests/retention",)),
    "notifications.hours": Target(("tests/notifications/test_digest.py",)),
    "notifications.outbox": Target(("tests/notifications/test_dispatch.py",)),
    "notifications.wire": Target(("tests/notifications/test_failures.py", "tests/notifications/test_dispatch.py")),
}

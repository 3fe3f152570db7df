"""The modules that must not be wrong, and the tests that answer for each, the quickest first."""

from dataclasses import dataclass

_COUNTING = ("tests/law/test_counting.py", "tests/law/test_oracle.py", "tests/law/test_published.py")
_CLOCKS = ("tests/law/test_edge_cases.py", "tests/law/test_explaining.py", "tests/law/test_clocks.py")


@dataclass(frozen=True)
class Target:
    """Tests of a `pure` module need nothing of `tests/conftest.py`, and so the rest of the system is not imported.

    `fresh` needs a database server of its own for each mutant, because the change goes into its schema.
    """

    tests: tuple[str, ...]
    pure: bool = False
    fresh: bool = False


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
        tuple(
            f"tests/notifications/test_{each}.py"
            for each in ("leases", "dispatch", "bounces", "gateways", "digest", "clock")
        )
    ),
    "notifications.wire": Target(
        ("tests/notifications/test_failures.py", "tests/notifications/test_dispatch.py")
    ),
}

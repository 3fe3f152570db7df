"""What is kept for how long, as `docs/audit.md` promises it."""

from rti.retention.schedule import RULES, Kept

DAYS = {
    Kept.ACCOUNTS: 366,
    Kept.SESSIONS: 1,
    Kept.TOKENS: 30,
    Kept.INVITATIONS: 30,
    Kept.ALLOWANCES: 1,
    Kept.MESSAGE_TEXTS: 14,
    Kept.AUDIT_ENTRIES: 5 * 366,
}


def test_each_class_of_data_is_kept_as_long_as_was_promised() -> None:
    assert {kept: rule.keeps.days for kept, rule in RULES.items()} == DAYS
    assert set(RULES) == set(Kept)

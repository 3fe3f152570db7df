"""Each class of data that is removed by itself, how long it is kept, and why: pure.

What is not here stays until a person decides, such as requests and evidence; shredding takes what names
anybody (docs/encryption.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from rti.law.explanations import N_


class Kept(StrEnum):
    SESSIONS = "sessions"
    TOKENS = "tokens"
    INVITATIONS = "invitations"
    ALLOWANCES = "allowances"
    MESSAGE_TEXTS = "message_texts"
    ACCOUNTS = "accounts"
    AUDIT_ENTRIES = "audit_entries"


@dataclass(frozen=True, slots=True)
class Rule:
    """`keeps` counts from when a thing ended, or where it does not end, from when it was made."""

    keeps: timedelta
    what: str
    why: str


RULES: Mapping[Kept, Rule] = {
    Kept.SESSIONS: Rule(
        timedelta(days=1),
        N_("Sessions that ended"),
        N_("They open nothing any more, and tell when somebody was here"),
    ),
    Kept.TOKENS: Rule(
        timedelta(days=30),
        N_("Tokens of programs that have expired"),
        N_("Their owner should see why a program stopped"),
    ),
    Kept.INVITATIONS: Rule(
        timedelta(days=30), N_("Links of invitations that have expired"), N_("They open nothing any more")
    ),
    Kept.ALLOWANCES: Rule(
        timedelta(days=1), N_("Counts of guesses and of costly calls"), N_("They slow down nobody any more")
    ),
    Kept.MESSAGE_TEXTS: Rule(
        timedelta(days=14),
        N_("Texts and addresses of messages that were sent"),
        N_("They tell who was written to; that a message went out stays known"),
    ),
    Kept.ACCOUNTS: Rule(
        timedelta(days=366),
        N_("Name, address, settings, second factors and messages of disabled accounts"),
        N_("Whoever left can be asked for a year; what the person did stays, under a number"),
    ),
    # Never less than the five years for which the trigger of the table refuses (leap days counted).
    Kept.AUDIT_ENTRIES: Rule(
        timedelta(days=5 * 366),
        N_("Entries of the audit log"),
        N_("Evidence is asked for years later; what is left can still be checked"),
    ),
}

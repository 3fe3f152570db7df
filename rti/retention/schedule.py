"""Each class of data that is deleted automatically, how long it is kept, and why: pure.

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
    RATE_LIMITS = "rate_limits"
    SUBMISSIONS = "submissions"
    MESSAGE_TEXTS = "message_texts"
    JOBS = "jobs"
    DISCARDED = "discarded"
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
        N_("Ended sessions"),
        N_("They no longer give access, and they show when a person was active"),
    ),
    Kept.TOKENS: Rule(
        timedelta(days=30),
        N_("Expired API tokens"),
        N_("Their owners should be able to see why a program stopped working"),
    ),
    Kept.INVITATIONS: Rule(
        timedelta(days=30), N_("Expired invitation links"), N_("They no longer give access")
    ),
    Kept.RATE_LIMITS: Rule(
        timedelta(days=1),
        N_("Counters of failed sign-ins and of rate limits"),
        N_("They no longer limit anyone"),
    ),
    Kept.SUBMISSIONS: Rule(
        timedelta(days=1),
        N_("Stored responses to submitted forms"),
        N_("They let a form that is sent twice get the same response; after that nobody needs them"),
    ),
    Kept.MESSAGE_TEXTS: Rule(
        timedelta(days=14),
        N_("Texts and addresses of sent messages"),
        N_("They show who was contacted; the record that a message was sent is kept"),
    ),
    Kept.JOBS: Rule(
        timedelta(days=14),
        N_("Imports that have ended, with their reports"),
        N_("Whoever sent the file has read its report; the audit log keeps the record of the import"),
    ),
    Kept.DISCARDED: Rule(
        timedelta(days=30),
        N_("Incoming messages and scans that were discarded"),
        N_("A mistake can be put right for a month; the audit log keeps the record that it was discarded"),
    ),
    Kept.ACCOUNTS: Rule(
        timedelta(days=366),
        N_("Name, address, settings, second factors and messages of disabled accounts"),
        N_("A person who left may be contacted for a year; their actions stay in the records under a number"),
    ),
    # Never less than the five years for which the trigger of the table refuses (leap days counted).
    Kept.AUDIT_ENTRIES: Rule(
        timedelta(days=5 * 366),
        N_("Audit log entries"),
        N_("Evidence may be needed years later; the entries that remain can still be verified"),
    ),
}

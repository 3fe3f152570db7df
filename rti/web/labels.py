"""The words for the members of our enumerations, as message ids."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from rti.core.roles import Role, TokenScope
from rti.imports.report import FileKind, LineResult
from rti.law.deadlines import ClockState
from rti.law.events import EventKind, Outcome
from rti.law.explanations import EVENTS, N_
from rti.law.reminders import About, Audience
from rti.law.rules import ClockKind, FirstDay, Receipt, Silence
from rti.law.status import RequestStatus
from rti.law.statutes import StatuteStatus
from rti.models.audit import AuditAction
from rti.models.backups import RunKind
from rti.models.bodies import AreaLevel, BodyKind
from rti.models.cbos import SafetyStep
from rti.models.messages import AddressHealth, LetterState, MessageKind, MessageState
from rti.models.messages import Channel as MessageChannel
from rti.models.requests import Channel, Filing, Topic
from rti.statistics.commands import Basis, Dimension
from rti.statistics.measures import State
from rti.statutes.commands import RollChoice

LABELS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    EventKind: EVENTS,
    Role: {
        Role.CBO_MEMBER: N_("CBO member"),
        Role.CBO_LEAD: N_("CBO lead"),
        Role.STAFF: N_("Campaign staff"),
        Role.WORKING_GROUP: N_("Working group"),
        Role.ADMINISTRATOR: N_("Administrator"),
    },
    TokenScope: {
        TokenScope.STATISTICS: N_("Statistics only"),
        TokenScope.READ: N_("Read what I can see"),
        TokenScope.WRITE: N_("Read and write"),
    },
    AreaLevel: {
        AreaLevel.PROVINCE: N_("Province"),
        AreaLevel.DISTRICT: N_("District"),
        AreaLevel.COMMUNE: N_("Commune"),
    },
    BodyKind: {
        BodyKind.MINISTRY: N_("Ministry"),
        BodyKind.PROVINCE_ADMINISTRATION: N_("Province administration"),
        BodyKind.DISTRICT_ADMINISTRATION: N_("District administration"),
        BodyKind.COMMUNE_ADMINISTRATION: N_("Commune administration"),
        BodyKind.HEALTH_CENTRE: N_("Health centre"),
        BodyKind.PRIMARY_SCHOOL: N_("Primary school"),
        BodyKind.SECONDARY_SCHOOL: N_("Secondary school"),
        BodyKind.POLICE_POST: N_("Police post"),
        BodyKind.ONE_WINDOW_SERVICE: N_("One window service office"),
        BodyKind.OTHER: N_("Other body"),
    },
    Topic: {
        Topic.BUDGET: N_("Budget and spending"),
        Topic.SERVICE_FEES: N_("Fees of public services"),
        Topic.PROCUREMENT: N_("Procurement"),
        Topic.DEVELOPMENT_PLAN: N_("Development plans"),
        Topic.LAND: N_("Land"),
        Topic.ENVIRONMENT: N_("Environment"),
        Topic.HEALTH: N_("Health"),
        Topic.EDUCATION: N_("Education"),
        Topic.CIVIL_REGISTRATION: N_("Civil registration"),
        Topic.SECURITY: N_("Police and security"),
        Topic.OTHER: N_("Other topic"),
    },
    Channel: {
        Channel.COUNTER: N_("Handed over at a counter"),
        Channel.POST: N_("By post"),
        Channel.ORAL: N_("Spoken"),
        Channel.PHONE: N_("By telephone"),
        Channel.EMAIL: N_("By e-mail"),
        Channel.ONLINE: N_("Online"),
        Channel.OTHER: N_("Another way"),
    },
    Filing: {
        Filing.ITSELF: N_("The organisation itself"),
        Filing.PROXY: N_("The campaign in its place: the letter names nobody else"),
        Filing.SEALED: N_("Sealed: staff do not see which organisation asks"),
    },
    SafetyStep: {
        SafetyStep.LOCKED: N_("Locked"),
        SafetyStep.UNLOCKED: N_("Unlocked"),
        SafetyStep.SHRED_ASKED: N_("Shredding asked for"),
        SafetyStep.SHREDDED: N_("Shredded"),
    },
    RequestStatus: {
        RequestStatus.DRAFT: N_("Draft"),
        RequestStatus.NOT_SUBMITTED: N_("Not accepted"),
        RequestStatus.SUBMITTED: N_("Handed over"),
        RequestStatus.OPEN: N_("Waiting for an answer"),
        RequestStatus.PAUSED: N_("Paused"),
        RequestStatus.ANSWERED: N_("Answered"),
        RequestStatus.WITHDRAWN: N_("Withdrawn"),
    },
    Outcome: {
        Outcome.FULL: N_("Information given in full"),
        Outcome.PARTIAL: N_("Information given in part"),
        Outcome.REFUSED: N_("Refused in writing"),
        Outcome.ORAL_REFUSAL: N_("Refused by word of mouth"),
        Outcome.NOT_HELD: N_("Information not held"),
        Outcome.REFERRED: N_("Sent to another body"),
        Outcome.INADEQUATE: N_("Answer does not fit the question"),
        Outcome.UNKNOWN: N_("Outcome not known"),
    },
    ClockKind: {
        ClockKind.ACKNOWLEDGEMENT: N_("Acknowledgement"),
        ClockKind.REPLY: N_("Reply"),
        ClockKind.SUPPLY: N_("Supply of the information"),
        ClockKind.CAP: N_("Longest time in all"),
        ClockKind.TRANSFER: N_("Transfer"),
        ClockKind.REVIEW_FILING: N_("Time to ask for a review"),
        ClockKind.REVIEW: N_("Review decision"),
        ClockKind.COMPLAINT_FILING: N_("Time to complain"),
        ClockKind.COMPLAINT: N_("Complaint decision"),
        ClockKind.APPEAL_FILING: N_("Time for the last appeal"),
        ClockKind.APPEAL: N_("Decision on the last appeal"),
    },
    ClockState: {
        ClockState.RUNNING: N_("Running"),
        ClockState.MET: N_("Done"),
        ClockState.PAUSED: N_("Paused"),
        ClockState.WAITING: N_("Has not begun"),
        ClockState.ENDED: N_("Ended"),
    },
    FirstDay: {
        FirstDay.START_DAY: N_("The day of receipt is day 1"),
        FirstDay.NEXT_DAY: N_("The day after the receipt is day 1"),
        FirstDay.NEXT_WORKING_DAY: N_("The next working day after the receipt is day 1"),
    },
    Receipt: {
        Receipt.AS_IS: N_("A receipt on a day off counts as it is"),
        Receipt.ROLL_FORWARD: N_("A receipt on a day off counts as of the next working day"),
    },
    RollChoice: {
        RollChoice.NONE: N_("A last day on a day off stays"),
        RollChoice.FORWARD: N_("A last day on a day off moves to the next working day"),
    },
    Silence: {
        Silence.NOTHING: N_("Silence has no effect of its own"),
        Silence.REFUSAL: N_("Silence counts as a refusal"),
        Silence.GRANT: N_("Silence counts as a grant"),
    },
    StatuteStatus: {
        StatuteStatus.IN_FORCE: N_("In force"),
        StatuteStatus.DRAFT: N_("Draft, not in force"),
        StatuteStatus.STANDARD: N_("Standard of a campaign"),
    },
    Dimension: {
        Dimension.BODY_KIND: N_("Kind of public body"),
        Dimension.PROVINCE: N_("Province"),
        Dimension.DISTRICT: N_("District"),
        Dimension.TOPIC: N_("Topic"),
        Dimension.QUARTER: N_("Quarter"),
        Dimension.YEAR: N_("Year"),
        Dimension.STATUTE: N_("Law, draft or standard"),
        Dimension.BODY: N_("Public body"),
        Dimension.CAMPAIGN: N_("Campaign"),
        Dimension.OUTCOME: N_("Outcome"),
    },
    Basis: {
        Basis.RECEIVED: N_("Day of receipt"),
        Basis.DUE: N_("Day on which the answer is expected"),
        Basis.ANSWERED: N_("Day of the answer"),
    },
    State: {
        State.IN_TIME: N_("In time"),
        State.LATE: N_("Late"),
        State.SILENT: N_("Still silent"),
        State.EARLY: N_("Answered before a day still to come"),
        State.NOT_YET_DUE: N_("Not yet due"),
        State.DRAFT: N_("Not handed over"),
        State.NOT_SUBMITTED: N_("Not accepted by the body"),
        State.WITHDRAWN: N_("Withdrawn by the expected day"),
        State.PAUSED: N_("Paused: the body waits for the organisation"),
        State.NO_DATE: N_("No date: receipt not known, or no time limit given"),
    },
    AuditAction: {
        AuditAction.SIGNED_IN: N_("Signed in"),
        AuditAction.SIGN_IN_FAILED: N_("Sign-in failed"),
        AuditAction.SIGNED_OUT: N_("Signed out"),
        AuditAction.GUESSES_REFUSED: N_("Guesses that came too often"),
        AuditAction.DENIED: N_("Access denied"),
        AuditAction.FORMS_REFUSED: N_("Forms of other sites, or too old, refused"),
        AuditAction.CALLS_REFUSED: N_("Costly requests that came too often"),
        AuditAction.PERSON_INVITED: N_("Person invited"),
        AuditAction.INVITATION_ACCEPTED: N_("Invitation accepted"),
        AuditAction.ROLE_CHANGED: N_("Role changed"),
        AuditAction.SENT_AWAY: N_("All sessions of a person ended"),
        AuditAction.PERSON_FORGOTTEN: N_("Person forgotten"),
        AuditAction.PERSON_DISABLED: N_("Person disabled"),
        AuditAction.PASSWORD_RESET: N_("Password taken away, new link made"),
        AuditAction.PASSWORD_CHANGED: N_("Password changed"),
        AuditAction.EMAIL_CHANGED: N_("E-mail address changed"),
        AuditAction.FACTORS_CHANGED: N_("Second factors changed"),
        AuditAction.TOKEN_ADDED: N_("Token for a program made"),
        AuditAction.TOKEN_REVOKED: N_("Token for a program revoked"),
        AuditAction.FEEDS_MADE: N_("Addresses of feeds made"),
        AuditAction.FEEDS_REVOKED: N_("Addresses of feeds revoked"),
        AuditAction.SETTINGS_CHANGED: N_("Own settings changed"),
        AuditAction.CHANNEL_CHOSEN: N_("Other way of messages chosen"),
        AuditAction.CHANNEL_PROVED: N_("Address for messages proved"),
        AuditAction.ASSIGNED: N_("Campaign or province assigned"),
        AuditAction.ASSIGNMENT_ENDED: N_("Assignment ended"),
        AuditAction.REQUEST_FILED: N_("Request filed"),
        AuditAction.EVENT_RECORDED: N_("Event recorded"),
        AuditAction.REQUESTER_SAVED: N_("Requester written down"),
        AuditAction.IDENTITY_OPENED: N_("Sealed identity opened"),
        AuditAction.DOCUMENT_ADDED: N_("Document added"),
        AuditAction.DOCUMENT_SHOWN: N_("Copy of a document shown"),
        AuditAction.DOCUMENT_ALTERED: N_("Document found missing or altered"),
        AuditAction.DOCUMENT_WHOLE: N_("Document found whole again"),
        AuditAction.DOCUMENT_QUARANTINED: N_("Document found malicious and put in quarantine"),
        AuditAction.DOCUMENT_RELEASED: N_("Document released from quarantine"),
        AuditAction.ORIGINAL_OPENED: N_("Original document opened"),
        AuditAction.LETTER_DECIDED: N_("Letter decided"),
        AuditAction.CBO_LOCKED: N_("Organisation locked"),
        AuditAction.CBO_UNLOCKED: N_("Organisation unlocked"),
        AuditAction.CBO_SHRED_ASKED: N_("Shredding asked for"),
        AuditAction.CBO_SHREDDED: N_("Organisation shredded"),
        AuditAction.SENDING_CHANGED: N_("Messages to an organisation switched"),
        AuditAction.CALENDAR_CHANGED: N_("Calendar changed"),
        AuditAction.STANDARD_DECLARED: N_("Standard or statute added"),
        AuditAction.CAMPAIGN_CHANGED: N_("Campaign changed"),
        AuditAction.RULES_CHANGED: N_("Reminder rules changed"),
        AuditAction.IMPORTED: N_("File imported"),
        AuditAction.EXPORTED: N_("Data exported"),
        AuditAction.RETENTION_RUN: N_("Data that are kept no longer removed"),
        AuditAction.LOG_CUT: N_("Beginning of the audit log removed"),
        AuditAction.HEAD_ANCHORED: N_("Head of the audit log sent outside"),
        AuditAction.BACKUP_MADE: N_("Backup made"),
        AuditAction.BACKUP_FAILED: N_("Backup failed"),
        AuditAction.DRILL_PASSED: N_("Restore drill passed"),
        AuditAction.DRILL_FAILED: N_("Restore drill failed"),
        AuditAction.RESTORED: N_("Restored from a backup"),
    },
    MessageKind: {
        MessageKind.REMINDER: N_("Reminder"),
        MessageKind.DIGEST: N_("Digest of the day"),
        MessageKind.LETTER: N_("Letter to a public body"),
        MessageKind.CODE: N_("Code"),
        MessageKind.INVITATION: N_("Invitation"),
        MessageKind.ANCHOR: N_("Head of the audit log"),
    },
    About: {
        About.ANSWER: N_("An answer of the public body"),
        About.ACKNOWLEDGEMENT: N_("An acknowledgement"),
        About.COMPLAINT: N_("The time to complain or to ask for a review"),
    },
    Audience: {
        Audience.EVERYBODY: N_("Members and leads"),
        Audience.LEADS: N_("Leads only"),
        Audience.BODY: N_("The public body, by a letter to approve"),
    },
    LetterState: {
        LetterState.PROPOSED: N_("Proposed, waits for approval"),
        LetterState.APPROVED: N_("Approved"),
        LetterState.DISMISSED: N_("Dismissed"),
    },
    FileKind: {
        FileKind.REQUESTS: N_("Requests"),
        FileKind.BODIES: N_("Public bodies"),
        FileKind.CBOS: N_("Organisations"),
    },
    LineResult: {
        LineResult.IMPORTED: N_("Imported"),
        LineResult.DOUBTFUL: N_("Imported, doubtful"),
        LineResult.UPDATED: N_("Updated"),
        LineResult.ALREADY_THERE: N_("There already"),
        LineResult.REPETITION: N_("Repetition"),
        LineResult.REJECTED: N_("Rejected"),
    },
    MessageChannel: {
        MessageChannel.EMAIL: N_("E-mail"),
        MessageChannel.TELEGRAM: N_("Telegram"),
        MessageChannel.SMS: N_("Text message"),
    },
    AddressHealth: {
        AddressHealth.GOOD: N_("works"),
        AddressHealth.SUSPECT: N_("in doubt"),
        AddressHealth.DISABLED: N_("switched off"),
    },
    MessageState: {
        MessageState.QUEUED: N_("Waiting to be sent"),
        MessageState.CLAIMED: N_("Being sent"),
        MessageState.HANDED: N_("Handed to the mail server"),
        MessageState.ACCEPTED: N_("Accepted by the mail server"),
        MessageState.DEFERRED: N_("Will be tried again"),
        MessageState.FAILED: N_("Refused by the mail server"),
        MessageState.UNKNOWN: N_("Not known whether it arrived"),
        MessageState.KEPT: N_("Kept here, not sent"),
        MessageState.DROPPED: N_("No longer needed, not sent"),
    },
    RunKind: {
        RunKind.BACKUP: N_("Backup"),
        RunKind.DRILL: N_("Drill: the newest backup restored and examined"),
    },
}


def label(member: StrEnum) -> str:
    """The message id of a member."""
    return LABELS[type(member)][member]

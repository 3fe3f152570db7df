"""The words for the members of our enumerations, as message ids."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from rti.audit.labels import ACTIONS
from rti.batches.queries import Stage
from rti.core.roles import Role, TokenScope
from rti.imports.report import LineResult
from rti.law.deadlines import ClockState
from rti.law.events import EventKind, Outcome
from rti.law.explanations import EVENTS, N_
from rti.law.monitoring import Result
from rti.law.reminders import About, Audience
from rti.law.rules import ClockKind, FirstDay, Receipt, SilenceMeaning
from rti.law.status import RequestStatus
from rti.law.statutes import StatuteStatus
from rti.law.steps import NEXT_STEPS, NextStep
from rti.models.audit import AuditAction
from rti.models.backups import RunKind
from rti.models.batches import LeftOut
from rti.models.bodies import AreaLevel, BodyKind
from rti.models.cbos import CboKind, SafetyStep
from rti.models.imports import FileKind
from rti.models.inbox import FoundBy, IncomingState, Nature
from rti.models.jobs import JobState
from rti.models.letters import LetterKind
from rti.models.messages import AddressHealth, LetterState, MessageKind, MessageState
from rti.models.messages import Channel as MessageChannel
from rti.models.requests import Channel, Filing, Medium
from rti.models.topics import TopicRow
from rti.requests.commands import BulkAct, Sort
from rti.statistics.labels import OF_FIGURES
from rti.statutes.commands import RollChoice

LABELS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    **OF_FIGURES,
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
    LeftOut: {
        LeftOut.CLOSED: N_("The body is closed"),
        LeftOut.OUTSIDE_THE_LAW: N_("The statute or standard does not cover it"),
        LeftOut.OUT_OF_REACH: N_("Not assigned to you"),
        LeftOut.ASKED_ALREADY: N_("An open request already asks the same"),
    },
    Stage: {
        Stage.DRAFTED: N_("Drafted"),
        Stage.NOT_ACCEPTED: N_("Not accepted"),
        Stage.HANDED_OVER: N_("Handed over"),
        Stage.RECEIVED: N_("Received"),
        Stage.DUE_SOON: N_("Due within a week"),
        Stage.OVERDUE: N_("Past the due date"),
        Stage.ANSWERED: N_("Answered"),
        Stage.WITHDRAWN: N_("Withdrawn"),
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
    Channel: {
        Channel.COUNTER: N_("In person at a counter"),
        Channel.POST: N_("Post"),
        Channel.ORAL: N_("Verbally"),
        Channel.PHONE: N_("Phone"),
        Channel.EMAIL: N_("Email"),
        Channel.ONLINE: N_("Online"),
        Channel.OTHER: N_("Other"),
    },
    Medium: {
        Medium.COUNTER: N_("In person at a counter"),
        Medium.POST: N_("Post"),
        Medium.ORAL: N_("Verbally"),
        Medium.MEETING: N_("Village or commune meeting"),
        Medium.NOTICE_BOARD: N_("Notice board"),
        Medium.PHONE: N_("Phone"),
        Medium.EMAIL: N_("Email"),
        Medium.CHAT: N_("Telegram or Facebook message"),
        Medium.ONLINE: N_("Online"),
        Medium.OTHER: N_("Other"),
    },
    NextStep: NEXT_STEPS,
    LetterKind: {
        LetterKind.REQUEST: N_("Request letter"),
        LetterKind.REMINDER: N_("Reminder letter"),
        LetterKind.OBJECTION: N_("Objection"),
        LetterKind.COMPLAINT: N_("Letter of complaint"),
        LetterKind.ORAL_REQUEST: N_("Record of an oral request"),
        LetterKind.THUMBPRINTS: N_("List of thumbprints"),
        LetterKind.REFUSAL_RECORD: N_("Record of a refusal to accept"),
    },
    Filing: {
        Filing.ITSELF: N_("The organisation itself"),
        Filing.PROXY: N_("The campaign on its behalf: the letter names only the campaign"),
        Filing.SEALED: N_("Sealed: campaign staff do not see which organisation is asking"),
    },
    CboKind: {
        CboKind.FORESTRY: N_("Community forestry"),
        CboKind.FISHERY: N_("Community fishery"),
        CboKind.FARMERS: N_("Farmers or agricultural cooperative"),
        CboKind.SAVINGS: N_("Savings group"),
        CboKind.LAND: N_("Land or housing community"),
        CboKind.INDIGENOUS: N_("Indigenous community"),
        CboKind.WOMEN: N_("Women"),
        CboKind.YOUTH: N_("Youth"),
        CboKind.DISABILITY: N_("People with disabilities"),
        CboKind.WORKERS: N_("Workers or street vendors"),
        CboKind.OTHER: N_("Other organisation"),
    },
    SafetyStep: {
        SafetyStep.LOCKED: N_("Locked"),
        SafetyStep.UNLOCKED: N_("Unlocked"),
        SafetyStep.SHRED_ASKED: N_("Shredding requested"),
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
    BulkAct: {
        BulkAct.RECORD: N_("Record an event"),
        BulkAct.SNOOZE: N_("Snooze reminders"),
        BulkAct.CHASE: N_("Propose letters by email"),
        BulkAct.ASSIGN: N_("Assign to a campaign"),
    },
    Sort: {
        Sort.DUE: N_("Answer due, earliest first"),
        Sort.DUE_LAST: N_("Answer due, latest first"),
        Sort.RECEIVED: N_("Received, earliest first"),
        Sort.RECEIVED_LAST: N_("Received, latest first"),
        Sort.BODY: N_("Public body, by province and district"),
        Sort.BODY_LAST: N_("Public body, in reverse"),
        Sort.STATUS: N_("Status"),
        Sort.STATUS_LAST: N_("Status, in reverse"),
        Sort.REFERENCE: N_("Reference"),
        Sort.REFERENCE_LAST: N_("Reference, in reverse"),
        Sort.TITLE: N_("Title"),
        Sort.TITLE_LAST: N_("Title, in reverse"),
    },
    Outcome: {
        Outcome.FULL: N_("Information given in full"),
        Outcome.PARTIAL: N_("Information given in part"),
        Outcome.REFUSED: N_("Refused in writing"),
        Outcome.ORAL_REFUSAL: N_("Refused verbally"),
        Outcome.NOT_HELD: N_("Information not held"),
        Outcome.REFERRED: N_("Sent to another body"),
        Outcome.INADEQUATE: N_("Answer does not address the question"),
        Outcome.UNKNOWN: N_("Outcome unknown"),
    },
    Result: {
        Result.INFORMATION_RECEIVED: N_("Information received"),
        Result.PARTIAL_ACCESS: N_("Partial access"),
        Result.INADEQUATE_ANSWER: N_("Inadequate answer"),
        Result.WRITTEN_REFUSAL: N_("Written refusal"),
        Result.ORAL_REFUSAL: N_("Oral refusal"),
        Result.MUTE_REFUSAL: N_("Mute refusal"),
        Result.REFUSAL_TO_ACCEPT: N_("Refusal to accept"),
        Result.UNABLE_TO_SUBMIT: N_("Unable to submit"),
        Result.REFERRED: N_("Transferred or referred"),
        Result.NOT_HELD: N_("Information not held"),
    },
    ClockKind: {
        ClockKind.ACKNOWLEDGEMENT: N_("Acknowledgement"),
        ClockKind.REPLY: N_("Reply"),
        ClockKind.SUPPLY: N_("Supply of information"),
        ClockKind.CAP: N_("Maximum total time"),
        ClockKind.TRANSFER: N_("Transfer"),
        ClockKind.REVIEW_FILING: N_("Time limit for requesting a review"),
        ClockKind.REVIEW: N_("Review decision"),
        ClockKind.COMPLAINT_FILING: N_("Time limit for complaining"),
        ClockKind.COMPLAINT: N_("Complaint decision"),
        ClockKind.APPEAL_FILING: N_("Time limit for the last appeal"),
        ClockKind.APPEAL: N_("Last appeal decision"),
        ClockKind.FOLLOW_UP: N_("Ask again"),
    },
    ClockState: {
        ClockState.RUNNING: N_("Running"),
        ClockState.MET: N_("Done"),
        ClockState.PAUSED: N_("Paused"),
        ClockState.WAITING: N_("Not started"),
        ClockState.ENDED: N_("Ended"),
    },
    FirstDay: {
        FirstDay.START_DAY: N_("The day of receipt is day 1"),
        FirstDay.NEXT_DAY: N_("The day after receipt is day 1"),
        FirstDay.NEXT_WORKING_DAY: N_("The next working day after receipt is day 1"),
    },
    Receipt: {
        Receipt.AS_IS: N_("A request received on a non-working day counts as received that day"),
        Receipt.ROLL_FORWARD: N_(
            "A request received on a non-working day counts as received on the next working day"
        ),
    },
    RollChoice: {
        RollChoice.NONE: N_("A limit may end on a non-working day"),
        RollChoice.FORWARD: N_("A limit that ends on a non-working day moves to the next working day"),
    },
    SilenceMeaning: {
        SilenceMeaning.NOTHING: N_("Silence has no legal effect"),
        SilenceMeaning.REFUSAL: N_("Silence counts as a refusal"),
        SilenceMeaning.GRANT: N_("Silence counts as approval"),
    },
    StatuteStatus: {
        StatuteStatus.IN_FORCE: N_("In force"),
        StatuteStatus.DRAFT: N_("Draft, not in force"),
        StatuteStatus.STANDARD: N_("Campaign standard"),
    },
    IncomingState: {
        IncomingState.ARRIVED: N_("Being read"),
        IncomingState.HELD: N_("Held: request unknown"),
        IncomingState.FILED: N_("Filed: meaning not recorded"),
        IncomingState.READ: N_("Done"),
        IncomingState.DISCARDED: N_("Discarded"),
    },
    Nature: {
        Nature.REPLY: N_("Message from a person"),
        Nature.AUTOMATIC: N_("Automatic reply"),
        Nature.BOUNCE: N_("Delivery failure"),
        Nature.SCAN: N_("Scan"),
    },
    FoundBy: {
        FoundBy.ADDRESS: N_("The address to which it was sent"),
        FoundBy.THREAD: N_("The message that it answers"),
        FoundBy.SUBJECT: N_("The reference in its subject"),
        FoundBy.CODE: N_("The code on the page"),
        FoundBy.PERSON: N_("A person"),
    },
    AuditAction: ACTIONS,
    MessageKind: {
        MessageKind.REMINDER: N_("Reminder"),
        MessageKind.DIGEST: N_("Daily digest"),
        MessageKind.LETTER: N_("Letter to a public body"),
        MessageKind.CODE: N_("Code"),
        MessageKind.INVITATION: N_("Invitation"),
        MessageKind.ANCHOR: N_("Audit log checkpoint"),
        MessageKind.REPORT: N_("Monthly report"),
    },
    About: {
        About.ANSWER: N_("The answer of the public body"),
        About.ACKNOWLEDGEMENT: N_("The acknowledgement"),
        About.COMPLAINT: N_("The time limit for complaining or requesting a review"),
        About.FOLLOW_UP: N_("A request that waits without a time limit"),
    },
    Audience: {
        Audience.EVERYBODY: N_("Members and leads"),
        Audience.LEADS: N_("Leads only"),
        Audience.BODY: N_("The public body, by a letter that needs approval"),
    },
    LetterState: {
        LetterState.PROPOSED: N_("Proposed, awaiting approval"),
        LetterState.HELD: N_("Held: late when imported"),
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
        LineResult.ALREADY_THERE: N_("Unchanged"),
        LineResult.REPETITION: N_("Duplicate"),
        LineResult.REJECTED: N_("Rejected"),
    },
    JobState: {
        JobState.QUEUED: N_("Waiting for its turn"),
        JobState.RUNNING: N_("Under way"),
        JobState.DONE: N_("Done"),
        JobState.FAILED: N_("Failed"),
        JobState.CANCELLED: N_("Cancelled"),
    },
    MessageChannel: {
        MessageChannel.EMAIL: N_("Email"),
        MessageChannel.TELEGRAM: N_("Telegram"),
        MessageChannel.SMS: N_("Text message"),
    },
    AddressHealth: {
        AddressHealth.GOOD: N_("Working"),
        AddressHealth.SUSPECT: N_("Failing"),
        AddressHealth.DISABLED: N_("Switched off"),
    },
    MessageState: {
        MessageState.GATHERING: N_("Collecting"),
        MessageState.QUEUED: N_("Queued"),
        MessageState.CLAIMED: N_("Preparing"),
        MessageState.HANDED: N_("Sending"),
        MessageState.ACCEPTED: N_("Sent"),
        MessageState.DEFERRED: N_("Will be retried"),
        MessageState.FAILED: N_("Failed"),
        MessageState.UNKNOWN: N_("Delivery unknown"),
        MessageState.KEPT: N_("Held, not sent"),
        MessageState.DROPPED: N_("Cancelled, not sent"),
    },
    RunKind: {
        RunKind.BACKUP: N_("Backup"),
        RunKind.DRILL: N_("Restore drill of the latest backup"),
    },
}

CORRECTABLE: Mapping[str, tuple[str, type]] = {
    "title": (N_("Title"), str),
    "question": (N_("Information requested"), str),
    "topic": (N_("Topic"), TopicRow),
    "channel": (N_("Sent by"), Channel),
    "urgent": (N_("urgent"), bool),
    "body_code": (N_("Public body"), str),
    "duplicate_of": (N_("Duplicate of another request"), bool),
    "merged": (N_("Kept in place of a duplicate"), bool),
}
"""What a correction may change of a request, and of which request another is a duplicate: the words for it, and what its values are."""


REASONS: Mapping[str, str] = {
    "agreement": N_("Agreed with the requester"),
    "archived_records": N_("Records are in an archive"),
    "consultation": N_("Others must be consulted"),
    "large_request": N_("Very many records"),
    "public_interest": N_("Weighing the public interest"),
    "several_units": N_("Several units or authorities are involved"),
    "third_party": N_("A third party is concerned"),
    "unusual_circumstances": N_("Unusual circumstances"),
}
"""The words for the reasons of extensions as the statutes that are shipped call them."""


def label(member: StrEnum) -> str:
    """The message id of a member."""
    return LABELS[type(member)][member]

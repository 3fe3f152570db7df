"""The words for the members of our enumerations, as message ids."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from rti.accounts.policy import Role
from rti.bodies.kinds import AreaLevel, BodyKind
from rti.correspondence.kinds import MessageState
from rti.law.deadlines import ClockState
from rti.law.events import EventKind, Outcome
from rti.law.rules import ClockKind
from rti.law.status import RequestStatus
from rti.law.statutes import StatuteStatus
from rti.law.steps import EVENTS, N_
from rti.requests.kinds import Channel, Topic

LABELS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    EventKind: EVENTS,
    Role: {
        Role.CBO_MEMBER: N_("CBO member"),
        Role.CBO_LEAD: N_("CBO lead"),
        Role.STAFF: N_("Campaign staff"),
        Role.WORKING_GROUP: N_("Working group"),
        Role.ADMINISTRATOR: N_("Administrator"),
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
    },
    ClockState: {
        ClockState.RUNNING: N_("Running"),
        ClockState.MET: N_("Done"),
        ClockState.PAUSED: N_("Paused"),
        ClockState.WAITING: N_("Has not begun"),
        ClockState.ENDED: N_("Ended"),
    },
    StatuteStatus: {
        StatuteStatus.IN_FORCE: N_("In force"),
        StatuteStatus.DRAFT: N_("Draft, not in force"),
        StatuteStatus.STANDARD: N_("Standard of a campaign"),
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
}


def label(member: StrEnum) -> str:
    """The message id of a member."""
    return LABELS[type(member)][member]

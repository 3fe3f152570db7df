"""The steps a requester can take: their words, how they are taken, and the events that record them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from rti.law.events import EventKind
from rti.law.explanations import N_


class NextStep(StrEnum):
    """Something that can be done."""

    HAND_OVER = "hand_over"
    RECORD_REFUSAL = "record_refusal"
    GET_RECEIPT = "get_receipt"
    WAIT = "wait"
    PAY = "pay"
    CLARIFY = "clarify"
    REMIND = "remind"
    OBJECT = "object"
    COMPLAIN = "complain"
    APPEAL = "appeal"
    FILE_AGAIN = "file_again"
    FILE_ANEW = "file_anew"


NEXT_STEPS: Final[Mapping[NextStep, str]] = {
    NextStep.HAND_OVER: N_("Print the letter and hand it over"),
    NextStep.RECORD_REFUSAL: N_("Write down that the letter was refused, with a witness"),
    NextStep.GET_RECEIPT: N_("Ask for a receipt, and record the day received"),
    NextStep.WAIT: N_("Wait for the answer"),
    NextStep.PAY: N_("Pay the fee, and record it"),
    NextStep.CLARIFY: N_("Answer what the body asked, and record it"),
    NextStep.REMIND: N_("Send a reminder"),
    NextStep.OBJECT: N_("Object to the answer"),
    NextStep.COMPLAIN: N_("Complain to the authority above the body"),
    NextStep.APPEAL: N_("Make the last appeal"),
    NextStep.FILE_AGAIN: N_("Ask the same again, in a new request"),
    NextStep.FILE_ANEW: N_("Ask the body that has the information"),
}


@dataclass(frozen=True, slots=True)
class Way:
    """How a step is taken, in plain words, and the events by which it is recorded, the likeliest first."""

    words: str
    events: tuple[EventKind, ...] = ()


WAYS: Final[Mapping[NextStep, Way]] = MappingProxyType(
    {
        NextStep.HAND_OVER: Way(
            N_("Print the letter, take it to the public body, and ask for a receipt. Then say so here."),
            (
                EventKind.SUBMITTED,
                EventKind.RECEIVED,
                EventKind.REFUSED_AT_COUNTER,
                EventKind.UNABLE_TO_SUBMIT,
            ),
        ),
        NextStep.RECORD_REFUSAL: Way(
            N_(
                "They did not take the letter. Write down who refused and why, then send it by post or "
                "hand it in again with a witness, and ask campaign staff for help."
            ),
            (EventKind.SUBMITTED, EventKind.RECEIVED, EventKind.WITHDRAWN),
        ),
        NextStep.GET_RECEIPT: Way(
            N_("Ask for a receipt or a stamp: only from then on does the time for an answer run."),
            (EventKind.RECEIVED, EventKind.REFUSED_AT_COUNTER, EventKind.ANSWERED),
        ),
        NextStep.WAIT: Way(
            N_(
                "Wait until the day on which the answer is due. If none has come by then, ask again in writing."
            ),
            (EventKind.ANSWERED, EventKind.EXTENDED, EventKind.TRANSFERRED),
        ),
        NextStep.PAY: Way(
            N_("The time limit is paused until the fee is paid. Keep the receipt."), (EventKind.FEE_PAID,)
        ),
        NextStep.CLARIFY: Way(
            N_("The time limit is paused until you do what they asked for. Do it, and record it."),
            (EventKind.CLARIFICATION_GIVEN, EventKind.ANSWERED),
        ),
        NextStep.REMIND: Way(
            N_("No answer came in time. Ask again in writing, or record what they answered."),
            (EventKind.ANSWERED, EventKind.EXTENDED, EventKind.TRANSFERRED),
        ),
        NextStep.OBJECT: Way(
            N_(
                "If something is missing or refused, ask them in writing to look at it again, and to give the reasons."
            ),
            (EventKind.REVIEW_REQUESTED,),
        ),
        NextStep.COMPLAIN: Way(
            N_("Write to the office above them, with a copy of your request and of what they answered."),
            (EventKind.COMPLAINT_FILED,),
        ),
        NextStep.APPEAL: Way(
            N_("Write to the authority that decides last, with copies of the whole correspondence."),
            (EventKind.APPEAL_FILED,),
        ),
        NextStep.FILE_AGAIN: Way(
            N_(
                "A request that was refused may be made again. Say more precisely what you ask for, or answer their reasons."
            )
        ),
        NextStep.FILE_ANEW: Way(N_("Find the body that has the information, and put your question to it.")),
    }
)
IN_OUR_WORDS: Final[Mapping[EventKind, str]] = MappingProxyType(
    {
        EventKind.SUBMITTED: N_("I handed it over"),
        EventKind.RECEIVED: N_("They gave me a receipt"),
        EventKind.REFUSED_AT_COUNTER: N_("They refused to take it"),
        EventKind.UNABLE_TO_SUBMIT: N_("Nobody was there to take it"),
        EventKind.ANSWERED: N_("They answered"),
        EventKind.EXTENDED: N_("They need more time"),
        EventKind.TRANSFERRED: N_("They passed it on"),
        EventKind.CLARIFICATION_GIVEN: N_("We explained what we want"),
        EventKind.FEE_PAID: N_("We paid the fee"),
        EventKind.REVIEW_REQUESTED: N_("We asked for a review"),
        EventKind.COMPLAINT_FILED: N_("We complained"),
        EventKind.WITHDRAWN: N_("We take the request back"),
    }
)
"""Events in a volunteer's words; others are called by their name."""

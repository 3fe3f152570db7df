"""What somebody does next with a request, by where it stands: the words, the letter, and the events that are likely to come. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from rti.law.events import EventKind
from rti.law.explanations import N_
from rti.law.next_steps import NextStep
from rti.law.status import RequestStatus, overdue_on
from rti.requests.shown import AnyRequest


@dataclass(frozen=True, slots=True)
class LikelyNext:
    """What to do in plain words, which events it is recorded by, the likeliest first, and what is written for it."""

    words: str
    events: Sequence[EventKind]
    paper: NextStep | None = None

    @property
    def said(self) -> Sequence[tuple[EventKind, str]]:
        """The events, each with how a volunteer says it; empty where it goes by its name."""
        return [(kind, IN_OUR_WORDS.get(kind, "")) for kind in self.events]


def likely_next(request: AnyRequest, today: date) -> LikelyNext:
    """What comes next on a day: while an answer is awaited, that depends on whether its time is over."""
    late = overdue_on(request.due_on, request.met_on, request.ended_on, today)
    return LATE if late and request.status is RequestStatus.OPEN else LIKELY_NEXT[request.status]


LATE = LikelyNext(
    N_("No answer came in time. Ask again in writing, or record what they answered."),
    (EventKind.ANSWERED, EventKind.EXTENDED, EventKind.TRANSFERRED),
    NextStep.REMIND,
)
LIKELY_NEXT: Mapping[RequestStatus, LikelyNext] = MappingProxyType(
    {
        RequestStatus.DRAFT: LikelyNext(
            N_("Print the letter, take it to the public body, and ask for a receipt. Then say so here."),
            (EventKind.SUBMITTED, EventKind.RECEIVED, EventKind.REFUSED_AT_COUNTER),
            NextStep.HAND_OVER,
        ),
        RequestStatus.SUBMITTED: LikelyNext(
            N_("Ask for a receipt or a stamp: only from then on does the time for an answer run."),
            (EventKind.RECEIVED, EventKind.REFUSED_AT_COUNTER, EventKind.ANSWERED),
        ),
        RequestStatus.NOT_SUBMITTED: LikelyNext(
            N_(
                "They did not take the letter. Write down who refused and why, then send it by post or "
                "hand it in again with a witness, and ask campaign staff for help."
            ),
            (EventKind.SUBMITTED, EventKind.RECEIVED, EventKind.WITHDRAWN),
            NextStep.RECORD_REFUSAL,
        ),
        RequestStatus.OPEN: LikelyNext(
            N_(
                "Wait until the day on which the answer is due. If none has come by then, ask again in writing."
            ),
            (EventKind.ANSWERED, EventKind.EXTENDED, EventKind.TRANSFERRED),
        ),
        RequestStatus.PAUSED: LikelyNext(
            N_("The time stands still until you do what they asked for. Do it, and record it."),
            (EventKind.CLARIFICATION_GIVEN, EventKind.FEE_PAID, EventKind.ANSWERED),
        ),
        RequestStatus.ANSWERED: LikelyNext(
            N_("Read the answer. If something is missing or refused, you may ask for a review or complain."),
            (EventKind.REVIEW_REQUESTED, EventKind.COMPLAINT_FILED),
        ),
        RequestStatus.WITHDRAWN: LikelyNext(N_("Nothing more is to be done for this request."), ()),
    }
)
IN_OUR_WORDS: Mapping[EventKind, str] = MappingProxyType(
    {
        EventKind.SUBMITTED: N_("I handed it over"),
        EventKind.RECEIVED: N_("They gave me a receipt"),
        EventKind.REFUSED_AT_COUNTER: N_("They refused to take it"),
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
"""How a volunteer says what happened; others go by the name of the event."""

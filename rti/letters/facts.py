"""What a letter can say about a request, in its language: sentences no more certain than the law."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from rti.core import i18n
from rti.core.i18n import Language
from rti.law.events import effective
from rti.law.rules import ClockKind
from rti.law.statutes import Statute
from rti.models.bodies import PublicBodyRow
from rti.models.campaigns import CampaignRow
from rti.models.cbos import CboRow
from rti.models.letters import LetterKind
from rti.models.requests import Filing, RequestRow
from rti.requests.projection import to_law
from rti.requests.queries import events_of

_REMEDIES: Mapping[LetterKind, tuple[ClockKind, ...]] = {
    LetterKind.OBJECTION: (ClockKind.REVIEW_FILING, ClockKind.REVIEW),
    LetterKind.COMPLAINT: (ClockKind.COMPLAINT_FILING, ClockKind.COMPLAINT, ClockKind.REVIEW_FILING),
}
"""The clocks of a statute for a letter of this kind; the first one that exists counts."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts in a letter: what the body needs to find the request, and no person.

    `passed_on_on` is the day on which another body passed the request on to this one, if one did. `statute` is
    None where no law in force gives the date; the letter then claims none.
    """

    title: str
    question: str
    reference: str
    body: str
    sender: str
    handed_over_on: date | None
    passed_on_on: date | None
    due_on: date | None
    statute: Statute | None

    def variables(self, kind: LetterKind, language: Language, today: date) -> Mapping[str, str]:
        """The value of each of `texts.VARIABLES`."""
        return {
            "title": " ".join(self.title.split()),
            "question": self.question or self.title,
            "reference": self.reference,
            "body": self.body,
            "sender": self.sender,
            "asked": self.asked(language),
            "expected": self.expected(language),
            "remedy": self.remedy(kind, language),
            "today": i18n.show_date(today, language),
        }

    def asked(self, language: Language) -> str:
        """The day on which the request reached the body."""
        _, about = i18n.translator(language), {"title": self.title, "reference": self.reference}
        if self.passed_on_on:
            said = _(
                "On {day} our request for information was passed on to you: {title}. Our reference is {reference}."
            )
            return said.format(day=i18n.show_date(self.passed_on_on, language), **about)
        if self.handed_over_on is None:
            said = _(
                "We have asked you for the following information: {title}. Our reference is {reference}."
            )
            return said.format(**about)
        said = _("On {day} we submitted a request for information: {title}. Our reference is {reference}.")
        return said.format(day=i18n.show_date(self.handed_over_on, language), **about)

    def expected(self, language: Language) -> str:
        """The day an answer was due, and the law if one is in force."""
        if self.due_on is None:
            return ""
        _, due = i18n.translator(language), i18n.show_date(self.due_on, language)
        if self.statute:
            said = _("Under {statute}, the time limit for this ended on {due}.")
            return said.format(statute=_name(self.statute, language), due=due)
        return _("We had hoped for it by {due}.").format(due=due)

    def remedy(self, kind: LetterKind, language: Language) -> str:
        """The section of a law in force under which this letter is written; empty if there is none."""
        clocks = [self.statute.clock(each) for each in _REMEDIES.get(kind, ())] if self.statute else []
        section = next((clock.section for clock in clocks if clock and clock.section), None)
        if self.statute is None or section is None:
            return ""
        _ = i18n.translator(language)
        said = _("This letter is written under {section} of {statute}.")
        return said.format(section=section, statute=_name(self.statute, language))


def _name(statute: Statute, language: Language) -> str:
    return statute.name.km if language is Language.KM else statute.name.en


def signed_by(request: RequestRow, cbo: CboRow, campaign: CampaignRow | None, language: Language) -> str:
    """The signer: the organisation, or the campaign if the request is filed through it or sealed."""
    named = cbo if request.filing is Filing.ITSELF else campaign
    if named is None:
        return i18n.translator(language)("A community-based organisation")
    return named.name_km if language is Language.KM else named.name_en


async def facts_of(
    session: AsyncSession,
    request: RequestRow,
    *,
    body: PublicBodyRow,
    sender: str,
    due_on: date | None,
    statute: Statute,
    language: Language,
) -> Facts:
    """The facts of a request; `due_on` is the day of the clock that the letter is about."""
    return Facts(
        title=request.title,
        question=request.question,
        reference=request.reference,
        body=body.name_km if language is Language.KM else body.name_en,
        sender=sender,
        handed_over_on=request.submitted_on or request.received_on,
        passed_on_on=await _passed_on(session, request),
        due_on=due_on,
        statute=statute if request.binding else None,
    )


async def _passed_on(session: AsyncSession, request: RequestRow) -> date | None:
    """The day on which the request came to this body from another one."""
    if request.body_id == request.first_body_id:
        return None
    standing = effective([to_law(event) for event in await events_of(session, request.id)])
    days = [event.on for event in standing if event.to_body]
    return days[-1] if days else None

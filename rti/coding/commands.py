"""Commands about questions and readings."""

from typing import Annotated
from uuid import UUID

import msgspec

from rti.core.validation import Code, Paragraphs, ShortText
from rti.law.bilingual import BilingualName
from rti.models.coding import Verdict

MOST_PAGES = 2_000


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question of a campaign; `values` are the codes among which its answer is coded, none where that is a number or word."""

    code: Code
    en: ShortText
    km: ShortText
    values: tuple[Code, ...] = ()

    def named(self) -> BilingualName:
        return BilingualName(en=self.en, km=self.km)


class SaveQuestions(msgspec.Struct, frozen=True, kw_only=True):
    """All questions of a campaign, in their order."""

    items: list[Question]


class SaveQuestionsText(msgspec.Struct, frozen=True, kw_only=True):
    """The same as lines: code | English | Khmer | values separated by commas, which may be left out."""

    lines: Paragraphs


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer says to a question, with its coded value and the page of the scan where it stands."""

    question: Code
    verdict: Verdict
    value: Code | None = None
    page: Annotated[int, msgspec.Meta(ge=1, le=MOST_PAGES)] | None = None


class RecordReading(msgspec.Struct, frozen=True, kw_only=True):
    """A reading: findings for each question, or for the third reader only those on which the two differ."""

    found: list[Found]


class ReadingFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Whose answers to read: those to requests of a campaign; `after` is the mark of the page before."""

    campaign_id: UUID | None = None
    after: ShortText = ""

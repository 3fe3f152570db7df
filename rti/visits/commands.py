"""Commands about checklists and visits."""

from datetime import date
from uuid import UUID

import msgspec

from rti.core.validation import Code, Paragraphs, ShortText
from rti.law.bilingual import BilingualName
from rti.models.visits import Finding, Subject


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a body should publish; the same `code` in another version is the same item."""

    code: Code
    subject: Subject
    en: ShortText
    km: ShortText

    def named(self) -> BilingualName:
        return BilingualName(en=self.en, km=self.km)


class SaveChecklist(msgspec.Struct, frozen=True, kw_only=True):
    """All items of a list, in their order; none for the list that is shipped."""

    items: list[Item]


class SaveChecklistText(msgspec.Struct, frozen=True, kw_only=True):
    """The same as lines: code | subject | English | Khmer."""

    lines: Paragraphs = ""


class RecordVisit(msgspec.Struct, frozen=True, kw_only=True):
    """What was found at a body, by the code of each item of the checklist."""

    campaign_id: UUID
    body_id: UUID
    visited_on: date
    findings: dict[str, Finding]


class VisitFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which visits to list; `after` is the mark of the page before."""

    campaign_id: UUID | None = None
    body_id: UUID | None = None
    after: ShortText = ""

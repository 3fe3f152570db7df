"""A dossier on paper: its first pages, a title page for each annex, and the annexes themselves, in one PDF."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from rti.core import i18n
from rti.core.i18n import Language, Translate
from rti.dossiers.record import Annex, Dossier, Entry, Limit, Missing, Record
from rti.files.typesetting import merged, pages_of, pdf, picture_page
from rti.labels import label
from rti.law.explanations import N_, step_from_data

LAYOUT: Final = (Path(__file__).parent / "layout.typ").read_text("utf-8")
TITLES: Final = (Path(__file__).parent / "titles.typ").read_text("utf-8")
"""A page for each annex."""
_MISSING: Final[Mapping[Missing, str]] = {
    Missing.ORIGINAL_ONLY: N_("Not included: there is only the original, which can contain hidden details"),
    Missing.ALTERED: N_("Not included: the stored file is missing or altered"),
    Missing.QUARANTINED: N_("Not included: the virus scanner found malware"),
    Missing.REDACTED: N_("Not included: parts of what came with it are redacted"),
}


async def paper_of(dossier: Dossier, language: Language, zone: str) -> bytes:
    """The PDF; files that are neither picture nor PDF are only listed in it."""
    writer = _Writer(language, zone)
    first = await pdf(LAYOUT, writer.record(dossier.record))
    annexes = dossier.record.annexes
    if not annexes:
        return first
    titles = await pdf(TITLES, {"language": language.value, "annexes": [*map(writer.annex, annexes)]})
    return await asyncio.to_thread(lambda: merged(_in_order(first, titles, dossier)))


def _in_order(first: bytes, titles: bytes, dossier: Dossier) -> Iterator[bytes]:
    yield first
    for title, annex in zip(pages_of(titles), dossier.record.annexes, strict=True):
        yield title
        found = dossier.files.get(annex.file or "")
        if found and found.media_type == "application/pdf":
            yield found.content
        elif found and found.media_type.startswith("image/"):
            yield picture_page(found.content)


class _Writer:
    """Values in the words of one language, as `layout.typ` and `titles.typ` take them."""

    def __init__(self, language: Language, zone: str) -> None:
        self._language, self._zone = language, zone
        self._translate: Translate = i18n.translator(language)

    def _word(self, member: StrEnum) -> str:
        return self._translate(label(member))

    def record(self, record: Record) -> Mapping[str, Any]:
        _ = self._translate
        return {
            "language": self._language.value,
            "title": _("Record of a request for information"),
            "reference": record.reference,
            "facts": [[name, text] for name, text in self._facts(record) if text],
            "question": [_("Information requested"), record.question],
            "happened": _("What happened"),
            "happened_columns": [_("Day"), _("What"), _("Annexes")],
            "events": [self._entry(each) for each in record.events],
            "dates": _("How the dates are calculated"),
            "limits": [self._limit(each) for each in record.limits],
            "annexes_title": _("Annexes"),
            "annexes": [self.annex(each) for each in record.annexes],
            "corrected": _("corrected"),
            "foot": _("Made on {moment}").format(
                moment=i18n.show_moment(record.made_at, self._language, self._zone)
            ),
        }

    def _facts(self, record: Record) -> Sequence[tuple[str, str]]:
        _, who, lang = self._translate, record.asker, self._language
        law = f"{record.law.name.in_language(lang)} ({self._word(record.law.status)})"
        return [
            (_("Title"), record.title),
            (_("Public body"), record.body.in_language(lang)),
            (_("First sent to"), record.first_body.in_language(lang) if record.first_body else ""),
            (_("Filed by"), (who.organisation if who else record.sender).in_language(lang)),
            (
                _("Requester"),
                ", ".join(each for each in (who.name, who.phone, who.address) if each) if who else "",
            ),
            (_("Sent by"), self._word(record.channel)),
            (_("Handed over on"), self._day(record.submitted_on)),
            (_("Received on"), self._day(record.received_on)),
            (_("Answered on"), self._day(record.answered_on)),
            (_("Status"), self._word(record.status)),
            (_("Outcome"), self._word(record.outcome) if record.outcome else ""),
            (_("Law, draft or standard"), law),
        ]

    def _entry(self, entry: Entry) -> Mapping[str, Any]:
        _ = self._translate
        ground = [self._word(entry.ground)] if entry.ground else []
        said = [self._word(entry.outcome)] if entry.outcome else []
        said += [*ground, entry.section] if entry.section else ground
        to = [_("to {body}").format(body=entry.to_body.in_language(self._language))] if entry.to_body else []
        recorded = i18n.show_moment(entry.recorded_at, self._language, self._zone)
        return {
            "day": self._day(entry.day),
            "kind": ", ".join(map(self._word, filter(None, (entry.kind, entry.medium)))),
            "lines": [line for line in (", ".join(said), *to, entry.note or "") if line],
            "recorded": _("Recorded on {moment}").format(moment=recorded),
            "corrected": entry.corrected,
            "annexes": ", ".join(map(str, entry.annexes)),
        }

    def _limit(self, limit: Limit) -> Mapping[str, Any]:
        _ = self._translate
        name = f"{self._word(limit.kind)}: {self._day(limit.due_on) or self._word(limit.state)}"
        steps = [step_from_data(each) for each in limit.steps]
        return {
            "name": name,
            "benchmark": "" if limit.binding else _("Benchmark, not a legal deadline"),
            "steps": [step.text(self._translate, self._day, self._language) for step in steps],
        }

    def annex(self, annex: Annex) -> Mapping[str, Any]:
        _ = self._translate
        return {
            "number": _("Annex {number}").format(number=annex.number),
            "what": self._word(annex.letter) if annex.letter else _("Document"),
            "day": self._day(annex.day),
            "digest": annex.sha256 or "",
            "redacted": _("Redacted: parts of it are hidden") if annex.redacted else "",
            "missing": self._translate(_MISSING[annex.missing]) if annex.missing else "",
        }

    def _day(self, day: date | None) -> str:
        return i18n.show_date(day, self._language) if day else ""

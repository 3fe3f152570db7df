"""The content of a letter: pure, from its words to the values of `layout.typ`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from rti.core.i18n import Language
from rti.core.lunar import khmer_digits, lunar_date, solar_khmer, weekday_khmer
from rti.files.typesetting import Document, qr_code
from rti.letters.addressing import Address
from rti.letters.texts import Text
from rti.models.letters import LetterKind

LAYOUT: Final = (Path(__file__).parent / "layout.typ").read_text("utf-8")
_BY_HAND: Final = "." * 40
"""Blanks to be filled in by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A letter before it is typeset. Besides the office only `sender` is named in it."""

    kind: LetterKind
    language: Language
    text: Text
    reference: str
    sender: str
    address: Address
    recipient: str
    day: date
    place: str = ""
    through: str = ""
    about: str = ""
    attachments: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()


_LABELS: Final[Mapping[Language, Mapping[str, str]]] = {
    Language.KM: {
        "kingdom": "ព្រះរាជាណាចក្រកម្ពុជា",
        "motto": "ជាតិ សាសនា ព្រះមហាក្សត្រ",
        "number": "លេខ៖",
        "through": "តាមរយៈ៖",
        "subject": "កម្មវត្ថុ៖",
        "about": "យោង៖",
        "signature": "ហត្ថលេខា ឬស្នាមមេដៃ",
        "copies": "ចម្លងជូន៖",
        "archive": "ឯកសារ-កាលប្បវត្តិ",
        "receipt": "បង្កាន់ដៃទទួលលិខិត",
        "stamp": "ត្រាស្ថាប័ន",
    },
    Language.EN: {
        "kingdom": "Kingdom of Cambodia",
        "motto": "Nation Religion King",
        "number": "No.:",
        "through": "Through:",
        "subject": "Subject:",
        "about": "Reference:",
        "signature": "Signature or thumbprint",
        "copies": "Copies to:",
        "archive": "Files",
        "receipt": "Receipt of a letter",
        "stamp": "Stamp of the office",
    },
}
_RECEIPT: Final = {
    Language.KM: ("ឈ្មោះអ្នកទទួល", "តួនាទី", "ថ្ងៃខែឆ្នាំ និងម៉ោងទទួល", "លេខចុះបញ្ជី"),
    Language.EN: ("Name of who received it", "Position", "Date and time received", "Registration number"),
}
_LINES: Final[Mapping[LetterKind, Mapping[Language, tuple[str, ...]]]] = {
    LetterKind.ORAL_REQUEST: {
        Language.KM: ("ឈ្មោះមន្ត្រីដែលបានសួរ", "តួនាទី", "ថ្ងៃខែឆ្នាំ ម៉ោង និងទីកន្លែង", "ចម្លើយដែលបានទទួល", "អ្នកកត់ត្រា"),
        Language.EN: (
            "Official who was asked",
            "Position",
            "Date, time and place",
            "Answer received",
            "Recorded by",
        ),
    },
    LetterKind.REFUSAL_RECORD: {
        Language.KM: (
            "ថ្ងៃខែឆ្នាំ និងម៉ោង",
            "ទីកន្លែង",
            "មន្ត្រីដែលបដិសេធ និងតួនាទី",
            "ហេតុផលដែលបានប្រាប់",
            "អ្នកយកលិខិតទៅ",
            "សាក្សី",
        ),
        Language.EN: (
            "Date and time",
            "Place",
            "Official who refused, and position",
            "Reason given",
            "Who brought the letter",
            "Witness",
        ),
    },
}
_ROWS: Final = range(1, 13)
_COLUMNS: Final = {
    Language.KM: ("ល.រ", "ឈ្មោះ", "ភេទ", "អាយុ", "ភូមិ", "ស្នាមមេដៃ"),
    Language.EN: ("No.", "Name", "Sex", "Age", "Village", "Thumbprint"),
}
_TO_AN_OFFICE: Final = frozenset(
    {LetterKind.REQUEST, LetterKind.REMINDER, LetterKind.OBJECTION, LetterKind.COMPLAINT}
)


def document_of(paper: Paper) -> Document:
    """A letter as `files.typesetting` takes it."""
    return LAYOUT, layout_values(paper)


def layout_values(paper: Paper) -> Mapping[str, Any]:
    """The input of `layout.typ`: texts and lists, without anything to look up."""
    return {**_parts(paper), "qr": qr_code(paper.reference) if paper.reference.isascii() else ""}


def _parts(paper: Paper) -> Mapping[str, Any]:
    """Every text in the letter."""
    language, to_office = paper.language, paper.kind in _TO_AN_OFFICE
    return {
        "language": language.value,
        "labels": _LABELS[language],
        "reference": paper.reference,
        "dates": _dates(paper),
        "sender": paper.sender,
        "relation": paper.address.relation(language) if to_office else "",
        "recipient": paper.recipient if to_office else "",
        "through": paper.through,
        "subject": paper.text.subject,
        "about": paper.about,
        "paragraphs": [each.split("\n") for each in paper.text.body.split("\n\n")],
        "attached": paper.address.attached(language),
        "attachments": paper.attachments,
        "courtesy": paper.address.courtesy(language) if to_office else "",
        "copies": paper.copies if to_office else (),
        "lines": _LINES.get(paper.kind, {}).get(language, ()),
        "columns": _COLUMNS[language] if paper.kind is LetterKind.THUMBPRINTS else (),
        "rows": [khmer_digits(row) if language is Language.KM else str(row) for row in _ROWS],
        "receipt": _RECEIPT[language] if to_office else (),
    }


def _dates(paper: Paper) -> list[str]:
    """Both dates of a letter: the lunar one, then the solar one with the place."""
    moon, place = lunar_date(paper.day), paper.place or _BY_HAND
    if paper.language is Language.KM:
        return [f"ថ្ងៃ{weekday_khmer(paper.day)} {moon.khmer()}", f"{place} {solar_khmer(paper.day)}"]
    return [moon.english(), f"{place} {paper.day.day} {paper.day:%B %Y}"]


def words_of(paper: Paper) -> str:
    """The same as plain text, which is stored beside the file."""
    values = _parts(paper)
    labels: Mapping[str, str] = values["labels"]
    head = [labels["kingdom"], labels["motto"], f"{labels['number']} {paper.reference}", *values["dates"]]
    to = [paper.sender, values["relation"], values["recipient"]]
    through = [f"{labels['through']} {paper.through}"] if paper.through else []
    about = [f"{labels['about']} {paper.about}"] if paper.about else []
    parts = [
        "\n".join(head),
        "\n".join(each for each in [*to, *through] if each),
        "\n".join([f"{labels['subject']} {paper.text.subject}", *about]),
        paper.text.body,
        "\n".join([values["attached"], *paper.attachments]) if paper.attachments else "",
        values["courtesy"],
        "\n".join([labels["copies"], *values["copies"]]) if values["copies"] else "",
    ]
    return "\n\n".join(each for each in parts if each) + "\n"

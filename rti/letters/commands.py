"""Commands about letters."""

import msgspec

from rti.core.i18n import Language
from rti.core.validation import Paragraphs, ShortText
from rti.law.steps import NextStep
from rti.models.letters import LetterKind
from rti.requests.commands import RequestFilter, lines_of


class WriteLetter(msgspec.Struct, frozen=True, kw_only=True):
    """Write a letter about a request; words that are left out are those of its kind.

    `attachments` and `copies` are one to a line. `place` is where it is signed, `recipient` whoever is written to
    where that is not the body, `through` the office by which it goes, `about` an earlier letter.
    """

    kind: LetterKind
    language: Language = Language.KM
    subject: ShortText = ""
    body: Paragraphs = ""
    place: ShortText = ""
    recipient: ShortText = ""
    through: ShortText = ""
    about: ShortText = ""
    attachments: Paragraphs = ""
    copies: Paragraphs = ""


class DraftLetter(msgspec.Struct, frozen=True, kw_only=True):
    """Which letter to begin with."""

    kind: LetterKind = LetterKind.REQUEST
    language: Language | None = None


class PrintLetters(RequestFilter, frozen=True, kw_only=True):
    """Write a letter about each request of a list and print them in one file.

    `leave_out` are references, one to a line.
    """

    kind: LetterKind = LetterKind.REQUEST
    language: Language = Language.KM
    leave_out: Paragraphs = ""

    @property
    def left_out(self) -> list[str]:
        return lines_of(self.leave_out)


class SaveLetterText(msgspec.Struct, frozen=True, kw_only=True):
    """Change the words of a kind of letter."""

    subject: ShortText
    body: Paragraphs


LETTER_FOR = {
    NextStep.HAND_OVER: LetterKind.REQUEST,
    NextStep.RECORD_REFUSAL: LetterKind.REFUSAL_RECORD,
    NextStep.REMIND: LetterKind.REMINDER,
    NextStep.OBJECT: LetterKind.OBJECTION,
    NextStep.COMPLAIN: LetterKind.COMPLAINT,
    NextStep.APPEAL: LetterKind.COMPLAINT,
}
"""The letter for a step."""

"""What a person asks for about letters, as values."""

import msgspec

from rti.core.i18n import Language
from rti.core.validation import Paragraphs, ShortText
from rti.law.next_steps import NextStep
from rti.models.letters import LetterKind
from rti.requests.commands import RequestFilter


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

    `leave_out` are references, one to a line, and so is `only`, for what was lost and is printed again.
    """

    kind: LetterKind = LetterKind.REQUEST
    language: Language = Language.KM
    leave_out: Paragraphs = ""
    only: Paragraphs = ""

    @property
    def left_out(self) -> list[str]:
        return _lines(self.leave_out)

    @property
    def lost(self) -> list[str]:
        return _lines(self.only)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class SaveLetterText(msgspec.Struct, frozen=True, kw_only=True):
    """The words of a kind of letter from now on."""

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
"""By which letter a step is taken."""

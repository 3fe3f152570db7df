"""Commands about batches."""

import re
from typing import Annotated
from uuid import UUID

import msgspec

from rti.core.validation import Paragraphs, plain_digits
from rti.models.bodies import BodyKind
from rti.models.requests import Filing
from rti.requests.commands import PlainFields

Codes = Annotated[str, msgspec.Meta(max_length=200_000)]
"""Codes separated by spaces, commas, semicolons or line breaks; Khmer digits are read."""


class FileBatch(PlainFields, frozen=True, kw_only=True):
    """Put a question of a campaign to all bodies for which everything holds that is chosen.

    `areas` are codes of provinces, districts and communes, `codes` those of bodies, former ones too. `foreseen` is how
    many requests whoever asks has seen that this files; another number is refused.
    """

    cbo_id: UUID | None = None
    filing: Filing = Filing.ITSELF
    in_target_areas: bool = False
    areas: Paragraphs = ""
    kind: BodyKind | None = None
    codes: Codes = ""
    foreseen: int | None = None

    @property
    def chooses(self) -> bool:
        """Whether any body is chosen."""
        return bool(self.in_target_areas or self.areas or self.kind or self.codes)


class NoteBatch(msgspec.Struct, frozen=True, kw_only=True):
    """What those should know who carry out a batch."""

    note: Paragraphs = ""


def codes_in(text: str) -> list[str]:
    """The codes of a text, each once."""
    return list(dict.fromkeys(filter(None, re.split(r"[\s,;]+", plain_digits(text)))))


def first_cells(text: str) -> list[str]:
    """The first cell of each line of a list or CSV file, but for the name of the column."""
    cells = [re.split(r"[,;\t|]", line)[0].strip(' "') for line in text.splitlines()]
    return cells[1:] if cells and cells[0].lower() in {"code", "body_code"} else cells

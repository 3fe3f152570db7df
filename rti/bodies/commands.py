"""Commands about public bodies, the same for a form, the JSON API and a CSV line."""

from datetime import date
from typing import Annotated

import msgspec

from rti.core.validation import AreaCode, Code, Email, Line, Paragraphs, ShortText
from rti.models.bodies import BodyKind


class SaveBody(msgspec.Struct, frozen=True, kw_only=True):
    """A public body; `area_code` is that of its province, district or commune (2, 4 or 6 digits).

    `note` is what one should know before one goes there; everybody who files reads it.
    """

    code: Code
    kind: BodyKind
    name_km: ShortText
    name_en: ShortText
    area_code: AreaCode | None = None
    address: Line = ""
    phone: Annotated[str, msgspec.Meta(max_length=60)] = ""
    email: Email | None = None
    note: Paragraphs = ""


class RenameBody(msgspec.Struct, frozen=True, kw_only=True):
    """Another name from a day on; the code may change with it."""

    code: Code
    name_km: ShortText
    name_en: ShortText
    renamed_on: date


class CloseBody(msgspec.Struct, frozen=True, kw_only=True):
    """The last day on which a body can be asked; without a day it is open again."""

    closed_on: date | None = None


class MergeBody(msgspec.Struct, frozen=True, kw_only=True):
    """The code of the body that is kept."""

    into: Code

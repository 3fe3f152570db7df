"""What a person asks of the directory: the same for a form, the JSON API and a CSV line."""

from typing import Annotated

import msgspec

from rti.core.validation import AreaCode, Code, Email, Line, ShortText
from rti.models.bodies import BodyKind


class SaveBody(msgspec.Struct, frozen=True, kw_only=True):
    """A public body; `area_code` is that of its province, district or commune (2, 4 or 6 digits)."""

    code: Code
    kind: BodyKind
    name_km: ShortText
    name_en: ShortText
    area_code: AreaCode | None = None
    address: Line = ""
    phone: Annotated[str, msgspec.Meta(max_length=60)] = ""
    email: Email | None = None

"""Commands about campaigns."""

from datetime import date

import msgspec

from rti.core.validation import Code, LimitText, ShortText


class SaveCampaign(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign; its requests are assessed under a stored statute or a limit that it declares itself."""

    code: Code
    name_km: ShortText
    name_en: ShortText
    statute_id: Code | None = None
    limit: LimitText | None = None
    starts_on: date
    ends_on: date | None = None


class MarkAreas(msgspec.Struct, frozen=True, kw_only=True):
    """All target areas of a campaign: codes of provinces (2 digits) and districts (4 digits)."""

    areas: list[Code]

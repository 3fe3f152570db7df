"""What a person asks about organisations: the same for a form, the JSON API and a CSV line."""

import msgspec

from rti.intake import Code, Name


class SetSending(msgspec.Struct, frozen=True, kw_only=True):
    """Whether anything may leave for the people of an organisation."""

    sends_messages: bool = False


class SaveCbo(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation; both names, so that it can be shown in either language. Nothing about persons."""

    code: Code
    name_km: Name
    name_en: Name
    area_code: Code | None = None

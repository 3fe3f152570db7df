"""Commands about organisations, the same for a form, the JSON API and a CSV line."""

import msgspec

from rti.core.validation import AreaCode, Code, Line, ShortText
from rti.models.cbos import CboKind


class SetSending(msgspec.Struct, frozen=True, kw_only=True):
    """Whether messages may be sent to the people of an organisation."""

    sends_messages: bool = False


class SaveCbo(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation; both names, so that it can be shown in either language. Nothing about persons.

    `mapped` is whether a mapping found it, `target` whether the programme aims at it.
    """

    code: Code
    name_km: ShortText
    name_en: ShortText
    area_code: AreaCode | None = None
    kind: CboKind | None = None
    mapped: bool = False
    target: bool = False


class CboFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which organisations to list; `q` is part of a name or code, `after` is the mark of the page before, `before` that
    of the page behind.

    `province` is one by its code, `target` are those at which the programme aims.
    """

    q: ShortText = ""
    province: Code | None = None
    target: bool = False
    after: ShortText = ""
    before: ShortText = ""


class LockCbo(msgspec.Struct, frozen=True, kw_only=True):
    """Lock an organisation at once; `sure` prevents an empty form from doing it."""

    sure: bool


class UnlockCbo(msgspec.Struct, frozen=True, kw_only=True):
    """Let its people in again, and say why that is safe."""

    reason: Line


class ShredCbo(msgspec.Struct, frozen=True, kw_only=True):
    """Destroy the keys of an organisation; `code` is typed as confirmation, because this cannot be undone."""

    code: Code

"""Commands about topics."""

import re
from typing import Annotated

import msgspec

from rti.core.errors import say
from rti.core.validation import InvalidValue, ShortText, reads


def _code(text: str) -> str:
    if not re.fullmatch("[a-z0-9_]+", text):
        raise InvalidValue(say("Use small letters, digits and _, for example clean_water"))
    return text


TopicCode = Annotated[str, reads(_code, max_length=40)]


class SaveTopic(msgspec.Struct, frozen=True, kw_only=True):
    """The names of a topic, its `place` in lists, and whether it is retired."""

    name_km: ShortText
    name_en: ShortText
    place: Annotated[int, msgspec.Meta(ge=0, le=9_999)] = 500
    retired: bool = False


class AddTopic(SaveTopic, frozen=True, kw_only=True):
    """A topic with its code, which stays as it is."""

    code: TopicCode

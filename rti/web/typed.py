"""What somebody typed into a form after the session had ended: kept across signing in, and shown again.

It is sealed for the person of that session and the address of the form, and kept nowhere but on the page itself.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request

from rti.accounts import personal_encryption
from rti.core.cipher import Unreadable

MOST_TYPED = 200_000
"""Letters that are carried."""


class Typed(msgspec.Struct, frozen=True):
    """The texts of a form, and the names of its fields that held files."""

    values: dict[str, str]
    files: list[str]


def seal(path: str, person_id: UUID, secret: str, values: Mapping[str, str], files: list[str]) -> str:
    """The address of a form and what was typed there, without passwords; empty where there is nothing to carry."""
    typed = {name: value for name, value in values.items() if "password" not in name}
    if not typed or sum(map(len, typed.values())) > MOST_TYPED:
        return ""
    plain = msgspec.json.encode(Typed(typed, files))
    sealed = personal_encryption.encrypt(secret, f"typed {path}", person_id, plain)
    return f"{path} {base64.urlsafe_b64encode(sealed).decode()}"


def opened(request: Request[Any, Any, Any], carried: str, secret: str) -> Typed | None:
    """What this very person typed into the form at this address, if that is what is carried."""
    path, _, sealed = carried.partition(" ")
    if path != request.url.path or request.user is None:
        return None
    try:
        encrypted = base64.urlsafe_b64decode(sealed)
        plain = personal_encryption.decrypt(secret, f"typed {path}", request.user.id, encrypted)
    except (Unreadable, binascii.Error, ValueError):
        return Typed({}, [])
    return msgspec.json.decode(plain, type=Typed)

"""What a person asks of the accounts."""

from typing import Annotated

import msgspec


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """Who somebody says to be."""

    email: Annotated[str, msgspec.Meta(max_length=254)]
    password: Annotated[str, msgspec.Meta(max_length=256)]

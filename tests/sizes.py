"""How much of everything the long tests do: small in `make test`, full in `make torture`."""

import os

FULL = os.environ.get("TEST_SIZE") == "full"


def size(small: int, full: int) -> int:
    return full if FULL else small

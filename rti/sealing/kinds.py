"""What can become of a data key."""

from enum import StrEnum


class KeyState(StrEnum):
    """CURRENT seals and opens, OLD only opens until its cells are sealed anew, DESTROYED is gone for ever."""

    CURRENT = "current"
    OLD = "old"
    DESTROYED = "destroyed"

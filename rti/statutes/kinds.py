"""How a person may choose to count."""

from enum import StrEnum


class RollChoice(StrEnum):
    """What a last day on a day off does."""

    NONE = "none"
    FORWARD = "forward"

"""What can be done to keep an organisation safe."""

from enum import StrEnum


class SafetyStep(StrEnum):
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    SHRED_ASKED = "shred_asked"
    SHREDDED = "shredded"

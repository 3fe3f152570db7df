"""What the processes that read the files of strangers answer, apart from what they read them with."""

import msgspec

MOST_PIXELS = 40_000_000
"""Of all frames of a picture together, as cameras of telephones have them."""
MOST_PAGES = 60
TOO_MANY_PIXELS, SEVERAL_SHEETS, TOO_MANY_PAGES = 3, 3, 4
"""Exit statuses, each of one process."""


class TooManyPixels(Exception):
    """More than `MOST_PIXELS`, by what the picture says of itself: nothing was unpacked yet."""


class Page(msgspec.Struct, frozen=True):
    """A page of scans as a file, and the text of its code; empty where none can be read."""

    code: str
    content: bytes

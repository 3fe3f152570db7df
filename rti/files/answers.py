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


class Mark(msgspec.Struct, frozen=True):
    """What is hidden of a page, which is counted from 1: a box, or without one the whole page.

    A box is left, top, right and bottom, in percent of the page as it is shown.
    """

    page: int
    box: tuple[float, float, float, float] | None = None


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be found and hidden in a text: words in any case, however they are broken, and telephone numbers."""

    words: tuple[str, ...] = ()
    phones: bool = False


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What the redactor is given: the copy without metadata, what to hide, and for a picture of it the page."""

    media_type: str
    content: bytes
    marks: tuple[Mark, ...] = ()
    rule: Rule = Rule()
    page: int = 1


class Hits(msgspec.Struct, frozen=True, kw_only=True):
    """Where a rule hits; on pages that are not `readable` there is no text to look in."""

    pages: int
    readable: tuple[int, ...]
    marks: tuple[Mark, ...]

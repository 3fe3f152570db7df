"""The results of the processes that read strangers' files, without the libraries that read them."""

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
    """What is hidden on a page, counted from 1: a box, or without one the whole page.

    A box is left, top, right and bottom, in percent of the page as it is shown.
    """

    page: int
    box: tuple[float, float, float, float] | None = None


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be found and hidden in a text: words in any case, however they are broken, and telephone numbers."""

    words: tuple[str, ...] = ()
    phones: bool = False


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """The input of the redactor: the copy without metadata, what to hide, and the page if a picture is wanted."""

    media_type: str
    content: bytes
    marks: tuple[Mark, ...] = ()
    rule: Rule = Rule()
    page: int = 1


class Hits(msgspec.Struct, frozen=True, kw_only=True):
    """The matches of a rule; pages that are not `readable` have no text to search."""

    pages: int
    readable: tuple[int, ...]
    marks: tuple[Mark, ...]

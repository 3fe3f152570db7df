"""Reading other people's CSV files: bytes in, numbered lines out, without guesses that could be wrong.

UTF-8 (with or without byte order mark) or UTF-16 with one; cells separated by , ; tab or |. Titles and a
line such as "sep=;" may stand above the header. The file is read as a stream. A fault of one line is reported for that line; one that makes later lines uncertain,
such as a quotation mark that is never closed, refuses the file.
"""

import codecs
import csv
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import TextIOWrapper
from itertools import chain
from typing import BinaryIO

from rti.core.errors import Message, invalid, say
from rti.core.folding import fold

LARGEST_FILE = 50_000_000
"""Bytes of a file on the command line; over the web it is the largest body of a message."""
DELIMITERS = ",;\t|"
_LONGEST_HEADER = 100_000
_BETWEEN = re.compile(r"[\s_-]+")
_HEADER_WITHIN = 40
"""Lines; a header can be many lines long where its names hold line breaks."""
_LONGEST_SHOWN = 300
_NOTHING = frozenset({"-", "--", "–", "—", "n/a", "n.a.", "#n/a"})
AS_CSV = say("Open it in a spreadsheet program and save the sheet as “CSV UTF-8”")
_OTHER_KINDS = {
    b"PK\x03\x04": say(
        "This is an ODS spreadsheet or another packed file, not a CSV file. {hint}", hint=AS_CSV
    ),
    b"\xd0\xcf\x11\xe0": say(
        "This is an old Excel file (XLS) or one with a password, not a CSV file. {hint}", hint=AS_CSV
    ),
    b"%PDF": say("This is a PDF, not a CSV file. Ask for the table itself"),
}
"""By how they begin; XLSX is turned into CSV before it comes here."""
_LONGEST_MAGIC = max(map(len, _OTHER_KINDS))


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that a file must and may have; any others are refused, or passed over if `open`."""

    needed: Sequence[str]
    allowed: Sequence[str] = ()
    open: bool = False

    @property
    def known(self) -> Sequence[str]:
        return (*self.needed, *self.allowed)


@dataclass(frozen=True, slots=True)
class FileLine:
    """A line by its number in the file: its cells by column, or what is wrong with it.

    A quoted cell may hold line breaks, so the number is that of the line on which the cells begin.
    """

    number: int
    cells: Mapping[str, str] = field(default_factory=dict)
    fault: Message | None = None
    key: bytes = b""
    """The same for lines with the same content, regardless of column order and delimiter."""


class CsvFile:
    """A file of which the header has been checked; iterate over it once. Raises Invalid for `file`.

    The header is the line near the top that names most of the expected columns, so titles may stand above it.
    Names are compared without capitals and what is not seen; a blank or hyphen counts as an underscore. `lines` counts those that were read.
    """

    def __init__(self, stream: BinaryIO, columns: Columns) -> None:
        self._stream = stream
        # Broken bytes become U+FFFD here and are refused line by line below.
        self._text = TextIOWrapper(stream, encoding=_encoding(stream), errors="replace", newline="")
        self._top = list(_top_of(self._text))
        self._found = _find_header(self._top, columns)
        self.names = tuple(self._found.names)
        """As the file writes them; `header` has them as they are expected."""
        self.header = _named(self.names, columns)
        _check_header(self.header, columns)
        self.lines = 0

    @property
    def position(self) -> int:
        """How many bytes have been taken from the file."""
        return self._stream.tell()

    def __iter__(self) -> Iterator[FileLine]:
        below = chain(self._top[self._found.below :], self._text)
        rows = csv.reader(below, delimiter=self._found.delimiter, strict=True)
        while True:
            before = rows.line_num
            number = self._found.below + before + 1
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error:
                if rows.line_num > before + 1:
                    raise invalid("file", _unclosed(number)) from None
                self.lines += 1
                yield FileLine(
                    number,
                    fault=say(
                        "A quotation mark is out of place, or a cell is longer than {count} characters",
                        count=csv.field_size_limit(),
                    ),
                )
                continue
            if any(cell.strip() for cell in cells):
                self.lines += 1
                yield self._line(number, cells)

    def _line(self, number: int, cells: list[str]) -> FileLine:
        if len(cells) != len(self.header):
            counted = say(
                "This line has {found} cells, but the header has {wanted}",
                found=len(cells),
                wanted=len(self.header),
            )
            return FileLine(number, fault=counted)
        if fault := _broken(cells):
            return FileLine(number, fault=fault)
        named = {name: cell for name, cell in zip(self.header, cells, strict=True) if name}
        return FileLine(number, named, key=_key(self._found.names, cells))


def filled(cell: str) -> str:
    """The cell without spaces around it; empty also if it contains a sign or word for "nothing"."""
    text = cell.strip()
    return "" if text.casefold() in _NOTHING else text


@dataclass(frozen=True, slots=True)
class _Header:
    """The line that names the columns, as it names them; the data begins after `below` lines of the file."""

    delimiter: str
    names: Sequence[str]
    below: int


def _encoding(stream: BinaryIO) -> str:
    beginning = stream.read(_LONGEST_MAGIC)
    stream.seek(0)
    for magic, fault in _OTHER_KINDS.items():
        if beginning.startswith(magic):
            raise invalid("file", fault)
    return "utf-16" if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"


def _top_of(text: TextIOWrapper) -> Iterator[str]:
    """The lines among which the header is looked for."""
    left = _LONGEST_HEADER
    for _ in range(_HEADER_WITHIN):
        line = text.readline()
        left -= len(line)
        if line:
            yield line
        if not line or left < 0:
            return


def _find_header(top: list[str], columns: Columns) -> _Header:
    """The header, and the delimiter that finds most of the expected names in it."""
    expected = {_alike(name) for name in columns.known}
    starts = [start for start, line in enumerate(top) if line.strip()]
    if not starts:
        raise invalid("file", say("The file is empty; its first line must name the columns"))
    found = (_header_at(top, start, delimiter) for start in starts for delimiter in DELIMITERS)
    best = max(
        found,
        key=lambda each: (len(expected.intersection(map(_alike, each.names))), sum(map(bool, each.names))),
    )
    if fault := _broken(best.names):
        raise invalid(f"line {best.below}", fault)
    return best


def _header_at(top: list[str], start: int, delimiter: str) -> _Header:
    """The names in the row that begins on a line; a quoted name may hold line breaks."""
    rows = csv.reader(top[start:], delimiter=delimiter, strict=True)
    try:
        names = [name.strip() for name in next(rows)] if len(top[start]) <= _LONGEST_HEADER else []
    except csv.Error:
        names = []
    return _Header(delimiter, names, start + rows.line_num)


def _named(names: Sequence[str], columns: Columns) -> list[str]:
    """The names as they are expected, where they are alike."""
    expected = {_alike(name): name for name in columns.known if name not in names}
    return [expected.get(_alike(name), name) for name in names]


def _alike(name: str) -> str:
    """The same for "Name KM", "name-km" and "name_km"."""
    return "_".join(_BETWEEN.split(fold(name)))


def _key(names: Sequence[str], cells: Sequence[str]) -> bytes:
    """Of the names as the file has them, so that a line is known again whatever the mapping."""
    content = sorted((name, cell.strip()) for name, cell in zip(names, cells, strict=True) if name)
    return hashlib.sha256(
        json.dumps(content, ensure_ascii=False).encode("utf-8", "backslashreplace")
    ).digest()


def _check_header(header: list[str], columns: Columns) -> None:
    found = ", ".join(header)[:_LONGEST_SHOWN]
    if missing := [name for name in columns.needed if name not in header]:
        raise invalid(
            "file",
            say(
                "No line at the top names these columns: {missing}. Required columns: {needed}, separated by "
                "comma, semicolon, tab or |. Found: {found}",
                missing=", ".join(missing),
                needed=", ".join(columns.needed),
                found=found,
            ),
        )
    if twice := sorted({name for name in header if name and header.count(name) > 1}):
        raise invalid(
            "file",
            say(
                "Each column needs a unique name. Used more than once: {names}",
                names=", ".join(twice)[:_LONGEST_SHOWN],
            ),
        )
    known = {*columns.known, ""}
    if unknown := [name for name in header if name not in known and not columns.open]:
        raise invalid(
            "file",
            say(
                "Unknown columns: {unknown}. Allowed columns: {allowed}",
                unknown=", ".join(unknown)[:_LONGEST_SHOWN],
                allowed=", ".join(columns.known),
            ),
        )


def _broken(cells: Sequence[str]) -> Message | None:
    content = "".join(cells)
    if "\ufffd" in content:
        return say("This line is not UTF-8. Save the file as CSV UTF-8")
    if "\x00" in content:
        return say(
            "This line contains NUL characters, as UTF-16 without a byte order mark does. Save the file as "
            "CSV UTF-8"
        )
    return None


def _unclosed(number: int) -> Message:
    return say(
        "A quotation mark opened on line {line} is not closed where it should be. Nothing after it can be "
        "read reliably",
        line=number,
    )

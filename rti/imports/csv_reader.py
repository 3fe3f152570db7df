"""CSV files of other people: bytes in, numbered lines out, and nothing guessed that could be wrong.

UTF-8 (with or without byte order mark) or UTF-16 with one; cells separated by , ; tab or |. The file is
read as a stream. A fault of one line is reported for that line; one that makes later lines uncertain,
such as a quotation mark that is never closed, refuses the file.
"""

import codecs
import csv
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from io import TextIOWrapper
from typing import BinaryIO

from rti.core.errors import Message, invalid, say

LARGEST_FILE = 50_000_000
"""Bytes of a file on the command line; over the web it is the largest body of a message."""
DELIMITERS = ",;\t|"
_LONGEST_HEADER = 100_000
_LONGEST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that a file must and may have; any others are refused, or passed over if `open`."""

    needed: Sequence[str]
    allowed: Sequence[str] = ()
    open: bool = False


@dataclass(frozen=True)
class FileLine:
    """A line by its number in the file: its cells by column, or what is wrong with it.

    A quoted cell may hold line breaks, so the number is that of the line on which the cells begin.
    """

    number: int
    cells: Mapping[str, str] = field(default_factory=dict)
    fault: Message | None = None

    @cached_property
    def key(self) -> bytes:
        """The same for lines with the same content, regardless of column order and delimiter."""
        content = sorted((name, cell.strip()) for name, cell in self.cells.items())
        return hashlib.sha256(
            json.dumps(content, ensure_ascii=False).encode("utf-8", "backslashreplace")
        ).digest()


class CsvFile:
    """A file of which the header has been checked; iterate over it once. Raises Invalid for `file`.

    `lines` counts those that were read.
    """

    def __init__(self, stream: BinaryIO, columns: Columns) -> None:
        self._stream = stream
        # Broken bytes become U+FFFD here and are refused line by line below.
        self._text = TextIOWrapper(stream, encoding=_encoding(stream), errors="replace", newline="")
        self._number, header = self._first_line()
        self._delimiter, self.header = _split_header(header, columns)
        _check_header(self.header, columns)
        self.lines = 0

    @property
    def position(self) -> int:
        """How many bytes have been taken from the file."""
        return self._stream.tell()

    def __iter__(self) -> Iterator[FileLine]:
        rows = csv.reader(self._text, delimiter=self._delimiter, strict=True)
        while True:
            before = rows.line_num
            number = self._number + before + 1
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
                "This line has {found} cells, but the first line has {wanted}",
                found=len(cells),
                wanted=len(self.header),
            )
            return FileLine(number, fault=counted)
        if fault := _broken(cells):
            return FileLine(number, fault=fault)
        return FileLine(number, {name: cell for name, cell in zip(self.header, cells, strict=True) if name})

    def _first_line(self) -> tuple[int, str]:
        """The header with its number; empty lines above it are passed over."""
        number = 0
        while text := self._text.readline(_LONGEST_HEADER):
            number += 1
            if text.strip():
                return number, text
        raise invalid("file", say("The file is empty; its first line must name the columns"))


def _encoding(stream: BinaryIO) -> str:
    beginning = stream.read(3)
    stream.seek(0)
    return "utf-16" if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"


def _split_header(line: str, columns: Columns) -> tuple[str, list[str]]:
    """The delimiter that finds most of the expected names, and the names that it finds."""
    if fault := _broken([line]):
        raise invalid("line 1", fault)
    expected = {*columns.needed, *columns.allowed}
    found = [(delimiter, _names(line, delimiter)) for delimiter in DELIMITERS]
    return max(found, key=lambda each: len(expected.intersection(each[1])))


def _names(line: str, delimiter: str) -> list[str]:
    try:
        return [name.strip() for name in next(csv.reader([line], delimiter=delimiter, strict=True), [])]
    except csv.Error:
        return []


def _check_header(header: list[str], columns: Columns) -> None:
    found = ", ".join(header)[:_LONGEST_SHOWN]
    if missing := [name for name in columns.needed if name not in header]:
        raise invalid(
            "file",
            say(
                "These columns are missing from the first line: {missing}. Required columns: {needed}, separated by "
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
    known = {*columns.needed, *columns.allowed, ""}
    if unknown := [name for name in header if name not in known and not columns.open]:
        raise invalid(
            "file",
            say(
                "Unknown columns: {unknown}. Allowed columns: {allowed}",
                unknown=", ".join(unknown)[:_LONGEST_SHOWN],
                allowed=", ".join([*columns.needed, *columns.allowed]),
            ),
        )


def _broken(cells: Sequence[str]) -> Message | None:
    content = "".join(cells)
    if "\ufffd" in content:
        return say("This line is not UTF-8. Save the file as CSV UTF-8")
    if "\x00" in content:
        return say("This line contains NUL characters. Save the file as CSV UTF-8")
    return None


def _unclosed(number: int) -> Message:
    return say(
        "A quotation mark opened on line {line} is not closed where it should be. Nothing after it can be "
        "read reliably",
        line=number,
    )

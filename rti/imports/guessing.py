"""What the columns of somebody's log are likely to mean, from its header, words and days; people confirm it.

Names and words that logs use stand in `words.toml`. A guess is written as the TOML of a mapping, so what was confirmed
in the browser and what the command line takes is one thing.
"""

import json
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from io import BytesIO
from itertools import chain

from rti.core.errors import invalid, say
from rti.core.folding import fold
from rti.core.validation import InvalidValue, parse_date
from rti.imports.csv_reader import Columns, CsvFile, filled
from rti.imports.dates import DateFormat
from rti.imports.mapping import DATED, FIELDS, WORDED

SAMPLES = 3
"""Lines that are shown."""
MOST_WORDS = 50
"""Different words of a column; one with more holds texts rather than words."""
NOTHING = "-"
"""Chosen for a word that says nothing."""
_FOR_DATES = 300
FORMATS = (
    *(
        "%d/%m/%Y",
        "%d-%m-%Y",
        "%d.%m.%Y",
        "%Y/%m/%d",
        "%m/%d/%Y",
        "%m-%d-%Y",
        "%d/%m/%y",
        "%m/%d/%y",
        "%d-%m-%y",
    ),
    *("%d %B %Y", "%d-%b-%Y", "%d %b %Y", "%d-%b-%y", "%B %d, %Y", "%b %d, %Y"),
    *("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"),
)
_EXACT = 10_000

Meanings = Mapping[str, Mapping[str, str]]
"""Word = our value, for each field."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The table of a file: its columns with some of their cells, and the different words of each."""

    names: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]
    words: tuple[tuple[str, ...], ...]
    """Of each column up to one more than `MOST_WORDS`, in the order of the file."""
    lines: int

    def words_of(self, column: int) -> tuple[str, ...]:
        """The words that somebody has to explain; none where there are so many that they are texts."""
        return self.words[column] if len(self.words[column]) <= MOST_WORDS else ()


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What the columns of a file mean: a field for a column, and a value of ours (or `NOTHING`) for its words."""

    fields: Mapping[int, str]
    words: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    date_format: str = ""
    found_by: str = "code"

    def as_toml(self, sheet: Sheet) -> str:
        """The mapping, with a remark on what it leaves out."""
        return "\n".join(_sections(self, sheet)) + "\n"


def read_sheet(content: bytes) -> Sheet:
    """The table of a CSV file whose header is not known; raises Invalid for `file`."""
    file = CsvFile(BytesIO(content), Columns((), tuple(chain(*_document()["columns"].values())), open=True))
    names = file.names
    if sum(map(bool, names)) < 2:
        raise invalid("file", say("No line at the top names columns. Give each column a name"))
    found: list[dict[str, str]] = [{} for _ in names]
    samples: list[tuple[str, ...]] = []
    for line in file:
        if line.fault:
            continue
        cells = tuple(line.cells.get(name, "").strip() for name in file.header)
        if len(samples) < SAMPLES:
            samples.append(cells)
        for words, cell in zip(found, cells, strict=True):
            if filled(cell) and len(words) <= max(MOST_WORDS, _FOR_DATES):
                words.setdefault(fold(cell), cell)
    return Sheet(names, tuple(samples), tuple(tuple(words.values()) for words in found), file.lines)


def guess(sheet: Sheet, meanings: Meanings) -> Confirmed:
    """The likeliest meaning of each column and word; what nothing speaks for is left out."""
    fields = _fields(sheet)
    dated = [sheet.words[column] for column, name in fields.items() if name in DATED]
    bodies = [word for column, name in fields.items() if name == "body" for word in sheet.words[column]]
    return Confirmed(
        fields,
        {column: likely(sheet, column, name, meanings) for column, name in fields.items() if name in WORDED},
        {"channel": "other"} if "channel" not in fields.values() else {},
        _date_format([word for words in dated for word in words]),
        "code"
        if bodies and all(re.fullmatch(r"[A-Z0-9-]*\d[A-Z0-9-]*", word) for word in bodies)
        else "name",
    )


def likely(sheet: Sheet, column: int, name: str, meanings: Meanings) -> dict[str, str]:
    """What the words of a column stand for, should it hold this field."""
    named = {_plain(word): ours for word, ours in meanings.get(name, {}).items()}
    known = {**_meanings().get(name, {}), **named}
    found = ((word, known.get(_plain(word))) for word in sheet.words_of(column))
    return {word: ours for word, ours in found if ours}


def _fields(sheet: Sheet) -> dict[int, str]:
    """The field of each column: the best fit first, each field once but for the question."""
    fits = sorted(_fits(sheet), reverse=True)
    fields: dict[int, str] = {}
    for _, _, column, name in fits:
        if column not in fields and (name == "question" or name not in fields.values()):
            fields[column] = name
    if "title" not in fields.values():
        questions = [column for column, name in sorted(fields.items()) if name == "question"]
        fields |= dict.fromkeys(questions[:1], "title")
    return dict(sorted(fields.items()))


def _fits(sheet: Sheet) -> Iterator[tuple[int, int, int, str]]:
    """How well each column fits each field, if at all; what comes first among equals counts more."""
    for column, header in enumerate(sheet.names):
        dates = _are_days(sheet.words[column][:20])
        for place, (name, synonyms) in enumerate(_columns().items()):
            if dates is not None and dates != (name in DATED):
                continue
            if score := max(_score(_plain(header), synonym) for synonym in synonyms):
                yield score, -place, column, name


def _score(header: str, synonym: str) -> int:
    """The longest name that a header holds says most; Khmer has no blanks between words."""
    if header == synonym:
        return _EXACT + len(synonym)
    if not header.isascii():
        return len(synonym) if not synonym.isascii() and synonym in header else 0
    return len(synonym) if f" {synonym} " in f" {header} " else 0


def _are_days(words: Sequence[str]) -> bool | None:
    """Whether most cells of a column are days; None where it has none."""
    if not words:
        return None
    days = sum(_is_iso(word) or any(DateFormat(form).read(word) for form in FORMATS) for word in words)
    return 2 * days > len(words)


def _date_format(words: Sequence[str]) -> str:
    """The format that reads most days that are not year-month-day, the day first where both fit; or none."""
    others = [word for word in words if not _is_iso(word)][:_FOR_DATES]
    read = {form: sum(bool(DateFormat(form).read(word)) for word in others) for form in FORMATS}
    best = max(read, key=lambda form: read[form])
    return best if read[best] else ""


def _is_iso(text: str) -> bool:
    try:
        return bool(parse_date(text))
    except InvalidValue:
        return False


def day_of(text: str, form: str) -> object:
    """The day that a cell is read as, or None."""
    try:
        return DateFormat(form or "%Y-%m-%d").day(text) if filled(text) else None
    except InvalidValue:
        return None


def _sections(confirmed: Confirmed, sheet: Sheet) -> Iterator[str]:
    yield "[columns]"
    held: dict[str, list[str]] = {}
    for column, name in confirmed.fields.items():
        held.setdefault(name, []).append(sheet.names[column])
    for name in sorted(held, key=FIELDS.index):
        columns = held[name]
        yield f"{name} = {_quoted(columns if len(columns) > 1 else columns[0])}"
    left = [name for column, name in enumerate(sheet.names) if name and column not in confirmed.fields]
    yield from (f"# not imported: {_quoted(name)}" for name in left)
    yield from _table("defaults", confirmed.defaults)
    for column, name in confirmed.fields.items():
        if name in WORDED:
            meant = confirmed.words.get(column, {})
            said = {word: "" if ours == NOTHING else ours for word, ours in meant.items()}
            unknown = [word for word in sheet.words_of(column) if word not in meant]
            yield from _table(f"values.{name}", said, unknown)
    yield from _table("dates", {"format": confirmed.date_format} if confirmed.date_format else {})
    yield from _table("bodies", {"found_by": confirmed.found_by})


def _table(name: str, entries: Mapping[str, str], unknown: Sequence[str] = ()) -> Iterator[str]:
    """A table of texts; what is not known yet stands as remarks."""
    if entries or unknown:
        yield f"\n[{name}]"
    for key, value in entries.items():
        plain = re.fullmatch("[a-z_]+", key) and not name.startswith("values.")
        yield f"{key if plain else _quoted(key)} = {_quoted(value)}"
    yield from (f'# {_quoted(word)} = ""' for word in unknown)


def _quoted(value: str | Sequence[str]) -> str:
    """As TOML writes a text or a list of texts: its escapes are those of JSON, where no control is left."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", r"\u007f")


def _plain(text: str) -> str:
    """Without capitals, signs and what stands in brackets at the end."""
    bare = re.sub(r"\s*[(\[].*$", "", text) or text
    kept = "".join(" " if unicodedata.category(each)[0] in "PSZC" else each for each in bare)
    return fold(kept)


@cache
def _document() -> dict[str, dict[str, dict[str, list[str]]]]:
    return tomllib.loads((files("rti.imports") / "words.toml").read_text(encoding="utf-8"))


@cache
def _columns() -> Mapping[str, tuple[str, ...]]:
    """Names of columns for each field, its own name first."""
    named: Mapping[str, list[str]] = _document()["columns"]  # type: ignore[assignment]
    return {name: tuple(dict.fromkeys(map(_plain, [name, *synonyms]))) for name, synonyms in named.items()}


@cache
def _meanings() -> Meanings:
    """What words stand for, our own values among them."""
    return {
        name: {_plain(word): ours for ours, words in meant.items() for word in [ours, *words]}
        for name, meant in _document()["values"].items()
    }

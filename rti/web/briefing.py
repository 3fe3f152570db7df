"""A two-page briefing of figures on paper, for a minister or a member of parliament, in Khmer or English.

Those of a release, or of any table that somebody may see, which then says that it was not released.

Text taken back out of a PDF repeats Khmer letters, so the file carries its words and tables as attachments.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from importlib.resources import files
from io import BytesIO
from struct import unpack
from typing import Any, Final

import msgspec

from rti.core.csv_export import as_csv
from rti.core.i18n import show_date
from rti.files.typesetting import typeset
from rti.labels import label
from rti.law.explanations import N_
from rti.models.releases import ReleaseRow
from rti.releases.content import Content
from rti.statistics.commands import Dimension
from rti.statistics.disclosure import SMALLEST
from rti.statistics.figures import Percentage
from rti.statistics.headlines import HEADLINES
from rti.statistics.method import Measure, Method
from rti.statistics.methods.own import OWN
from rti.statistics.queries import Line, Table
from rti.web.api.statistics import Words, csv_header, csv_rows, words
from rti.web.pictures import as_png, drawn, fitting, tells

TEMPLATE: Final = files("rti.web").joinpath("templates/releases/briefing.typ").read_text("utf-8")
MOST_LINES: Final = 12
"""Lines of the table on paper; the attachment has all."""


@dataclass(frozen=True, slots=True)
class Cover:
    """What a briefing says of its tables as a whole; `name` is part of the names of its files, `released` its day."""

    name: str
    title: str
    released: date | None
    draft: str
    changes: str
    rule: str
    """Which numbers are shown and which are hidden."""
    as_of: date
    known_on: date
    digest: str


def of_release(row: ReleaseRow, content: Content, language: str) -> Cover:
    said = partial(words, language=language)
    hidden = N_(
        "Every number is exact or not shown. Not shown are numbers below {count}, and others that would give them away."
    )
    return Cover(
        name=row.code,
        title=row.title_km if language == "km" else row.title_en,
        released=row.publish_on or row.drafted_at.date(),
        draft="" if row.approved_at else said(N_("Draft, not for publication")),
        changes=row.changes or "",
        rule=said(hidden).format(count=content.threshold),
        as_of=content.as_of,
        known_on=content.known_on,
        digest=row.digest,
    )


def of_table(table: Table, language: str) -> Cover:
    """Of figures that were not released."""
    said = partial(words, language=language)
    rounded = N_(
        "Numbers below {count}, and others that would give them away, are not shown. All others are rounded to a multiple of {count}."
    )
    return Cover(
        name=str(table.as_of),
        title=f"{said(table.wanted.of_method.name)}: {', '.join(said(label(by)) for by in table.wanted.dimensions)}",
        released=None,
        draft=said(N_("Working figures, not released")),
        changes="",
        rule=said(rounded).format(count=SMALLEST) if table.coarse else said(N_("Every number is exact.")),
        as_of=table.as_of,
        known_on=table.known_on,
        digest=table.digest,
    )


def briefing(cover: Cover, tables: Sequence[Table], language: str) -> bytes:
    """The PDF with its attachments; takes about half a second of one core, so not on the event loop."""
    from pikepdf import AttachedFileSpec, Pdf

    said = partial(words, language=language)
    values = _values(cover, tables, language, said)
    with Pdf.open(BytesIO(typeset(TEMPLATE, values))) as paper:
        attached = {f"briefing-{cover.name}.txt": ("text/plain", _text(values).encode())}
        for number, table in enumerate(tables, start=1):
            lines = as_csv(csv_header(table), csv_rows(table, language))
            attached[f"table-{number}.csv"] = ("text/csv", lines.encode())
        for name, (kind, written) in attached.items():
            paper.attachments[name] = AttachedFileSpec(paper, written, filename=name, mime_type=kind)
        made = BytesIO()
        paper.save(made, deterministic_id=True)
    return made.getvalue()


def _values(cover: Cover, tables: Sequence[Table], language: str, said: Words) -> dict[str, Any]:
    own: dict[Dimension, Table] = {}
    for table in tables:
        if table.wanted.of_method is OWN:
            own.setdefault(table.wanted.by, _by_first(table))
    first = next(iter(own.values()), _by_first(tables[0]))
    shown = own.get(Dimension.PROVINCE, first)
    method = shown.wanted.of_method
    release = cover.released and f"{said(N_('Release'))} {cover.name}, {show_date(cover.released, language)}"
    return {
        "language": language,
        "title": cover.title,
        "kind": said(N_("Briefing on requests for public information")),
        "code": release or cover.draft,
        "draft": cover.draft,
        "changes": cover.changes,
        "numbers": [_number(measure, sentence, first, said) for measure, _, sentence in HEADLINES]
        if first.wanted.of_method is OWN
        else [_measured(measure, first, said) for measure in method.measures[:4]],
        "pictures": [_picture(table, said) for table in [each for each in own.values() if tells(each)][:2]],
        "table": {
            "title": f"{said(method.name)}: {said(label(shown.wanted.by))}",
            "header": [
                said(label(shown.wanted.by)),
                *(said(measure.name) for measure in method.measures[:4]),
            ],
            "lines": [_row(line, said) for line in (*shown.lines[:MOST_LINES], shown.total)],
            "more": said(N_("More lines are in the attached tables."))
            if len(shown.lines) > MOST_LINES
            else "",
        },
        "facts": _facts(cover, method, language, said),
        "definitions": {
            "title": said(N_("What these figures mean")),
            "lines": [
                f"{said(each.name)}: {said(each.question)} {said(N_('Included:'))} {said(each.counts)}"
                for each in method.measures[:3]
            ],
            "differs": said(method.differs),
        },
        "note": cover.rule,
        "attached": said(N_("The text and all tables are attached to this file.")),
    }


def _by_first(table: Table) -> Table:
    """What a table says of its first groups, of which it has the sums."""
    wanted = msgspec.structs.replace(table.wanted, then_by=None, and_by=None)
    return replace(table, wanted=wanted, lines=[line for line in table.lines if len(line.keys) == 1])


def _facts(cover: Cover, method: Method, language: str, said: Words) -> list[list[str]]:
    version = said(N_("version {number}")).format(number=method.version)
    return [
        [said(N_("Cut-off date")), show_date(cover.as_of, language)],
        [said(N_("Entries recorded until")), show_date(cover.known_on, language)],
        [said(N_("Method")), f"{said(method.name)}, {version}"],
        [said(N_("Digest (SHA-256)")), f"{cover.digest[:32]} {cover.digest[32:]}"],
    ]


def _number(measure: Measure, sentence: str, table: Table, said: Words) -> list[str]:
    rate = table.total.figures.rate(measure)
    percent, bounds = rate.percent(0), rate.bounds(0)
    if percent is None or bounds is None:
        return [said(measure.name), "–", said(N_("not shown"))]
    text = said(sentence).format(
        count=rate.denominator, part=rate.numerator, percent=percent, low=bounds[0], high=bounds[1]
    )
    return [said(measure.name), f"{percent} %", text]


def _measured(measure: Measure, table: Table, said: Words) -> list[str]:
    """The same for a method whose numbers have no sentences of their own."""
    rate = table.total.figures.rate(measure)
    percent = rate.percent(0)
    return [
        said(measure.name),
        "–" if percent is None else f"{percent} %",
        f"{said(measure.question)} {_share(rate, said)}",
    ]


def _picture(table: Table, said: Words) -> str:
    pixels = as_png(drawn(fitting(table.wanted.by), table, said))
    width, height = unpack(">II", pixels[16:24])
    # As pixels, in which Khmer is shaped right, in a frame that values can carry as text.
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"><image width="{width}" '
        f'height="{height}" href="data:image/png;base64,{b64encode(pixels).decode()}"/></svg>'
    )


def _row(line: Line, said: Words) -> list[str]:
    name = ", ".join(said(each) or said(N_("unknown")) for each in line.names) or said(N_("Total"))
    return [name, *(_share(rate, said) for _, rate in line.figures.rates[:4])]


def _share(rate: Percentage, said: Words) -> str:
    percent = rate.percent(0)
    if rate.denominator is None or rate.numerator is None:
        return said(N_("not shown"))
    if percent is None:
        return "–"
    return (
        f"{percent} % ({said(N_('{part} of {count}')).format(part=rate.numerator, count=rate.denominator)})"
    )


def _text(values: dict[str, Any]) -> str:
    """The same words, to be searched and copied."""
    table = values["table"]
    lines = [values["title"], values["kind"], values["code"], values["draft"], values["changes"], ""]
    lines += [f"{name}: {number}. {sentence}" for name, number, sentence in values["numbers"]]
    lines += ["", table["title"], *("\t".join(cells) for cells in (table["header"], *table["lines"])), ""]
    lines += [": ".join(each) for each in values["facts"]]
    lines += ["", values["definitions"]["title"], *values["definitions"]["lines"], values["note"]]
    return "\n".join(lines) + "\n"

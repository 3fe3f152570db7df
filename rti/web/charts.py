"""Charts: SVG with text as text, and PNG of the same. Each shows only numbers of a table.

Without colour the marks differ by lightness, by dashes and by the numbers on them.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any
from unicodedata import category

import pygal
import resvg_py
from pygal.graph.graph import Graph
from pygal.style import Style

from rti.law.explanations import N_
from rti.statistics.figures import Figures
from rti.statistics.measures import PENDING, State
from rti.statistics.method import Measure
from rti.statistics.methods.own import DISCLOSURE_OF_ALL, ON_TIME, SILENCE
from rti.statistics.queries import Line, Table
from rti.web.api.statistics import Words
from rti.web.font import SOURCE as FONT

# It puts a finder of its plugins, which nobody here has, before the import of every other module.
sys.meta_path[:] = [each for each in sys.meta_path if type(each).__name__ != "PluginImportFixer"]

FONTS = "'Noto Sans Khmer', 'Noto Sans', sans-serif"
LIGHT_TO_DARK = ("#1b5e8c", "#7fb3d5", "#2b2b2b", "#c9c9c9")
ON_THEM = ("white", "#111", "white", "#111")
WIDTH, HEIGHT = 720, 420
MOST = 25
"""Groups in a chart; the table has all."""
ACROSS, PANEL_HEIGHT = 3, 190
"""Of small multiples: how many stand in a row, and how high each is."""
LINES = ((ON_TIME, "#1b5e8c", "none"), (SILENCE, "#2b2b2b", "8, 6"))
"""The shares that are followed over time, each in its colour and dashes."""
COLORS = tuple(color for _, color, _ in LINES)


TILES: Mapping[str, tuple[int, int]] = {
    "22": (2, 0), "13": (3, 0), "19": (5, 0), "16": (6, 0),
    "01": (1, 1), "17": (2, 1), "06": (3, 1), "10": (5, 1), "11": (6, 1),
    "24": (0, 2), "02": (1, 2), "04": (3, 2), "03": (4, 2), "25": (5, 2),
    "15": (1, 3), "05": (2, 3), "12": (3, 3), "14": (4, 3), "20": (5, 3),
    "09": (1, 4), "08": (3, 4), "21": (4, 4),
    "18": (2, 5), "07": (3, 5), "23": (4, 5),
}  # fmt: skip
"""Column and row of each of the 25 provinces by its code, from the north-west."""


# The library has no types.
class TileMap(Graph):  # type: ignore[misc]
    """Squares with a name and a number, the darker the higher; what has no number is white."""

    def __init__(self, tiles: Mapping[str, tuple[str, str, float | None]], **settings: Any) -> None:
        super().__init__(**settings)
        self.tiles = tiles
        self.add("", [1])

    def _compute(self) -> None:
        self._box.xmin, self._box.ymin = 0, 0
        self._box.xmax, self._box.ymax = 7, 6

    def _compute_x_labels(self) -> None:
        """There are no axes."""

    _compute_y_labels = _compute_x_labels

    def _plot(self) -> None:
        for code, (column, row) in TILES.items():
            name, label, share = self.tiles.get(code, ("", "–", None))
            shade = 255 - round(1.2 * (share or 0))
            left, top = self.view.x(column) + 3, self.view.y(6 - row) + 3
            width = self.view.x(1) - self.view.x(0) - 6
            height = self.view.y(0) - self.view.y(1) - 6
            tile = self.svg.node(self.nodes["plot"], class_="tile")
            color = f"rgb({shade}, {min(255, shade + 20)}, 255)" if share is not None else "white"
            self.svg.node(
                tile, "rect", x=left, y=top, width=width, height=height, style=f"fill: {color}; stroke: #888"
            )
            for text, down, size in ((name or code, 0.42, 12), (label, 0.75, 15)):
                place = {"x": left + width / 2, "y": top + height * down, "text_anchor": "middle"}
                if 0.6 * size * _letters(text) > width - 8:
                    place |= {"textLength": width - 8, "lengthAdjust": "spacingAndGlyphs"}
                written = self.svg.node(
                    tile, "text", style=f"font-size: {size}px; fill: #111; text-anchor: middle", **place
                )
                written.text = text


def _letters(text: str) -> int:
    """How many letters of a text stand side by side."""
    return sum(not category(each).startswith("M") for each in text)


def _style(colors: Sequence[str] = LIGHT_TO_DARK, inks: Sequence[str] = ON_THEM, **more: object) -> Style:
    usual = {
        "background": "white",
        "plot_background": "white",
        "font_family": FONTS,
        "colors": tuple(colors),
        "label_font_size": 14,
        "major_label_font_size": 14,
        "legend_font_size": 14,
        "value_font_size": 12,
        "value_label_font_size": 12,
        "title_font_size": 16,
        "opacity": "1",
        "foreground": "#222",
        "foreground_strong": "#111",
        "foreground_subtle": "#888",
        "value_colors": tuple(inks),
        "stroke_opacity": "1",
        **{f"{each}_stroke_color": "#ccc" for each in ("guide", "major_guide")},
        **{f"{each}_stroke_dasharray": "none" for each in ("guide", "major_guide")},
    }
    return Style(**usual | more)


def _settings(title: str, **more: Any) -> dict[str, Any]:
    return {
        "title": title,
        "style": _style(),
        "js": (),
        "width": WIDTH,
        "height": HEIGHT,
        "explicit_size": True,
        "allow_interruptions": True,
        "show_legend": True,
        "legend_at_bottom": True,
        "legend_at_bottom_columns": 2,
        "pretty_print": False,
        "disable_xml_declaration": True,
        "no_prefix": True,
        **more,
    }


def _name(line: Line, words: Words) -> str:
    return ", ".join(words(name) or words(N_("unknown")) for name in line.names)


def _groups(table: Table) -> Sequence[Line]:
    """The groups of a table without sums; those of one dimension."""
    return [line for line in table.lines if len(line.keys) == len(table.wanted.dimensions)][:MOST]


def _first_told(table: Table, *measures: Measure) -> Measure:
    """The first of which a share of any group is told, else the first."""
    shares = {each: [line.figures.rate(each).percent(0) for line in _groups(table)] for each in measures}
    return next((each for each, told in shares.items() if any(one is not None for one in told)), measures[0])


def answers(table: Table, words: Words) -> str:
    """Four-way bars: in time, late, without an answer, not yet due; each with its number.

    Where one of them may not be told, bars of a share.
    """
    lines = list(reversed(_groups(table)))
    chart = pygal.HorizontalStackedBar(
        **_settings(
            words(N_("Requests by how they were answered")),
            x_labels=[_name(line, words) for line in lines],
            height=max(HEIGHT, 160 + 34 * len(lines)),
            print_values=True,
            print_zeroes=False,
            value_formatter=lambda value: f"{value:g}" if value else "",
        )
    )
    parts = (
        (N_("In time"), (State.IN_TIME,)),
        (N_("Late"), (State.LATE,)),
        (N_("No answer"), (State.SILENT, State.LAPSED)),
        (N_("Not yet due"), tuple(PENDING)),
    )
    counts = {name: [line.figures.total(states) for line in lines] for name, states in parts}
    if all(count is not None for told in counts.values() for count in told):
        for name, told in counts.items():
            chart.add(words(name), told)
    else:
        measure = _first_told(table, SILENCE, ON_TIME, DISCLOSURE_OF_ALL)
        shares = [line.figures.rate(measure).percent(0) for line in lines]
        chart.config(title=words(measure.name), range=(0, 100), value_formatter=lambda value: f"{value:g} %")
        chart.add(words(measure.name), [None if share is None else float(share) for share in shares])
    return _svg(chart)


def quarters(table: Table, words: Words) -> str:
    """A time series: the shares answered in time, and not at all."""
    lines = [line for line in _groups(table) if line.keys[0]]
    chart = pygal.Line(
        **_settings(
            words(N_("Share of requests whose due date has passed, in percent")),
            x_labels=[_name(line, words) for line in lines],
            range=(0, 100),
            dots_size=4,
            print_values=len(lines) <= 12,
            x_label_rotation=30 if len(lines) > 8 else 0,
        )
    )
    chart.config.style = _style(COLORS, ("#111", "#111"), stroke_width="3")
    _draw_shares(chart, lines, words)
    return _svg(chart)


def _draw_shares(chart: Any, lines: Iterable[Line | None], words: Words) -> None:
    """A line for each of `LINES`, with a gap where there is no group or its share is not told."""
    shown = [*lines]
    for measure, _, dashes in LINES:
        shares = [line.figures.rate(measure).percent(0) if line else None for line in shown]
        chart.add(
            words(measure.name),
            [None if share is None else int(share) for share in shares],
            stroke_style={"dasharray": dashes},
        )


def kinds(table: Table, words: Words) -> str:
    """Small multiples: the time series of each type of body, all to one scale, in one picture."""
    groups: dict[str | None, dict[str, Line]] = {}
    for line in table.lines:
        if len(line.keys) == 2 and line.keys[1]:
            groups.setdefault(line.keys[0], {})[line.keys[1]] = line
    names = {key: words(line.names[1]) for lines in groups.values() for key, line in lines.items()}
    quarters = sorted(names)
    panels = []
    for lines in groups.values():
        name = words(next(iter(lines.values())).names[0]) or words(N_("unknown"))
        chart = pygal.Line(
            **_settings(
                name,
                width=WIDTH // ACROSS,
                height=PANEL_HEIGHT,
                show_legend=False,
                x_labels=[names[key] for key in quarters],
                x_labels_major=[names[key] for key in (quarters[0], quarters[-1])],
                show_minor_x_labels=False,
                y_labels=[0, 50, 100],
                range=(0, 100),
                dots_size=3,
                margin=8,
                margin_right=24,
                truncate_label=-1,
                no_data_text=words(N_("not shown")),
            )
        )
        chart.config.style = _style(
            COLORS,
            label_font_size=10,
            major_label_font_size=10,
            title_font_size=12,
            no_data_font_size=12,
            stroke_width="2",
        )
        _draw_shares(chart, (lines.get(key) for key in quarters), words)
        panels.append(_svg(chart))
    return _together(words(N_("Share of requests whose due date has passed, in percent")), panels, words)


def _together(title: str, panels: Sequence[str], words: Words) -> str:
    """Pictures in rows under one title and the names of their lines."""
    top = 30 + 24 * (1 + len(LINES))
    parts = [f'<text x="10" y="30" font-size="16">{escape(title)}</text>']
    for number, (measure, color, dashes) in enumerate(LINES):
        down = 58 + 24 * number
        parts.append(
            f'<line x1="10" x2="50" y1="{down - 5}" y2="{down - 5}" stroke="{color}" stroke-width="3" '
            f'stroke-dasharray="{dashes}"/><text x="60" y="{down}" font-size="14">{escape(words(measure.name))}</text>'
        )
    for number, panel in enumerate(panels):
        row, column = divmod(number, ACROSS)
        place = f'<svg x="{column * WIDTH // ACROSS}" y="{top + row * PANEL_HEIGHT}" '
        parts.append(panel.replace("<svg ", place, 1))
    height = top + -(-len(panels) // ACROSS) * PANEL_HEIGHT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{WIDTH}" '
        f'height="{height}" viewBox="0 0 {WIDTH} {height}" font-family="{FONTS}" fill="#111">'
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>{"".join(parts)}</svg>'
    )


def provinces(table: Table, words: Words) -> str:
    """A map of tiles, one for each province roughly where it lies: the share that brought information.

    Where that is told of none, the share answered in time.
    """
    measure = _first_told(table, DISCLOSURE_OF_ALL, ON_TIME)
    shares: dict[str, tuple[str, str, float | None]] = {}
    for line in _groups(table):
        key = line.keys[0] or ""
        if key in TILES:
            percent = line.figures.rate(measure).percent(0)
            label = "–" if percent is None else f"{percent} %"
            shares[key] = (_name(line, words), label, None if percent is None else float(percent))
    brought = N_("Share of requests that brought all or part of the information")
    title = words(brought if measure is DISCLOSURE_OF_ALL else measure.name)
    return _svg(TileMap(shares, **_settings(title, show_legend=False, height=560)))


def waiting(table: Table, words: Words) -> str:
    """The survival curve: the share that is still without an answer after so many days."""
    figures = table.total.figures
    curve = figures.curve if isinstance(figures, Figures) else []
    points: list[tuple[float, float]] = [(0, 100)]
    for day, above, below in curve:
        points += [(day, points[-1][1]), (day, round(100 * above / below, 1))]
    chart = pygal.XY(
        **_settings(
            words(N_("Share still without an answer, by days since receipt, in percent")),
            range=(0, 100),
            stroke=True,
            show_dots=False,
            show_legend=False,
            x_title=words(N_("Days since receipt")),
        )
    )
    chart.add(words(N_("Without an answer")), points, stroke_style={"width": 3})
    return _svg(chart)


def _svg(chart: Any) -> str:
    chart.add_xml_filter(_without_scripts)
    found: str = chart.render(is_unicode=True)
    return found


def _without_scripts(root: Any) -> Any:
    """The library adds one for tooltips, which no page here would run."""
    for parent in [*root.iter()]:
        for child in [each for each in parent if each.tag == "script"]:
            parent.remove(child)
    return root


@lru_cache(maxsize=64)
def as_png(svg: str) -> bytes:
    """The same as pixels, twice as many as units, with the font that has the letters of both languages."""
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=2,
            skip_system_fonts=True,
            font_files=[str(FONT)],
            font_family="Noto Sans Khmer",
            sans_serif_family="Noto Sans Khmer",
            background="white",
        )
    )

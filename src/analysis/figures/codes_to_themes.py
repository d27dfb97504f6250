"""The figure from codes to themes: where each code began, and where the decisions took it."""

from typing import NamedTuple

from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from analysis.figures.lettering import fill_each, short_names
from analysis.figures.page import INK, page_height_mm, page_width_mm, theme_colours, tint
from analysis.figures.rows import (
    LINE_MM,
    MOST_LINES,
    closest,
    nothing_to_draw,
    one_line,
    without_axes,
)

CODE_MM, HEADING_MM = 3.7, 7.0
MOST_CODES = 60  # more would not fit on a page: then only themes are drawn
SMALLEST_MM = 4.0  # a block with one line of words
# Where codes end, candidate themes start and end, and themes start, as shares of the width.
WITH_CODES, WITHOUT_CODES = (0.235, 0.365, 0.565, 0.735), (0.0, 0.0, 0.3, 0.55)
PARKED = "#8a8a8a"


def height_of_flow(table, width_mm, close=False):
    """Height in mm at which every code has a line, or every theme where codes are too many."""
    table = table[table["code"].ne("")]
    if table.empty:
        return 30
    return _height(_columns(table, width_mm, *_plans(table)[0]), close)


def _height(columns, close):
    texts = [block.text for column in columns for block in column]
    return (_bottom(columns) + 4) * (closest(texts) if close else 1)


def _bottom(columns):
    return max(column[-1].bottom for column in columns if column)


def _plans(table):
    """How the figure can be drawn, the fullest first: with names of codes, lines of a label."""
    named = [True, False] if len(table) <= MOST_CODES else [False]
    return [(names, lines) for names in named for lines in (MOST_LINES, 2, 1)]


def _plan_for(ax, table):
    """The fullest plan that the page has room for; None if there is none."""
    for plan in _plans(table):
        columns = _columns(table, page_width_mm(ax), *plan)
        if _height(columns, close=True) <= page_height_mm(ax) + 0.1:
            return plan
    return None


def plot_codes_to_themes(table, ax):
    """Draw the way of each code: from the code to its first theme to its last.

    Parameters
    ----------
    table : DataFrame, one row a code
        ``code, candidate`` (the theme it was first put in), ``theme, label, perspective`` (its
        theme in the end); empty where it was in no theme. Themes stand in the order of the table.
        A row without a code names a theme that no code ended in, so that each theme has the same
        colour here as elsewhere; it is not drawn.
    ax : Axes
        From `figure`.

    Notes
    -----
    Codes and first themes are placed so that the bands cross little; only the order of the last
    themes is that of the table. Bands have the colour of the theme that the code ends in. Beyond 60
    codes, or where the page has no room for their names, these are left out, and the figure says
    so.
    """
    colours = theme_colours(theme for theme in table["theme"] if theme) | {"": PARKED}
    table = table[table["code"].ne("")]
    if table.empty:
        return nothing_to_draw(ax)
    plan = _plan_for(ax, table)
    if plan is None:
        return nothing_to_draw(ax, "The themes are too many for the page")
    width = page_width_mm(ax) - 3
    codes, boxes, themes = _columns(table, page_width_mm(ax), *plan)
    without_axes(ax, width, _bottom((codes, boxes, themes)))
    x = [share * width for share in _places(plan[0])]
    _draw_bands(ax, table, codes, boxes, themes, x, colours, _code_mm(table, plan[0]))
    _draw_codes(ax, codes, table, x[0], colours)
    _draw_boxes(ax, boxes, x[1], x[2])
    _draw_themes(ax, themes, x[3], colours)
    heads = {"weight": "bold", "va": "center"}
    if codes:
        ax.text(x[0], HEADING_MM / 2, "Codes", ha="right", **heads)
    ax.text((x[1] + x[2]) / 2, HEADING_MM / 2, "Candidate themes", ha="center", **heads)
    many = "" if codes else f" (the {len(table)} codes are too many to name)"
    ax.text(x[3], HEADING_MM / 2, f"Themes{many}", ha="left", **heads)
    return ax


class _Block(NamedTuple):
    key: str
    text: str
    codes: tuple  # that pass through it, from top to bottom
    top: float
    bottom: float

    @property
    def middle(self):
        return (self.top + self.bottom) / 2

    def slots(self, code_mm):
        """Where each code passes through: its code and the middle of its band."""
        start = self.middle - code_mm * len(self.codes) / 2
        return {code: start + code_mm * (n + 0.5) for n, code in enumerate(self.codes)}


def _places(named):
    return WITH_CODES if named else WITHOUT_CODES


def _code_mm(table, named):
    return CODE_MM if named else min(CODE_MM, max(0.6, 150 / len(table)))


def _columns(table, width_mm, named, lines):
    """The blocks of the three columns, from top to bottom."""
    place = {theme: n for n, theme in enumerate(dict.fromkeys(table["theme"]))}
    target = table["theme"].map(place)
    pull = target.groupby(table["candidate"], sort=False).mean().sort_values(kind="stable")
    rank = {candidate: n for n, candidate in enumerate(pull.index)}
    ordered = table.assign(rank=table["candidate"].map(rank), target=target)
    by_start = ordered.sort_values(["rank", "target"], kind="stable")
    by_end = ordered.sort_values(["target", "rank"], kind="stable")
    labels = dict(zip(table["theme"], table["label"], strict=True)) | {"": "in no theme (parked)"}
    code_mm = _code_mm(table, named)
    codes_end, box_start, box_end, themes_start = _places(named)
    boxes = _stack(
        [
            (key, one_line(key) or "left aside", part["code"])
            for key, part in by_start.groupby("candidate", sort=False)
        ],
        code_mm,
        (box_end - box_start) * width_mm - 3,
        lines,
    )
    themes = _stack(
        [
            (key, one_line(labels[key] or key), part["code"])
            for key, part in by_end.groupby("theme", sort=False)
        ],
        code_mm,
        (1 - themes_start) * width_mm - 7,
        lines,
    )
    codes = _names(by_start["code"], codes_end * width_mm - 2) if named else []
    columns = codes, boxes, themes
    return [_spread(column, _bottom(columns)) for column in columns]


def _names(codes, room_mm):
    """A line for each code."""
    short = short_names(map(one_line, codes), room_mm)
    top = HEADING_MM
    return [
        _Block(code, short[one_line(code)], (code,), top + CODE_MM * n, top + CODE_MM * (n + 1))
        for n, code in enumerate(codes)
    ]


def _stack(items, code_mm, room_mm, lines):
    """Blocks from top to bottom, each as high as its codes or its words need."""
    blocks, bottom, gap = [], HEADING_MM, 2.4 if code_mm == CODE_MM else 1.2
    texts = [text for _, text, _ in items]
    counts = [f"\u00a0({len(codes)})" for *_, codes in items]
    filled = fill_each(texts, [room_mm] * len(items), lines, counts)
    for (key, _, codes), words in zip(items, filled, strict=True):
        high = max(code_mm * len(codes), SMALLEST_MM + LINE_MM * words.count("\n"))
        blocks.append(_Block(key, words, tuple(codes), bottom, bottom + high))
        bottom += high + gap
    return blocks


def _spread(column, highest):
    """Spread blocks over the whole height, so that bands run as level as they can."""
    apart = (highest - column[-1].bottom) / (len(column) + 1) if column else 0
    return [
        block._replace(top=block.top + apart * n, bottom=block.bottom + apart * n)
        for n, block in enumerate(column, start=1)
    ]


def _draw_bands(ax, table, codes, boxes, themes, x, colours, code_mm):
    starts = {block.key: block.middle for block in codes}
    through, ends = {}, {}
    for block in boxes:
        through |= block.slots(code_mm)
    for block in themes:
        ends |= block.slots(code_mm)
    thick = 0.84 * code_mm
    for code, theme in zip(table["code"], table["theme"], strict=True):
        colour = tint(colours[theme], 0.4)
        if starts:
            _band(ax, x[0] + 1.8, starts[code], x[1], through[code], thick, colour)
        _band(ax, x[2], through[code], x[3], ends[code], thick, colour)


def _band(ax, x0, y0, x1, y1, thick, colour):
    middle, half = (x0 + x1) / 2, thick / 2
    upper = [(x0, y0 - half), (middle, y0 - half), (middle, y1 - half), (x1, y1 - half)]
    lower = [(x1, y1 + half), (middle, y1 + half), (middle, y0 + half), (x0, y0 + half)]
    kinds = [Path.MOVETO, *3 * [Path.CURVE4], Path.LINETO, *3 * [Path.CURVE4], Path.CLOSEPOLY]
    path = Path([*upper, *lower, upper[0]], kinds)
    ax.add_patch(PathPatch(path, facecolor=colour, edgecolor="white", linewidth=0.5))


def _draw_codes(ax, codes, table, x, colours):
    theme_of = dict(zip(table["code"], table["theme"], strict=True))
    for block in codes:
        ax.text(x, block.middle, block.text, ha="right", va="center")
        look = {"facecolor": colours[theme_of[block.key]], "linewidth": 0}
        half = 0.42 * (block.bottom - block.top)
        ax.add_patch(Rectangle((x + 0.9, block.middle - half), 0.9, 2 * half, **look))


def _draw_boxes(ax, boxes, start, end):
    for block in boxes:
        look = {"facecolor": "white", "edgecolor": INK, "linewidth": 0.6}
        if not block.key:
            look["linestyle"] = "--"
        place = (start, block.top)
        ax.add_patch(Rectangle(place, end - start, block.bottom - block.top, zorder=2, **look))
        align = {"ha": "center", "va": "center", "linespacing": 1.15}
        ax.text((start + end) / 2, block.middle, block.text, zorder=3, **align)


def _draw_themes(ax, themes, x, colours):
    for block in themes:
        look = {"facecolor": colours[block.key], "linewidth": 0}
        ax.add_patch(Rectangle((x, block.top), 1.5, block.bottom - block.top, **look))
        style = "italic" if not block.key else "normal"
        align = {"ha": "left", "va": "center", "linespacing": 1.15, "style": style}
        ax.text(x + 3, block.middle, block.text, **align)

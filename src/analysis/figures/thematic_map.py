"""The figure of the thematic map: themes, what they are part of, and which share their essays."""

from typing import NamedTuple

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from analysis.figures.lettering import fill_each
from analysis.figures.page import (
    INK,
    PT_PER_MM,
    page_height_mm,
    page_width_mm,
    profile_of,
    theme_colours,
    tint,
)
from analysis.figures.rows import (
    LINE_MM,
    MOST_LINES,
    closest,
    first_of,
    nothing_to_draw,
    one_line,
    without_axes,
)

HEADING_MM, ROW_MM, INDENT_MM = 7.0, 5.2, 4.0
LEGEND_MM = 17
LABELS = 0.335  # share of the width that the labels take on either side
LARGEST_MM = 2.1  # radius of a theme in all essays


def height_of_map(table, width_mm, close=False):
    """Height in mm at which every theme has room for its label and its circle."""
    return _height(_sides(table, width_mm, MOST_LINES), close)


def _height(sides, close):
    texts = [row.text for rows in sides for row in rows]
    return max(map(_bottom, sides)) * (closest(texts, ROW_MM) if close else 1) + LEGEND_MM


def plot_thematic_map(table, ax):
    """Draw the themes in two columns, joined by a curve where they share many essays.

    Parameters
    ----------
    table : DataFrame
        ``theme_a, theme_b, label_a, parent, perspective, shared, jaccard, cut``: one row a theme
        (``theme_a`` equal to ``theme_b``; ``shared`` is its number of essays), and one row a
        pair that is to be joined. Themes stand in the order of the table, sub-themes after their
        theme.
    ax : Axes
        From `figure`.

    Notes
    -----
    A perspective is never cut in two, unless there is only one. The place of a theme is that of
    the table: nothing is drawn at random, and no distance on the map has a meaning. The area of a
    circle is its number of essays; a curve is the thicker and darker the more of their essays the
    two themes share (Jaccard index).
    """
    if table.empty:
        return nothing_to_draw(ax)
    width = page_width_mm(ax) - 3
    colours = theme_colours(table["theme_a"])
    table, sides, left_out = _fit_sides(table, ax)
    bottom = max(map(_bottom, sides))
    sides = [_spread(rows, bottom) for rows in sides]
    without_axes(ax, width, bottom)
    most = max(1, table["shared"].max())
    places = {}
    for side, rows in enumerate(sides):
        _draw_side(ax, rows, side, width, colours, most, places)
    pairs = table[table["theme_a"].ne(table["theme_b"])].sort_values("jaccard", kind="stable")
    cut = table["cut"].max()
    for a, b, jaccard in pairs[["theme_a", "theme_b", "jaccard"]].itertuples(index=False):
        _draw_curve(ax, places[a], places[b], width, **_strength(jaccard, cut))
    _say_how_to_read(ax, cut, len(pairs), left_out)
    return ax


class _Row(NamedTuple):
    theme: str | None  # None for a heading
    text: str
    parent: str
    depth: int
    essays: int
    top: float
    bottom: float

    @property
    def middle(self):
        return (self.top + self.bottom) / 2


def _fit_sides(table, ax):
    """Both columns as the page has room for them: if need be with shorter labels, or the first."""
    page, room = page_width_mm(ax), page_height_mm(ax)
    for lines in (MOST_LINES, 2, 1):
        sides = _sides(table, page, lines)
        if _height(sides, close=True) <= room + 0.1:
            return table, sides, ""
    themes = list(dict.fromkeys(table["theme_a"]))
    for many in range(len(themes) - 1, 0, -1):
        first = themes[:many]
        some = table[table["theme_a"].isin(first) & table["theme_b"].isin(first)]
        sides = _sides(some, page, 1)
        if _height(sides, close=True) <= room:
            break
    return some, sides, first_of(many, len(themes))


def _sides(table, width_mm, lines):
    """The rows of the left and of the right column, as even as perspectives and kin allow."""
    themes = table[table["theme_a"].eq(table["theme_b"])]
    blocks = _blocks(themes)
    several = len({perspective for perspective, _ in blocks}) > 1
    starts = [n for n in range(1, len(blocks)) if not several or blocks[n][0] != blocks[n - 1][0]]
    words = _labels(blocks, width_mm, lines)
    halves = [[_rows(blocks[:n], words), _rows(blocks[n:], words)] for n in starts]
    if not halves:
        return _rows(blocks, words), []
    return min(halves, key=lambda half: abs(_bottom(half[0]) - _bottom(half[1])))


def _blocks(themes):
    """Each top theme with what is below it: (perspective, [(theme, label, parent, depth, n)])."""
    parents = dict(zip(themes["theme_a"], themes["parent"], strict=True))
    blocks = []
    columns = ["theme_a", "label_a", "parent", "perspective", "shared"]
    for theme, label, parent, perspective, n in themes[columns].itertuples(index=False):
        depth, above = 0, parent
        while above in parents:
            depth, above = depth + 1, parents[above]
        item = (theme, label or theme, parent, depth, n)
        if depth and blocks:
            blocks[-1][1].append(item)
        else:
            blocks.append((perspective, [item]))
    return blocks


def _labels(blocks, width_mm, lines):
    """The words of each perspective and of each theme."""
    headings = list(dict.fromkeys(perspective for perspective, _ in blocks))
    capital = [heading[:1].upper() + heading[1:] for heading in headings]
    bold = 0.88  # bold letters are wider
    capital = fill_each(capital, [bold * LABELS * width_mm] * len(headings), 1)
    items = [item for _, items in blocks for item in items]
    labels = fill_each(
        [one_line(label) for _, label, *_ in items],
        [LABELS * width_mm - 4 - INDENT_MM * min(depth, 5) for *_, depth, _ in items],
        lines,
        [f"\u00a0({n})" for *_, n in items],
    )
    themes = dict(zip([theme for theme, *_ in items], labels, strict=True))
    return dict(zip(headings, capital, strict=True)), themes


def _rows(blocks, words):
    headings, labels = words
    rows, bottom, heading = [], 0, None
    for perspective, items in blocks:
        if perspective != heading:
            text = headings[perspective]
            rows.append(_Row(None, text, "", 0, 0, bottom, bottom + (HEADING_MM if text else 2)))
            bottom, heading = rows[-1].bottom, perspective
        for theme, _, parent, depth, n in items:
            text = labels[theme]
            end = bottom + ROW_MM + LINE_MM * text.count("\n")
            rows.append(_Row(theme, text, parent, depth, n, bottom, end))
            bottom = end
    return rows


def _bottom(rows):
    return rows[-1].bottom if rows else 0


def _spread(rows, bottom):
    """The shorter column with its rows further apart, but not so far that it falls to pieces."""
    if len(rows) < 2:
        return rows
    first, *rest = rows
    start = first.bottom
    wider = min(1.6, (bottom - start) / (_bottom(rows) - start))
    return [first] + [
        row._replace(
            top=start + wider * (row.top - start), bottom=start + wider * (row.bottom - start)
        )
        for row in rest
    ]


def _draw_side(ax, rows, side, width, colours, most, places):
    """Labels outside, circles inside; `places` gets where each theme is."""
    edge = LABELS * width if side == 0 else (1 - LABELS) * width
    outwards = -1 if side == 0 else 1
    align = {"ha": "right" if side == 0 else "left", "va": "center", "linespacing": 1.15}
    for row in rows:
        x = edge + outwards * INDENT_MM * row.depth
        if row.theme is None:
            ax.text(edge + outwards * 3.2, row.middle, row.text, weight="bold", **align)
            continue
        radius = max(0.5, LARGEST_MM * (row.essays / most) ** 0.5)
        colour = colours[row.theme]
        look = {"markerfacecolor": tint(colour, 0.45), "markeredgecolor": colour}
        size = 2 * radius * PT_PER_MM
        ax.plot(x, row.middle, "o", markersize=size, markeredgewidth=0.8, zorder=3, **look)
        ax.text(x + outwards * 3.2, row.middle, row.text, **align)
        places[row.theme] = (x, row.middle, side)
        if row.parent in places:
            above = places[row.parent]
            line = {"color": INK, "linewidth": 0.8, "zorder": 2, "solid_joinstyle": "miter"}
            ax.plot([above[0], above[0], x], [above[1], row.middle, row.middle], **line)


def _strength(jaccard, cut):
    """Line width in points and grey of a curve: from just at the cut to always together."""
    share = (jaccard - cut) / (1 - cut) if cut < 1 else 1
    grey = 0.66 - 0.52 * share
    return {"linewidth": 0.6 + 0.9 * share, "edgecolor": (grey, grey, grey)}


def _draw_curve(ax, start, end, width, **look):
    """Across the middle between the columns; along a bow within one."""
    (x0, y0, from_side), (x1, y1, to_side) = start, end
    if from_side == to_side:
        inwards = 1 if from_side == 0 else -1
        reach = inwards * min(0.2 * width, 5 + 0.45 * abs(y1 - y0))
        bends = [(x0 + reach, y0), (x1 + reach, y1)]
    else:
        middle = (x0 + x1) / 2
        bends = [(middle, y0), (middle, y1)]
    path = Path([(x0, y0), *bends, (x1, y1)], [Path.MOVETO] + 3 * [Path.CURVE4])
    ax.add_patch(PathPatch(path, facecolor="none", zorder=1, capstyle="butt", **look))


def _say_how_to_read(ax, cut, n_pairs, left_out):
    values = np.unique([cut, (1 + cut) / 2, 1.0])
    lines = [
        Line2D([], [], color=look["edgecolor"], linewidth=look["linewidth"], label=f"{value:.2g}")
        for value, look in ((value, _strength(value, cut)) for value in values)
    ]
    title = f"Lines: two that share essays, by their Jaccard index (from {cut:.2g} on)"
    if not n_pairs:
        lines = [Line2D([], [], linestyle="none")]
        title = f"No two have a Jaccard index of {cut:.2g} or more: none are joined"
    title = f"{title}.\n{left_out}" if left_out else title
    legend = ax.legend(
        handles=lines,
        title=title,
        title_fontsize=profile_of(ax).text_pt,
        ncols=len(lines),
        loc="upper center",
        bbox_to_anchor=(0.5, 0),
        frameon=False,
    )
    legend.get_title().set_color(INK)

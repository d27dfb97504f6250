"""What figures share beside the data: labels, headings, columns of text, axis and legend.

A figure has a row for each theme or code; the y axis is in mm from the top.
"""

import textwrap
from typing import NamedTuple

import pandas as pd
import seaborn as sns
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation

from analysis.figures.lettering import fill_each, from_the_left, shown, width_mm
from analysis.figures.page import PT_PER_MM, page_height_mm, page_width_mm

ROW_MM, LINE_MM = 4.6, 3.3  # a row; from one line of a label to the next
LEAST_MM = 3.3  # of a row with one line that can still be read
MOST_LINES = 5  # of a label
LABELS = 0.36  # share of the width that they take
CODER_MM = 34  # that a coder's name may take in a legend
BELOW_MM = 22  # that names below the data may take


def height_for_rows(table, page_mm, close=False):
    """Height in mm at which every theme or code of the table has a row its label fits into.

    Takes the table that will be drawn (not `accumulation`) and the width it will be drawn at:
    in a narrow figure labels wrap to more lines. Long tables grow beyond a journal's page; on it
    they have shorter labels, and then fewer rows (`fit_rows`).

    Parameters
    ----------
    close : bool
        Whether rows are as close together as they can still be read.
    """
    return _height(rows_of(table, page_mm), _beside_the_rows(table, page_mm), close)


def _height(rows, beside, close):
    if not close:
        return rows[-1].bottom + beside
    return closest([row.text for row in rows]) * rows[-1].bottom + 0.85 * beside


def closest(texts, row_mm=ROW_MM):
    """The share of their usual height at which rows with these words can still be read."""
    more = LINE_MM * max((text.count("\n") for text in texts), default=0)
    return (LEAST_MM + more) / (row_mm + more)


def _beside_the_rows(table, page_mm):
    """Height of legend and axis: in a narrow figure they wrap, and long names stand upright."""
    names = table["essay_id"].unique() if "essay_id" in table else []
    longest = max((min(BELOW_MM, width_mm(shown(name))) for name in names), default=0)
    more_lines = max(0, len(set(table["readers"])) - 3) if "readers" in table else 0
    legend = 3.7 * min(more_lines, 4)  # of the matrix: a line for each coder
    return 30 + max(0, 140 - page_mm) / 4 + max(0, longest - 6) + legend


class Fitted(NamedTuple):
    """A table as far as the page has room for it.

    Attributes
    ----------
    table : DataFrame
        All of it, or what belongs to its first themes or codes.
    rows : list of _Row
    words : str
        What a reader has to know if something is left out.
    """

    table: pd.DataFrame
    rows: list
    words: str


def fit_rows(table, ax):
    """The rows of a table for the page: all, if need be with shorter labels, or the first."""
    page, room = page_width_mm(ax), page_height_mm(ax)
    beside = _beside_the_rows(table, page)
    for lines in (MOST_LINES, 2, 1):
        rows = rows_of(table, page, lines)
        if _height(rows, beside, close=True) <= room + 0.1:
            return Fitted(table, rows, "")
    named = [row for row in rows if row.key is not None]
    last = [n for n, _ in enumerate(rows, start=1) if _height(rows[:n], beside, True) <= room]
    fitting = [row.key for row in rows[: max(last, default=0)] if row.key is not None]
    keys = fitting or [named[0].key]
    for column in _keys(table):
        table = table[table[column].isin(keys)]
    return Fitted(table, rows_of(table, page, 1), first_of(len(keys), len(named)))


def first_of(shown, there):
    return (
        f"Shown: the first {shown} of {there}; the page has no room for more. The table beside "
        "the figure has all"
    )


def _keys(table):
    both = ["theme_a", "theme_b"] if "theme_a" in table else []
    return both or ["theme" if "theme" in table else "code"]


def rows_of(table, page_mm, lines=MOST_LINES):
    """A heading, empty if there are no perspectives, and a row for each theme or code."""
    key = _keys(table)[0]
    items = table.drop_duplicates(key).fillna({"parent": "", "perspective": "", "label": ""})
    parents = dict(zip(items[key], items["parent"], strict=True)) if "parent" in items else {}
    words = undefined_words(items, page_mm) if "undefined" in items else [""] * len(items)
    labels = items["label_a" if key == "theme_a" else "label"].where(lambda s: s != "", items[key])
    labels = _wrapped(labels, [_depth(name, parents) for name in items[key]], page_mm, lines)
    groups = items["perspective"] if "perspective" in items else [""] * len(items)
    headings = _headings(groups, page_mm, min(lines, 2))
    rows, bottom, group = [], 0, None
    for name, text, aside, perspective in zip(items[key], labels, words, groups, strict=True):
        if not rows or perspective != group:
            nameless = "No perspective" if rows else ""
            heading = headings[perspective] or nameless
            high = 5.6 + LINE_MM * heading.count("\n")
            rows.append(_Row(None, heading, bottom, bottom + high))
        extra = max(text.count("\n"), aside.count("\n"))
        rows.append(_Row(name, text, rows[-1].bottom, rows[-1].bottom + ROW_MM + LINE_MM * extra))
        bottom, group = rows[-1].bottom, perspective
    return rows or [_Row(None, "", 0, 5.6)]


def _headings(groups, page_mm, lines):
    different = list(dict.fromkeys(groups))
    capital = [group[:1].upper() + group[1:] for group in different]
    bold = 0.88  # bold letters are wider
    rooms = [bold * LABELS * page_mm] * len(different)
    return dict(zip(different, fill_each(capital, rooms, lines), strict=True))


def undefined_words(table, width_mm):
    width = max(16, int((0.64 * width_mm - 24) / 1.5))
    words = table["undefined"].fillna("").where(table["alpha"].isna(), "")
    return words.map(
        lambda reason: textwrap.fill(f"alpha undefined: {reason}" if reason else "", width)
    )


def middles(rows, keys):
    return keys.map({row.key: row.middle for row in rows}).to_numpy()


def label_rows(ax, rows, numbered=False):
    """Write the labels flush left; return the width they take, in points."""
    texts = _numbered(rows) if numbered else [row.text for row in rows]
    ax.set_yticks([row.middle for row in rows], texts)
    ax.set_ylim(rows[-1].bottom, 0)
    labels = ax.get_yticklabels()
    for row, label in zip(rows, labels, strict=True):
        label.set(ha="left", linespacing=1.15, weight="bold" if row.key is None else "normal")
    width = max(_width_pt(label) for label in labels) + 5
    ax.tick_params(axis="y", length=0, pad=width)
    sns.despine(ax=ax, left=len(rows) == 1)
    return width


def text_column(ax, rows, texts, header, start=0):
    """Write numbers flush right beside the axes; return where the column ends, in points."""
    place = {"xycoords": ax.get_yaxis_transform(), "xytext": (0, 0), "annotation_clip": False}
    style = {"textcoords": "offset points", "ha": "right", "va": "center_baseline"}
    written = [
        ax.annotate(texts[row.key], (1, row.middle), **place, **style)
        for row in rows
        if row.key is not None
    ]
    written.append(ax.annotate(header, (1, rows[0].middle), weight="bold", **place, **style))
    end = start + 6 + max(_width_pt(text) for text in written)
    for text in written:
        text.set_position((end, 0))
    return end


def x_label(ax, text, left_pt, right_pt=0, more=""):
    """Label the x axis flush left: below the data, or below the labels too in a narrow figure."""
    text = f"{text}. {more}" if more else text
    beside_pt = left_pt + right_pt if page_width_mm(ax) > 120 else 0
    width_mm = page_width_mm(ax) - beside_pt / PT_PER_MM - 4
    ax.set_xlabel(textwrap.fill(text, max(20, int(width_mm / 1.65))), loc="left", linespacing=1.2)
    if not beside_pt:
        label, inch = ax.xaxis.label, ax.get_figure().dpi_scale_trans
        label.set_transform(label.get_transform() + ScaledTranslation(-left_pt / 72, 0, inch))


def count_essays(ax, first, last):
    """An axis of essays from the first to the last, both of which have a tick."""
    ticks = MaxNLocator(integer=True, nbins=6, steps=[1, 2, 5, 10]).tick_values(0, last)
    apart = (0.35 if page_width_mm(ax) > 100 else 0.45) * ticks[1]
    between = [t for t in ticks if first + apart < t < last - apart]
    ax.set_xticks([*dict.fromkeys([first, *map(int, between), int(last)])])
    ax.set_xlim(first, first + max(1, (last - first) * 1.01))


def legend(ax, groups, left_pt):
    """Put the legend above the data, flush with the labels.

    In one line if there is room, else a column for each group, else a line for each, else in as
    many columns as there is room for.
    """
    shift = ScaledTranslation(-left_pt / 72, 3 / 72, ax.get_figure().dpi_scale_trans)
    place = {"loc": "lower left", "bbox_to_anchor": (0, 1), "bbox_transform": ax.transAxes + shift}
    look = {"frameon": False, "borderpad": 0.2, "borderaxespad": 0, "columnspacing": 1.6}
    blank = Line2D([], [], linestyle="none", label=" ")
    tallest = max((len(group) for group in groups), default=0)
    flat = [handle for group in groups for handle in group]
    grid = [handle for group in groups for handle in group + [blank] * (tallest - len(group))]
    by_group = [(grid, len(groups))] if len(groups) > 1 else []
    by_group += [(_turned(grid, tallest), tallest)] if min(len(groups), tallest) > 1 else []
    narrower = [(flat, columns) for columns in range(len(flat), 0, -1)]
    for handles, columns in [*narrower[:1], *by_group, *narrower[1:]]:
        legend = ax.legend(handles=handles, ncols=max(1, columns), **place, **look)
        for text in legend.get_texts():
            text.set_text(textwrap.fill(text.get_text(), int(page_width_mm(ax) / 1.9)) or " ")
        if _width_pt(legend) < (page_width_mm(ax) - 4) * PT_PER_MM:
            break


def _turned(grid, tallest):
    """The handles of a legend with its lines as columns."""
    return [handle for line in range(tallest) for handle in grid[line::tallest]]


def one_line(name):
    """A name as it is read: spaces for underscores and line ends."""
    return " ".join(name.replace("_", " ").split())


def without_axes(ax, width_mm, height_mm):
    """A plain sheet, in mm from its upper left corner."""
    ax.set(xlim=(0, width_mm), ylim=(height_mm, 0), xticks=[], yticks=[])
    ax.set_axis_off()


def nothing_to_draw(ax, why="The table has no rows"):
    ax.set(xticks=[], yticks=[])
    place = {"ha": "center", "transform": ax.transAxes}
    ax.text(0.5, 0.5, f"{why}: nothing to draw.", **place)
    return ax


def span(low, high, to):
    return f"{low}" if low == high else f"{low}{to}{high}"


class _Row(NamedTuple):
    key: str | None  # theme or code; None for a heading
    text: str
    top: float
    bottom: float

    @property
    def middle(self):
        return (self.top + self.bottom) / 2


def _depth(theme, parents, seen=()):
    parent = parents.get(theme, "")
    if parent not in parents or parent in seen:
        return 0
    return 1 + _depth(parent, parents, (*seen, theme))


def _wrapped(labels, depths, page_mm, lines):
    """Wrap labels into the left third; sub-themes are indented and bear a dash."""
    first = ["\u2003" * depth + "\u2013 " if depth else "" for depth in depths]
    rooms = [LABELS * page_mm - width_mm(indent) for indent in first]
    filled = fill_each(list(labels), rooms, lines)
    return [
        from_the_left(indent + text.replace("\n", "\n" + indent.replace("\u2013", "\u2002")))
        for indent, text in zip(first, filled, strict=True)
    ]


def _numbered(rows):
    """The labels, flush behind their numbers."""
    digits, number, texts = len(str(len(rows))), 0, []
    for row in rows:
        number += row.key is not None
        first = "" if row.key is None else f"{number:>{digits}}".replace(" ", "\u2007")
        text = row.text.removeprefix(f"{number}: ")  # of two that look alike
        text = text.replace("\n", "\n" + "\u2007" * digits + "\u2002")
        texts.append(from_the_left(f"{first}\u2002{text}"))
    return texts


def _width_pt(artist):
    fig = artist.get_figure()
    return artist.get_window_extent().width * 72 / fig.dpi

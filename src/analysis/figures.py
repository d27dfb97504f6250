"""Figures of a study: a table in, a drawing out, the same bytes every time.

Each ``plot_<name>(table, ax)`` draws the table as it is, in its order, and returns the axes; it
estimates, sorts and decides nothing. `figure` gives axes in the project's one style, and
`save_figure` writes what a journal, a reader and a screen reader need. Shape, position or words
carry every distinction; a theme's colour only helps to find it again in the next figure. ::

    with figure(180, height_for_rows(prevalence)) as (fig, ax):
        plot_prevalence(prevalence, ax)
        files = save_figure(fig, prevalence, folder, "prevalence", alt=alt, caption=caption)
"""

import hashlib
import io
import textwrap
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation

from analysis.files import write_atomic

MM_PER_INCH, PT_PER_MM = 25.4, 72 / 25.4
TEXT_PT, SMALL_PT = 8, 7
INK, GUIDE, BAND = "#222222", "#dddddd", "#f3f3f3"

# Farthest-first in OKLab, seen with normal, deuteranopic and protanopic vision (Machado et al.
# 2009, severity 1); each at least 3:1 against white. Beyond 48 themes the colours come round
# again, and nothing is lost by it.
THEME_COLOURS = """
    0072b2 c2570c 117755 8a3b7e 9e86b9 65420e 769664 255258 c05c8d 44439b 5889df 8c2441
    af444e 3b889a ad8331 8e4b15 826275 707c26 7d5b9f 877b5a 225a93 bd7e88 aa6ec4 796bc9
    2d552d 546733 ca7b57 6a92a2 485eb5 4b4e6d 3e6960 618573 6979ac 479849 6f3e5d a05986
    6949a3 ad6f79 7b6048 15617a 635737 ae6837 6d3385 116b1a 4f86c3 906a65 856833 714d4d
""".split()

# On top of matplotlib's own defaults, so that nobody's matplotlibrc or seaborn theme gets in.
STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": TEXT_PT,
    "axes.labelsize": TEXT_PT,
    "xtick.labelsize": TEXT_PT,
    "ytick.labelsize": TEXT_PT,
    "legend.fontsize": TEXT_PT,
    "text.color": INK,
    "text.parse_math": False,  # a label may cost "$5 or $6"
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "hatch.linewidth": 0.5,
    "axes.axisbelow": True,
    "pdf.fonttype": 42,  # TrueType: letters stay letters
    "svg.fonttype": "path",  # the same letters where DejaVu Sans is not installed
    "svg.hashsalt": "analysis.figures",
}


@contextmanager
def figure(width_mm, height_mm):
    """Give (fig, ax) in the project's style; the caller's own settings return after the block.

    The figure stays open, so that a notebook shows it below the cell; a script closes it with
    ``plt.close(fig)``. Common widths are 85 mm (one column) and 180 mm (two).
    """
    with plt.style.context(["default", STYLE]):
        size = (width_mm / MM_PER_INCH, height_mm / MM_PER_INCH)
        fig, ax = plt.subplots(figsize=size, layout="constrained")
        fig.get_layout_engine().set(w_pad=1.5 / MM_PER_INCH, h_pad=1.5 / MM_PER_INCH)
        try:
            yield fig, ax
        except BaseException:
            plt.close(fig)
            raise


def height_for_rows(table, width_mm=180):
    """Height in mm at which every theme or code of the table has a row its label fits into.

    Takes the table that will be drawn (not `accumulation`) and the width it will be drawn at:
    in a narrow figure labels wrap to more lines. Long tables grow beyond a journal's page.
    """
    legend_and_axis = 30 + max(0, 140 - width_mm) / 4  # in a narrow figure they wrap
    return _rows(table, width_mm)[-1].bottom + legend_and_axis


def theme_colours(themes):
    """One colour a theme in every figure, whatever their order: the same set, the same colours."""
    unique = sorted(set(themes))
    return {t: f"#{THEME_COLOURS[i % len(THEME_COLOURS)]}" for i, t in enumerate(unique)}


# ---------------------------------------------------------------------------------------------
# The figures


def plot_prevalence(table, ax):
    """Draw in how many essays each theme was identified, and how far its readers agreed on that.

    Parameters
    ----------
    table : DataFrame, one row a theme
        ``theme, label, parent, perspective, n_low, n_high, essays, all_coders, any_coder`` and
        up to four ``coder_<name>``; all are numbers of essays. Where ``n_low < n_high`` the bar
        ends at the first, a hatched piece reaches the second, and ``10-12`` is printed.
    ax : Axes
        From `figure`.

    Notes
    -----
    A thin line runs from the essays all coders marked to those any coder marked, with a mark
    for each coder above, on or below it. Where the themes have not all the same N, each row
    prints its own.
    """
    rows = _rows(table, _width_mm(ax))
    left = _label_rows(ax, rows)
    if table.empty:
        return _nothing_to_draw(ax)
    y = _middles(rows, table["theme"])
    colours = pd.Series(theme_colours(table["theme"]))[table["theme"]]
    open_n = table["n_high"] - table["n_low"]
    bar = {"height": 3.2, "edgecolor": colours, "linewidth": 0.6}
    ax.barh(y, table["n_low"], color=[_tint(c, 0.45) for c in colours], label="n", **bar)
    ax.barh(y, open_n, left=table["n_low"], color="none", hatch="//////", label="range", **bar)
    swatch = {"edgecolor": INK, "linewidth": 0.6}
    bars = [Patch(facecolor="#b0b0b0", label="consensus (n)", **swatch)]
    if open_n.any():
        bars.append(Patch(facecolor="none", hatch="//////", label="not yet adjudicated", **swatch))
    readings = _mark_readings(ax, table, y)
    end = _column(ax, rows, dict(zip(table["theme"], _n_texts(table), strict=True)), "n")
    most = table["essays"].max()
    _count_essays(ax, 0, most)
    essays = _span(table["essays"].min(), most, " to ")
    _x_label(ax, f"Essays in which the theme was identified (of {essays})", left, end)
    _legend(ax, [bars, *readings], left)
    return ax


def plot_theme_matrix(table, ax):
    """Draw which theme is in which essay, and who saw it there: themes down, essays across.

    Parameters
    ----------
    table : DataFrame, one row an essay and theme
        ``essay_id, theme, label, parent, perspective``; ``status`` (present | absent |
        unresolved); ``readers`` ("all", "none" or names joined by "; "). Essays stand in the
        table's order. An essay without a row for a theme was not read for it.
    ax : Axes
        From `figure`.

    Notes
    -----
    The shape says who marked the theme on first reading, the filling what was agreed: full is
    present, hollow is absent, half full is unresolved. Where a cell would be too small
    for a symbol, the height of a plain bar says it; where it would be too small for a bar, the
    essays are counted. The figure says which of these it is.
    """
    rows = _rows(table, _width_mm(ax))
    left = _label_rows(ax, rows)
    if table.empty:
        return _nothing_to_draw(ax)
    essays = table["essay_id"].drop_duplicates()
    cell_mm = (_width_mm(ax) - left / PT_PER_MM - 6) / len(essays)
    cells = _every_cell(table, rows, essays)
    _perspective_bands(ax, rows)
    if cell_mm >= 2:
        groups = _cells_as_symbols(ax, cells, essays, cell_mm)
        label = f"Essays ({len(essays)}). Blank: absent, marked by no coder"
    elif cell_mm >= 0.4:
        groups = [_cells_as_bars(ax, cells)]
        label = (
            f"Essays 1 to {len(essays)}, in the order of the table: too many for symbols; "
            "a bar does not say which coder. Blank: absent, marked by no coder"
        )
    else:
        groups = [_cells_counted(ax, cells)]
        label = f"Number of essays (of {len(essays)}: too many to draw each)"
    _x_label(ax, label, left)
    _legend(ax, groups, left)
    return ax


def plot_agreement(table, ax):
    """Draw Krippendorff's alpha of each code beside the share of readings that mark the code.

    Parameters
    ----------
    table : DataFrame, one row a code or theme, drawn in this order
        ``code, label, essays``; ``marked`` (share 0-1); ``alpha`` (NaN where undefined);
        ``undefined`` (the reason in words, printed where the point would be).
    ax : Axes
        From `figure`.

    Notes
    -----
    The line at 0 is what chance would give, by definition of alpha. There are no other lines:
    no value separates good agreement from bad. A rare code can have a low alpha with few
    disagreements, which is why the share stands beside it.
    """
    rows = _rows(table, _width_mm(ax))
    left = _label_rows(ax, rows)
    if table.empty:
        return _nothing_to_draw(ax)
    y = _middles(rows, table["code"])
    defined = table["alpha"].notna()
    lowest = min(0, table["alpha"].min()) if defined.any() else 0
    start = lowest - 0.05
    ax.axvline(0, color=INK, linewidth=0.6)
    ax.hlines(y[defined], start, table["alpha"][defined], color=GUIDE, linewidth=0.6)
    ax.plot(table["alpha"][defined], y[defined], "o", color=INK, markersize=4.5, label="alpha")
    words = _undefined_words(table, _width_mm(ax))
    aside = {"fontsize": SMALL_PT, "style": "italic", "linespacing": 1.1, "va": "center"}
    for height, text in zip(y[~defined], words[~defined], strict=True):
        ax.annotate(text, (0, height), xytext=(3, 0), textcoords="offset points", **aside)
    marked = dict(zip(table["code"], table["marked"].map("{:.0%}".format), strict=True))
    end = _column(ax, rows, marked, "marked")
    if table["essays"].nunique() > 1:
        read = dict(zip(table["code"], table["essays"].map(str), strict=True))
        end = _column(ax, rows, read, "essays", end)
    ax.set_xlim(start, 1.03)
    ax.set_xticks(np.arange(np.ceil(start * 5), 6) / 5)
    essays = _span(table["essays"].min(), table["essays"].max(), " to ")
    text = (
        f"Krippendorff's alpha over {essays} essays (0: as by chance, 1: no disagreement); "
        "marked: share of readings that mark it"
    )
    _x_label(ax, text, left, end)
    return ax


def plot_cooccurrence(table, ax):
    """Draw which themes meet in an essay: counts above the diagonal, Jaccard below, n on it.

    Parameters
    ----------
    table : DataFrame, one row an unordered pair and one a theme with itself
        ``theme_a, theme_b, label_a, label_b``; ``shared`` (essays with both, on the diagonal
        with the theme); ``jaccard`` (0-1; NaN, drawn as a dash, where neither occurs). Themes
        stand in the order of ``theme_a``.
    ax : Axes
        From `figure`.

    Notes
    -----
    Columns bear the numbers of the rows. Where a cell is too small for its number, the figure
    says so and only shades it.
    """
    rows = _rows(table, _width_mm(ax))
    left = _label_rows(ax, rows, numbered=True)
    if table.empty:
        return _nothing_to_draw(ax)
    themes = [row.key for row in rows if row.key is not None]
    shared, jaccard = _square(table, themes, "shared"), _square(table, themes, "jaccard")
    upper = np.triu(np.ones(shared.shape, bool), k=1)
    most = np.nanmax(shared[upper], initial=1)
    shade = np.nan_to_num(np.where(upper, shared / most, jaccard))
    np.fill_diagonal(shade, 0)

    cell_pt = (_width_mm(ax) * PT_PER_MM - left - 12) / len(themes)
    fits = cell_pt >= 14
    shades = LinearSegmentedColormap.from_list("shades", ["#ffffff", "#8fb3d1" if fits else INK])
    edges = [row.top for row in rows if row.key is not None] + [rows[-1].bottom]
    across = np.arange(len(themes) + 1)
    line = {"edgecolor": GUIDE, "linewidth": 0.5}
    ax.pcolormesh(across, edges, shade, cmap=shades, vmin=0, vmax=1, **line)
    _frame_diagonal(ax, rows)
    _number_columns(ax, rows, cell_pt)
    if fits:
        _write_pairs(ax, rows, shared, jaccard, leading_zero=cell_pt >= 19)
    _x_label(ax, _HOW_TO_READ_PAIRS if fits else _HOW_TO_READ_SHADES.format(int(most)), left)
    sns.despine(ax=ax, left=True, bottom=True)
    return ax


def plot_accumulation(table, ax):
    """Draw how the number of different codes grows as essays are read.

    Parameters
    ----------
    table : DataFrame, one row a number of essays
        ``essays_read``; ``expected`` (mean over all orders); ``low, high`` (5th and 95th
        percentile over random orders); ``in_order`` (codes met in the order of essay ids).
    ax : Axes
        From `figure`.
    """
    if table.empty:
        return _nothing_to_draw(ax)
    x = table["essays_read"]
    band = ax.fill_between(x, table["low"], table["high"], color="#d5d5d5", linewidth=0)
    band.set_label("5th to 95th percentile of random orders")
    expected = ax.plot(x, table["expected"], "--", color=INK, linewidth=1)
    expected[0].set_label("expected: mean of all orders")
    actual = ax.step(
        x, table["in_order"], where="post", color=f"#{THEME_COLOURS[0]}", linewidth=1.3
    )
    actual[0].set_label("in the order of essay ids")
    _count_essays(ax, 1, x.max())
    ax.set_ylim(0, None)
    ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    ax.set_xlabel("Essays read")
    ax.set_ylabel("Different codes met")
    sns.despine(ax=ax)
    _legend(ax, [actual, expected, [band]], 24)
    return ax


# ---------------------------------------------------------------------------------------------
# Writing


def save_figure(fig, table, folder, name, *, alt, caption):
    """Write a figure and everything that belongs to it: the same figure gives the same bytes.

    Parameters
    ----------
    table : DataFrame
        The table drawn. Its CSV has floats with 10 significant digits and nothing where a
        value is missing.
    alt, caption : str
        What a reader who cannot see the figure needs; what stands below it. Both are in the
        ``.txt``; the alternative text is also in the metadata of the images.

    Returns
    -------
    DataFrame
        ``file, sha256`` of name.svg, .pdf, .png (300 dpi), .csv and .txt. All are made before
        the first is written, each is replaced in one step, and the images have exactly the
        figure's size.

    Raises
    ------
    ValueError
        If a part of the drawing lies outside the page. Nothing is written then.
    """
    with plt.style.context(["default", STYLE]):
        _fix_layout(fig, name)
        files = {
            "svg": _image(fig, "svg", {"Date": None, "Title": name, "Description": alt}),
            "pdf": _image(fig, "pdf", {"CreationDate": None, "Title": name, "Subject": alt}),
            "png": _image(fig, "png", {"Software": None, "Title": name, "Description": alt}),
        }
    csv = table.to_csv(index=False, float_format="%.10g", lineterminator="\n")
    files["csv"] = csv.encode()
    files["txt"] = f"Caption\n{caption.strip()}\n\nAlternative text\n{alt.strip()}\n".encode()
    for ending, content in files.items():
        write_atomic(Path(folder) / f"{name}.{ending}", content)
    sums = [hashlib.sha256(content).hexdigest() for content in files.values()]
    return pd.DataFrame({"file": [f"{name}.{ending}" for ending in files], "sha256": sums})


def _fix_layout(fig, name):
    """Lay the figure out once, at the resolution of the PNG, for all three formats."""
    screen, fig.dpi = fig.dpi, 300
    fig.draw_without_rendering()
    fig.set_layout_engine("none")
    drawn, page = fig.get_tightbbox(), fig.bbox_inches
    fig.dpi = screen
    over = max(-drawn.x0, -drawn.y0, drawn.x1 - page.x1, drawn.y1 - page.y1) * MM_PER_INCH
    if over > 0.1:
        raise ValueError(
            f"figure '{name}': {over:.1f} mm of it lie outside the page of "
            f"{page.width * MM_PER_INCH:.0f} x {page.height * MM_PER_INCH:.0f} mm. "
            "Make the figure wider or higher, or shorten the longest label."
        )


def _image(fig, kind, metadata):
    content = io.BytesIO()
    fig.savefig(content, format=kind, dpi=300, metadata=metadata)
    return content.getvalue()


# What the manuscript shows: how each figure is drawn from its table, and its width and height.
MANUSCRIPT = {
    "prevalence": (plot_prevalence, lambda table: (180, height_for_rows(table))),
    "theme_matrix": (plot_theme_matrix, lambda table: (180, height_for_rows(table))),
    "agreement": (plot_agreement, lambda table: (180, height_for_rows(table))),
    "cooccurrence": (plot_cooccurrence, lambda table: (180, height_for_rows(table))),
    "accumulation": (plot_accumulation, lambda table: (89, 70)),
}


@contextmanager
def drawn(name, table):
    """Give one of the manuscript's figures, drawn from its table at its size."""
    plot, size = MANUSCRIPT[name]
    with figure(*size(table)) as (fig, ax):
        plot(table, ax)
        yield fig


def redraw(path):
    """Draw a figure of the manuscript anew from the CSV beside it.

    Caption and alternative text are taken over from the ``.txt``.

    Parameters
    ----------
    path : path-like
        ``<folder>/<name>.csv`` with a name of `MANUSCRIPT`.
    """
    path = Path(path)
    ids = {"essay_id": str, "theme": str, "code": str, "theme_a": str, "theme_b": str}
    table = pd.read_csv(path, dtype=ids, keep_default_na=False)
    for column in {"alpha", "marked", "jaccard"} & set(table):
        table[column] = pd.to_numeric(table[column])
    words = path.with_suffix(".txt").read_text(encoding="utf-8")
    caption, alt = words.removeprefix("Caption\n").split("\n\nAlternative text\n")
    with drawn(path.stem, table) as fig:
        files = save_figure(fig, table, path.parent, path.stem, alt=alt.strip(), caption=caption)
        plt.close(fig)
    return files


# ---------------------------------------------------------------------------------------------
# Rows: labels, headings and columns of text. The y axis is in mm from the top.


class _Row(NamedTuple):
    key: str | None  # theme or code; None for a heading
    text: str
    top: float
    bottom: float

    @property
    def middle(self):
        return (self.top + self.bottom) / 2


def _rows(table, width_mm):
    """A heading, empty if there are no perspectives, and a row for each theme or code."""
    key = next(c for c in ("theme", "theme_a", "code") if c in table)
    items = table.drop_duplicates(key).fillna({"parent": "", "perspective": "", "label": ""})
    parents = dict(zip(items[key], items["parent"], strict=True)) if "parent" in items else {}
    words = _undefined_words(items, width_mm) if "undefined" in items else [""] * len(items)
    labels = items["label_a" if key == "theme_a" else "label"].where(lambda s: s != "", items[key])
    groups = items["perspective"] if "perspective" in items else [""] * len(items)
    rows, bottom, group = [], 0, None
    for name, label, aside, perspective in zip(items[key], labels, words, groups, strict=True):
        if not rows or perspective != group:
            nameless = "No perspective" if rows else ""
            heading = perspective[:1].upper() + perspective[1:] or nameless
            rows.append(_Row(None, heading, bottom, bottom + 5.6))
        text = _wrapped(label, width_mm, _depth(name, parents))
        lines = max(text.count("\n"), aside.count("\n"))
        rows.append(_Row(name, text, rows[-1].bottom, rows[-1].bottom + 4.6 + 3.3 * lines))
        bottom, group = rows[-1].bottom, perspective
    return rows or [_Row(None, "", 0, 5.6)]


def _depth(theme, parents, seen=()):
    parent = parents.get(theme, "")
    if parent not in parents or parent in seen:
        return 0
    return 1 + _depth(parent, parents, (*seen, theme))


def _wrapped(label, width_mm, depth):
    """Wrap a label into the left third; sub-themes are indented and bear a dash."""
    lines = textwrap.wrap(label, max(12, int(0.36 * width_mm / 1.62) - 2 * depth)) or [""]
    if depth == 0:
        return "\n".join(lines)
    first, next_lines = "\u2003" * depth + "\u2013 ", "\u2003" * depth + "\u2002 "
    return first + f"\n{next_lines}".join(lines)


def _undefined_words(table, width_mm):
    width = max(16, int((0.64 * width_mm - 24) / 1.5))
    words = table["undefined"].fillna("").where(table["alpha"].isna(), "")
    return words.map(lambda reason: textwrap.fill(f"undefined: {reason}" if reason else "", width))


def _label_rows(ax, rows, numbered=False):
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


def _numbered(rows):
    """The labels, flush behind their numbers."""
    digits, number, texts = len(str(len(rows))), 0, []
    for row in rows:
        number += row.key is not None
        first = "" if row.key is None else f"{number:>{digits}}".replace(" ", "\u2007")
        texts.append(f"{first}\u2002{row.text}".replace("\n", "\n" + "\u2007" * digits + "\u2002"))
    return texts


def _column(ax, rows, texts, header, start=0):
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


def _x_label(ax, text, left_pt, right_pt=0):
    """Label the x axis flush left, wrapped to the width between labels and columns."""
    width_mm = _width_mm(ax) - (left_pt + right_pt) / PT_PER_MM - 4
    ax.set_xlabel(textwrap.fill(text, max(20, int(width_mm / 1.65))), loc="left", linespacing=1.2)


def _count_essays(ax, first, last):
    """An axis of essays from the first to the last, both of which have a tick."""
    ticks = MaxNLocator(integer=True, nbins=6, steps=[1, 2, 5, 10]).tick_values(0, last)
    apart = (0.35 if _width_mm(ax) > 100 else 0.45) * ticks[1]
    between = [t for t in ticks if first + apart < t < last - apart]
    ax.set_xticks([*dict.fromkeys([first, *map(int, between), int(last)])])
    ax.set_xlim(first, first + max(1, (last - first) * 1.01))


def _legend(ax, groups, left_pt):
    """Put the legend above the data, flush with the labels.

    In one line if there is room, else a column for each group, else in as many as there is room
    for.
    """
    shift = ScaledTranslation(-left_pt / 72, 3 / 72, ax.get_figure().dpi_scale_trans)
    place = {"loc": "lower left", "bbox_to_anchor": (0, 1), "bbox_transform": ax.transAxes + shift}
    look = {"frameon": False, "borderpad": 0.2, "borderaxespad": 0, "columnspacing": 1.6}
    blank = Line2D([], [], linestyle="none", label=" ")
    tallest = max((len(group) for group in groups), default=0)
    flat = [handle for group in groups for handle in group]
    grid = [handle for group in groups for handle in group + [blank] * (tallest - len(group))]
    by_group = [(grid, len(groups))] if len(groups) > 1 else []
    narrower = [(flat, columns) for columns in range(len(flat), 0, -1)]
    for handles, columns in [*narrower[:1], *by_group, *narrower[1:]]:
        legend = ax.legend(handles=handles, ncols=max(1, columns), **place, **look)
        for text in legend.get_texts():
            text.set_text(textwrap.fill(text.get_text(), int(_width_mm(ax) / 1.9)) or " ")
        if _width_pt(legend) < (_width_mm(ax) - 4) * PT_PER_MM:
            break


def _nothing_to_draw(ax):
    ax.set(xticks=[], yticks=[])
    place = {"ha": "center", "transform": ax.transAxes}
    ax.text(0.5, 0.5, "The table has no rows: nothing to draw.", **place)
    return ax


def _middles(rows, keys):
    return keys.map({row.key: row.middle for row in rows}).to_numpy()


def _width_mm(ax):
    return ax.get_figure().get_figwidth() * MM_PER_INCH


def _width_pt(artist):
    fig = artist.get_figure()
    return artist.get_window_extent().width * 72 / fig.dpi


def _tint(colour, strength):
    return tuple(1 - strength * (1 - part) for part in to_rgb(colour))


def _span(low, high, to):
    return f"{low}" if low == high else f"{low}{to}{high}"


# ---------------------------------------------------------------------------------------------
# Parts of the prevalence


def _n_texts(table):
    texts = [_span(*ends, "-") for ends in zip(table["n_low"], table["n_high"], strict=True)]
    if table["essays"].nunique() > 1:
        return [f"{n} of {essays}" for n, essays in zip(texts, table["essays"], strict=True)]
    return texts


def _mark_readings(ax, table, y):
    """A line from all to any of the coders, and a mark for each; return two groups of handles."""
    coders = [column for column in table if column.startswith("coder_")]
    every, some = ("both coders", "either") if len(coders) == 2 else ("all coders", "any")
    ends, marks = [], []
    if len(coders) != 1:
        line = {"color": INK, "linewidth": 0.8}
        ax.hlines(y, table["all_coders"], table["any_coder"], **line)
        cap = {"marker": "|", "color": INK, "markersize": 4.5, "markeredgewidth": 0.8}
        for column in ("all_coders", "any_coder"):
            ax.plot(table[column], y, linestyle="none", label=column, **cap)
        label = f"marked by {every} (left end) to {some} (right end)"
        ends.append(Line2D([], [], linewidth=0.8, label=label, **cap))
    lanes = np.linspace(-1.4, 1.4, len(coders)) if len(coders) > 1 else [0]
    for coder, lane, shape in zip(coders, lanes, "v^sD", strict=False):
        style = {"marker": shape, "markersize": 3.2, "color": INK, "markeredgewidth": 0.5}
        label = f"coder {coder.removeprefix('coder_')}"
        marks += ax.plot(table[coder], y + lane, linestyle="none", label=label, **style)
    return [group for group in (ends, marks) if group]


# ---------------------------------------------------------------------------------------------
# Parts of the matrix


def _perspective_bands(ax, rows):
    """Shade every other perspective."""
    headings = [row.top for row in rows if row.key is None] + [rows[-1].bottom]
    for top, bottom in zip(headings[::2], headings[1::2], strict=False):
        ax.axhspan(top, bottom, color=BAND, linewidth=0, zorder=0)


def _every_cell(table, rows, essays):
    """The table with its places in the figure, and with a row for what was not read."""
    themes = table["theme"].unique()
    every = pd.MultiIndex.from_product([themes, essays], names=["theme", "essay_id"])
    cells = table.set_index(["theme", "essay_id"])[["status", "readers"]].reindex(every)
    cells = cells.fillna({"status": "not read", "readers": "none"}).reset_index()
    return cells.assign(
        x=cells["essay_id"].map({e: i for i, e in enumerate(essays, start=1)}),
        y=_middles(rows, cells["theme"]),
        colour=cells["theme"].map(theme_colours(themes)),
    )


_OUTCOME = {"present": "decided present", "absent": "decided absent"}
_FILLING = {"present": "full", "absent": "none", "unresolved": "bottom"}


def _cells_as_symbols(ax, cells, essays, cell_mm):
    """Shape: who marked it. Filling: what was agreed. Return handles, a group a shape."""
    names = sorted({n for r in cells["readers"] for n in r.split("; ")} - {"all", "none"})
    shapes = {"all": ("s", "all coders")}
    if len(names) <= 4:
        shapes |= {name: (s, f"only {name}") for name, s in zip(names, "<>^v", strict=False)}
    shapes |= {"some": ("D", "some coders"), "none": ("o", "no coder")}
    who = cells["readers"].where(cells["readers"].isin(shapes), "some")
    size = min(cell_mm, 4.6) * PT_PER_MM * 0.56
    groups = []
    for reader, (shape, words) in shapes.items():
        groups.append([])
        for status in _FILLING:
            part = cells[(who == reader) & (cells["status"] == status)]
            if part.empty or (reader, status) == ("none", "absent"):
                continue
            smaller = 0.75 if shape == "D" else 1
            by = " (by different codes)" if reader == "all" and status != "present" else ""
            outcome = f"{words}{by}, {_OUTCOME.get(status, status)}"
            label = words if (reader, status) == ("all", "present") else outcome
            groups[-1].append(_symbols(ax, part, shape, status, size * smaller, label))
    unread = cells[cells["status"] == "not read"]
    if len(unread):
        grey = {"marker": "x", "color": "#999999", "markersize": 3, "linestyle": "none"}
        groups.append(ax.plot(unread["x"], unread["y"], label="not read", **grey))
    step = max(1, int(np.ceil(2.9 / cell_mm)))
    ax.set_xticks(range(1, len(essays) + 1, step), essays.iloc[::step], rotation=90)
    ax.tick_params(axis="x", length=0, labelsize=SMALL_PT)
    ax.set_xlim(0.4, len(essays) + 0.6)
    return [group for group in groups if group]


def _symbols(ax, part, shape, status, size, label):
    """Draw the cells of one kind in their themes' colours; return a grey handle for the legend."""
    look = {"marker": shape, "fillstyle": _FILLING[status], "markerfacecoloralt": "#ffffff"}
    look |= {"markeredgewidth": 0.9, "linestyle": "none", "label": label}
    open_ink = INK if status == "unresolved" else None
    for colour, row in part.groupby("colour", sort=False):
        ax.plot(row["x"], row["y"], color=open_ink or colour, markersize=size, **look)
    return Line2D([], [], color=open_ink or "#555555", markersize=5, **look)


# Where there is no room for symbols: how much of its row a bar fills, and how it is drawn.
_KINDS = {
    "present, marked by all coders": (0.0, 1.0, 1.0, "", "full height"),
    "decided present": (0.5, 0.5, 0.65, "", "half height"),
    "unresolved": (0.2, 0.55, 0.0, "//////", "hatched"),
    "decided absent": (0.85, 0.15, 0.35, "", "low"),
    "not read": (0.46, 0.08, 0.1, "....", "thin"),
}


def _kinds(cells):
    everyone, nobody = cells["readers"] == "all", cells["readers"] == "none"
    kinds = cells["status"].replace(_OUTCOME)
    kinds = kinds.mask((cells["status"] == "present") & everyone, "present, marked by all coders")
    return kinds.mask((cells["status"] == "absent") & nobody)


def _look(colour, kind):
    _, _, strength, hatch, _ = _KINDS[kind]
    return {"facecolor": _tint(colour, strength), "hatch": hatch}


def _kind_handles(kinds, heights=False):
    handles = []
    for kind, (*_, height) in _KINDS.items():
        if (kinds == kind).any():
            label = f"{kind} ({height})" if heights else kind
            look = {"edgecolor": INK, "linewidth": 0.5, **_look("#555555", kind)}
            handles.append(Patch(label=label, **look))
    return handles


def _cells_as_bars(ax, cells):
    kinds = _kinds(cells)
    for kind, (above, share, *_) in _KINDS.items():
        for (y, colour), part in cells[kinds == kind].groupby(["y", "colour"], sort=False):
            bars = [(x - 0.5, 1) for x in part["x"]]
            lane = (y - 1.9 + 3.8 * above, 3.8 * share)
            edge = {"edgecolor": colour, "linewidth": 0.3 if kind == "unresolved" else 0}
            ax.broken_barh(bars, lane, label=kind, **_look(colour, kind), **edge)
    _count_essays(ax, 1, cells["x"].max())
    ax.set_xlim(0.4, cells["x"].max() + 0.6)
    return _kind_handles(kinds, heights=True)


def _cells_counted(ax, cells):
    kinds = _kinds(cells)
    counts = cells.groupby(["y", "colour", kinds.rename("kind")], sort=False).size()
    counts = counts.unstack(fill_value=0).reindex(columns=list(_KINDS), fill_value=0)
    y, colours = counts.index.get_level_values("y"), counts.index.get_level_values("colour")
    start = np.zeros(len(counts))
    for kind in _KINDS:
        _, _, strength, hatch, _ = _KINDS[kind]
        look = {"color": [_tint(c, strength) for c in colours], "edgecolor": colours}
        look |= {"hatch": hatch, "linewidth": 0.5, "label": kind}
        ax.barh(y, counts[kind], 3.4, left=start, **look)
        start = start + counts[kind].to_numpy()
    _count_essays(ax, 0, cells["x"].max())
    return _kind_handles(kinds)


# ---------------------------------------------------------------------------------------------
# Parts of the co-occurrence


_HOW_TO_READ_PAIRS = (
    "Above the diagonal: essays with both themes. On it: essays with the theme. "
    "Below it: Jaccard index (essays with both / essays with either)"
)
_HOW_TO_READ_SHADES = (
    "Cells too small for numbers. Above the diagonal: essays with both themes (white 0, "
    "black {}). Below it: Jaccard index (white 0, black 1)"
)


def _square(table, themes, column):
    """The long table as a symmetric matrix in the order of the themes."""
    half = table.pivot(index="theme_a", columns="theme_b", values=column)
    half = half.reindex(index=themes, columns=themes).to_numpy(float)
    return np.where(np.isnan(half), half.T, half)


def _frame_diagonal(ax, rows):
    named = [row for row in rows if row.key is not None]
    colours = theme_colours(row.key for row in named)
    for i, row in enumerate(named):
        look = {"facecolor": "#ffffff", "edgecolor": colours[row.key], "linewidth": 1.2}
        ax.add_patch(Rectangle((i + 0.06, row.top + 0.3), 0.88, row.bottom - row.top - 0.6, **look))


def _number_columns(ax, rows, cell_pt):
    """Number the columns above the first row; every second or fifth where it is tight."""
    count = sum(row.key is not None for row in rows)
    step = next(step for step in (1, 2, 5, 10, 50, count) if step * cell_pt >= 13)
    ax.set_xticks([])
    for i in range(1, count + 1):
        if i == 1 or i % step == 0:
            ax.text(i - 0.5, rows[0].middle, str(i), ha="center", va="center")


def _write_pairs(ax, rows, shared, jaccard, leading_zero):
    named = [row for row in rows if row.key is not None]
    for i, row in enumerate(named):
        for j in range(len(named)):
            if j >= i:
                text = "–" if np.isnan(shared[i, j]) else f"{shared[i, j]:.0f}"
            else:
                text = "–" if np.isnan(jaccard[i, j]) else f"{jaccard[i, j]:.2f}"
                text = text if leading_zero else text.removeprefix("0")
            weight = "bold" if i == j else "normal"
            place = {"ha": "center", "va": "center", "fontsize": SMALL_PT}
            ax.text(j + 0.5, row.middle, text, weight=weight, **place)

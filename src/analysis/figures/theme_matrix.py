"""The figure of the theme matrix: which theme is in which essay, and who saw it there."""

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.figures.lettering import from_the_left, short_names
from analysis.figures.page import (
    BAND,
    INK,
    PT_PER_MM,
    page_width_mm,
    profile_of,
    theme_colours,
    tint,
)
from analysis.figures.rows import (
    BELOW_MM,
    CODER_MM,
    count_essays,
    fit_rows,
    label_rows,
    legend,
    middles,
    nothing_to_draw,
    x_label,
)

EVERYONE = "all coders who read it"  # where they are more than two


def plot_theme_matrix(table, ax):
    """Draw which theme is in which essay, and who saw it there: themes down, essays across.

    Parameters
    ----------
    table : DataFrame, one row an essay and theme
        ``essay_id, theme, label, parent, perspective``; ``status`` (present | absent |
        unresolved); ``readers`` ("all", "none" or names joined by "; "); ``coders`` (how many
        read the essay for the theme). Essays stand in the table's order. An essay without a row
        for a theme was not read for it; a row without an essay ("") only names a theme.
    ax : Axes
        From `figure`.

    Notes
    -----
    The shape says who marked the theme on first reading, the filling what was agreed: full is
    present, hollow is absent, half full is unresolved. Where a cell would be too small
    for a symbol, the height of a plain bar says it; where it would be too small for a bar, the
    essays are counted. The figure says which of these it is.
    """
    if table.empty:
        return nothing_to_draw(ax)
    colours = theme_colours(table["theme"])
    essays = table.loc[table["essay_id"].ne(""), "essay_id"].drop_duplicates()
    table, rows, left_out = fit_rows(table, ax)
    left = label_rows(ax, rows)
    cell_mm = (page_width_mm(ax) - left / PT_PER_MM - 6) / len(essays)
    everyone = {1: "the coder", 2: "both coders"}.get(table["coders"].max(), EVERYONE)
    cells = _every_cell(table, rows, essays, colours)
    _perspective_bands(ax, rows)
    if cell_mm >= 2:
        groups = _cells_as_symbols(ax, cells, essays, cell_mm, everyone)
        label = f"Essays ({len(essays)}). Blank: absent, marked by no coder"
    elif cell_mm >= 0.4:
        groups = [_cells_as_bars(ax, cells, everyone)]
        label = (
            f"Essays 1 to {len(essays)}, in the order of the table: too many for symbols; "
            "a bar does not say which coder. Blank: absent, marked by no coder"
        )
    else:
        groups = [_cells_counted(ax, cells, everyone)]
        label = f"Number of essays (of {len(essays)}: too many to draw each)"
    x_label(ax, label, left, more=left_out)
    legend(ax, groups, left)
    return ax


def _perspective_bands(ax, rows):
    """Shade every other perspective, where there are several."""
    headings = [row.top for row in rows if row.key is None] + [rows[-1].bottom]
    if len(headings) < 3:
        return
    for top, bottom in zip(headings[::2], headings[1::2], strict=False):
        ax.axhspan(top, bottom, color=BAND, linewidth=0, zorder=0)


def _every_cell(table, rows, essays, colours):
    """The table with its places in the figure, and with a row for what was not read."""
    themes = table["theme"].unique()
    every = pd.MultiIndex.from_product([themes, essays], names=["theme", "essay_id"])
    cells = table.set_index(["theme", "essay_id"])[["status", "readers"]].reindex(every)
    cells = cells.fillna({"status": "not read", "readers": "none"}).reset_index()
    return cells.assign(
        x=cells["essay_id"].map({e: i for i, e in enumerate(essays, start=1)}),
        y=middles(rows, cells["theme"]),
        colour=cells["theme"].map(colours),
    )


_OUTCOME = {"present": "decided present", "absent": "decided absent"}
_FILLING = {"present": "full", "absent": "none", "unresolved": "bottom"}


def _cells_as_symbols(ax, cells, essays, cell_mm, everyone):
    """Shape: who marked it. Filling: what was agreed. Return handles, a group a shape."""
    names = sorted({n for r in cells["readers"] for n in r.split("; ")} - {"all", "none"})
    shapes = {"all": ("s", everyone)}
    if len(names) <= 4:
        short = short_names(names, CODER_MM)
        shapes |= {
            n: (s, from_the_left(f"{short[n]} only")) for n, s in zip(names, "<>^v", strict=False)
        }
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
    names = short_names(essays, BELOW_MM)
    shown = [names[essay] for essay in essays.iloc[::step]]
    ax.set_xticks(range(1, len(essays) + 1, step), shown, rotation=90)
    ax.tick_params(axis="x", length=0, labelsize=profile_of(ax).small_pt)
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


PRESENT = "present, marked by {}"
# Where there is no room for symbols: how much of its row a bar fills, and how it is drawn.
_KINDS = {
    PRESENT: (0.0, 1.0, 1.0, "", "full height"),
    "decided present": (0.5, 0.5, 0.65, "", "half height"),
    "unresolved": (0.2, 0.55, 0.0, "//////", "hatched"),
    "decided absent": (0.85, 0.15, 0.35, "", "low"),
    "not read": (0.46, 0.08, 0.1, "....", "thin"),
}


def _kinds(cells):
    everyone, nobody = cells["readers"] == "all", cells["readers"] == "none"
    kinds = cells["status"].replace(_OUTCOME)
    kinds = kinds.mask((cells["status"] == "present") & everyone, PRESENT)
    return kinds.mask((cells["status"] == "absent") & nobody)


def _look(colour, kind):
    _, _, strength, hatch, _ = _KINDS[kind]
    return {"facecolor": tint(colour, strength), "hatch": hatch}


def _kind_handles(kinds, everyone, heights=False):
    handles = []
    for kind, (*_, height) in _KINDS.items():
        if (kinds == kind).any():
            words = kind.format(everyone)
            label = f"{words} ({height})" if heights else words
            look = {"edgecolor": INK, "linewidth": 0.5, **_look("#555555", kind)}
            handles.append(Patch(label=label, **look))
    return handles


def _cells_as_bars(ax, cells, everyone):
    kinds = _kinds(cells)
    for kind, (above, share, *_) in _KINDS.items():
        for (y, colour), part in cells[kinds == kind].groupby(["y", "colour"], sort=False):
            bars = [(x - 0.5, 1) for x in part["x"]]
            lane = (y - 1.9 + 3.8 * above, 3.8 * share)
            edge = {"edgecolor": colour, "linewidth": 0.5 if kind == "unresolved" else 0}
            ax.broken_barh(bars, lane, label=kind, **_look(colour, kind), **edge)
    count_essays(ax, 1, cells["x"].max())
    ax.set_xlim(0.4, cells["x"].max() + 0.6)
    return _kind_handles(kinds, everyone, heights=True)


def _cells_counted(ax, cells, everyone):
    kinds = _kinds(cells)
    counts = cells.groupby(["y", "colour", kinds.rename("kind")], sort=False).size()
    counts = counts.unstack(fill_value=0).reindex(columns=list(_KINDS), fill_value=0)
    y, colours = counts.index.get_level_values("y"), counts.index.get_level_values("colour")
    start = np.zeros(len(counts))
    for kind in _KINDS:
        _, _, strength, hatch, _ = _KINDS[kind]
        look = {"color": [tint(c, strength) for c in colours], "edgecolor": colours}
        look |= {"hatch": hatch, "linewidth": 0.5, "label": kind}
        ax.barh(y, counts[kind], 3.4, left=start, **look)
        start = start + counts[kind].to_numpy()
    count_essays(ax, 0, cells["x"].max())
    return _kind_handles(kinds, everyone)

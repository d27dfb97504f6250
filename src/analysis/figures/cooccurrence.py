"""The figure of co-occurrence: which themes meet in an essay, as a square of pairs."""

import numpy as np
import seaborn as sns
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from analysis.figures.page import (
    GUIDE,
    INK,
    PT_PER_MM,
    page_width_mm,
    profile_of,
    theme_colours,
)
from analysis.figures.rows import fit_rows, label_rows, nothing_to_draw, x_label


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
    if table.empty:
        return nothing_to_draw(ax)
    colours = theme_colours(table["theme_a"])
    table, rows, left_out = fit_rows(table, ax)
    left = label_rows(ax, rows, numbered=True)
    themes = [row.key for row in rows if row.key is not None]
    shared, jaccard = _square(table, themes, "shared"), _square(table, themes, "jaccard")
    upper = np.triu(np.ones(shared.shape, bool), k=1)
    most = np.nanmax(shared[upper], initial=1)
    shade = np.nan_to_num(np.where(upper, shared / most, jaccard))
    np.fill_diagonal(shade, 0)

    cell_pt = (page_width_mm(ax) * PT_PER_MM - left - 12) / len(themes)
    small = profile_of(ax).small_pt
    fits = cell_pt >= 2 * small
    shades = LinearSegmentedColormap.from_list("shades", ["#ffffff", "#8fb3d1" if fits else INK])
    edges = [row.top for row in rows if row.key is not None] + [rows[-1].bottom]
    across = np.arange(len(themes) + 1)
    line = {"edgecolor": GUIDE, "linewidth": 0.5}
    ax.pcolormesh(across, edges, shade, cmap=shades, vmin=0, vmax=1, **line)
    _frame_diagonal(ax, rows, colours)
    _number_columns(ax, rows, cell_pt)
    if fits:
        _write_pairs(ax, rows, shared, jaccard, leading_zero=cell_pt >= 2.7 * small)
    how = _HOW_TO_READ_PAIRS if fits else _HOW_TO_READ_SHADES.format(int(most))
    x_label(ax, how, left, more=left_out)
    sns.despine(ax=ax, left=True, bottom=True)
    return ax


_HOW_TO_READ_PAIRS = (
    "Above the diagonal: essays with both. On it: essays with the one. "
    "Below it: Jaccard index (essays with both / essays with either)"
)
_HOW_TO_READ_SHADES = (
    "Cells too small for numbers. Above the diagonal: essays with both (white 0, "
    "black {}). Below it: Jaccard index (white 0, black 1)"
)


def _square(table, themes, column):
    """The long table as a symmetric matrix in the order of the themes."""
    half = table.pivot(index="theme_a", columns="theme_b", values=column)
    half = half.reindex(index=themes, columns=themes).to_numpy(float)
    return np.where(np.isnan(half), half.T, half)


def _frame_diagonal(ax, rows, colours):
    named = [row for row in rows if row.key is not None]
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
            place = {"ha": "center", "va": "center", "fontsize": profile_of(ax).small_pt}
            ax.text(j + 0.5, row.middle, text, weight=weight, **place)

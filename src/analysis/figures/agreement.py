"""The figure of agreement: Krippendorff's alpha of each code, and how often it is marked."""

import numpy as np

from analysis.figures.page import GUIDE, INK, SMALL_PT, page_width_mm
from analysis.figures.rows import (
    label_rows,
    middles,
    nothing_to_draw,
    rows_of,
    span,
    text_column,
    undefined_words,
    x_label,
)


def plot_agreement(table, ax):
    """Draw Krippendorff's alpha of each code beside the share of readings that mark the code.

    Parameters
    ----------
    table : DataFrame, one row a code or theme, drawn in this order
        ``code, label, essays``; ``marked`` (share 0-1); ``alpha`` (NaN where undefined);
        ``undefined`` (the reason in words, printed where the point would be); optional
        ``alpha_low, alpha_high`` (drawn as a line through the point).
    ax : Axes
        From `figure`.

    Notes
    -----
    The line at 0 is what chance would give, by definition of alpha. There are no other lines:
    no value separates good agreement from bad. A rare code can have a low alpha with few
    disagreements, which is why the share stands beside it.
    """
    rows = rows_of(table, page_width_mm(ax))
    left = label_rows(ax, rows)
    if table.empty:
        return nothing_to_draw(ax)
    y = middles(rows, table["code"])
    defined = table["alpha"].notna()
    bounds = [column for column in ("alpha_low", "alpha_high") if column in table]
    lowest = table[["alpha", *bounds]].min().min() if defined.any() else 0
    start = min(0, lowest) - 0.05
    ax.axvline(0, color=INK, linewidth=0.6)
    ax.hlines(y[defined], start, table["alpha"][defined], color=GUIDE, linewidth=0.6)
    if len(bounds) == 2:
        low, high = (table[column][defined] for column in bounds)
        ax.hlines(y[defined], low, high, color=INK, linewidth=0.9, label="interval")
    ax.plot(table["alpha"][defined], y[defined], "o", color=INK, markersize=4.5, label="alpha")
    words = undefined_words(table, page_width_mm(ax))
    aside = {"fontsize": SMALL_PT, "style": "italic", "linespacing": 1.1, "va": "center"}
    for height, text in zip(y[~defined], words[~defined], strict=True):
        ax.annotate(text, (0, height), xytext=(3, 0), textcoords="offset points", **aside)
    marked = dict(zip(table["code"], table["marked"].map("{:.0%}".format), strict=True))
    end = text_column(ax, rows, marked, "marked")
    if table["essays"].nunique() > 1:
        read = dict(zip(table["code"], table["essays"].map(str), strict=True))
        end = text_column(ax, rows, read, "essays", end)
    ax.set_xlim(start, 1.03)
    ax.set_xticks(np.arange(np.ceil(start * 5), 6) / 5)
    essays = span(table["essays"].min(), table["essays"].max(), " to ")
    text = (
        f"Krippendorff's alpha over {essays} essays (0: as by chance, 1: no disagreement)"
        f"{', line: its interval' if len(bounds) == 2 else ''}; "
        "marked: share of readings that mark it"
    )
    x_label(ax, text, left, end)
    return ax

"""The figure of agreement: a forest of alpha and AC1 by code, and how often each code is marked."""

import numpy as np
from matplotlib.lines import Line2D

from analysis.figures.page import GUIDE, INK, page_width_mm, profile_of
from analysis.figures.rows import (
    fit_rows,
    label_rows,
    legend,
    middles,
    nothing_to_draw,
    span,
    text_column,
    undefined_words,
    x_label,
)

# A row has two lines when both coefficients are drawn: mm from its middle, marker, size, fill.
COEFFICIENTS = {
    "alpha": (-0.85, "o", 4.2, INK),
    "ac1": (0.85, "D", 3.4, "white"),
}
BELOW_WORDS = 1.2  # mm from the bottom of a row, for AC1 where words stand for alpha
NAMES = {"alpha": "Krippendorff's alpha", "ac1": "Gwet's AC1"}


def plot_agreement(table, ax):
    """Draw the coefficients of each code beside the share of readings that mark the code.

    Parameters
    ----------
    table : DataFrame, one row a code or theme, drawn in this order
        ``code, label, essays``; ``marked`` (share 0-1); ``alpha`` (NaN where undefined);
        ``undefined`` (the reason in words, printed where alpha would be); optional ``ac1``, and
        ``<coefficient>_low, <coefficient>_high`` (drawn as a line through the point).
    ax : Axes
        From `figure`.

    Notes
    -----
    The line at 0 is what chance would give, by definition of both. There are no other lines: no
    value separates good agreement from bad. A rare code can have a low alpha and a high AC1 with
    the same few disagreements, which is why both and the share stand side by side.
    """
    if table.empty:
        return nothing_to_draw(ax)
    table, rows, left_out = fit_rows(table, ax)
    left = label_rows(ax, rows)
    drawn = [name for name in COEFFICIENTS if name in table]
    with_lines = [name for name in drawn if f"{name}_low" in table]
    lowest = table[drawn + [f"{name}_low" for name in with_lines]].min().min()
    start = min(0, 0 if np.isnan(lowest) else lowest) - 0.05
    middle = middles(rows, table["code"])
    if profile_of(ax).gridlines:
        ax.hlines(middle, start, 1, color=GUIDE, linewidth=0.5, zorder=0)
    ax.axvline(0, color=INK, linewidth=0.6)
    bottom = table["code"].map({row.key: row.bottom for row in rows}).to_numpy()
    for name in drawn:
        y = middle + (COEFFICIENTS[name][0] if len(drawn) > 1 else 0)
        _points(ax, table, name, np.where(table["alpha"].isna(), bottom - BELOW_WORDS, y))
    _undefined(ax, table, 2 * middle - bottom)
    end = text_column(ax, rows, _by_code(table, "marked", "{:.0%}"), "marked")
    if table["essays"].nunique() > 1:
        end = text_column(ax, rows, _by_code(table, "essays", "{}"), "essays", end)
    ax.set_xlim(start, 1.04)
    step = 0.2 if page_width_mm(ax) > 100 else 0.5
    ax.set_xticks(np.arange(np.ceil(start / step), round(1 / step) + 1) * step)
    if len(drawn) > 1:
        legend(ax, [[_key(name) for name in drawn]], left)
    x_label(ax, _axis_words(table, drawn, with_lines), left, end, left_out)
    return ax


def _points(ax, table, name, y):
    _, marker, size, fill = COEFFICIENTS[name]
    defined = table[name].notna()
    if not defined.any():  # an empty drawing has a place, and it is not on the page
        return
    value = table[name][defined]
    if f"{name}_low" in table:
        low, high = (table[f"{name}_{end}"][defined] for end in ("low", "high"))
        ax.hlines(y[defined], low, high, color=INK, linewidth=0.8, label=f"interval of {name}")
    look = {"markersize": size, "markerfacecolor": fill, "markeredgewidth": 0.7}
    ax.plot(value, y[defined], marker, color=INK, label=name, clip_on=False, **look)


def _undefined(ax, table, top):
    """Where there is no alpha, the reason stands in words at the top of its row."""
    words = undefined_words(table, page_width_mm(ax))
    look = {
        "fontsize": profile_of(ax).small_pt,
        "style": "italic",
        "linespacing": 1.1,
        "va": "top",
    }
    ground = {"facecolor": "white", "edgecolor": "none", "pad": 0.2}
    for y, text in zip(top, words, strict=True):
        if text:
            place = {"xytext": (3, -1), "textcoords": "offset points"}
            ax.annotate(text, (0, y), bbox=ground, **place, **look)


def _by_code(table, column, form):
    words = table[column].map(lambda number: "" if np.isnan(number) else form.format(number))
    return dict(zip(table["code"], words, strict=True))


def _key(name):
    _, marker, size, fill = COEFFICIENTS[name]
    look = {"markersize": size, "markerfacecolor": fill, "markeredgewidth": 0.7}
    return Line2D([], [], color=INK, marker=marker, linewidth=0.8, label=NAMES[name], **look)


def _axis_words(table, drawn, with_lines):
    essays = span(table["essays"].min(), table["essays"].max(), " to ")
    names = " and ".join(NAMES[name] for name in drawn)
    of = "Agreement" if len(drawn) > 1 else names
    lines = "; lines: intervals" if with_lines else ""
    noun = "essay" if essays == "1" else "essays"
    return f"{of} over {essays} {noun} (0: as by chance, 1: no disagreement){lines}"

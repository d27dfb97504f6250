"""The figure of prevalence: in how many essays each theme is, and how its readers differ."""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.figures.lettering import short_names
from analysis.figures.page import INK, theme_colours, tint
from analysis.figures.rows import (
    CODER_MM,
    count_essays,
    fit_rows,
    label_rows,
    legend,
    middles,
    nothing_to_draw,
    span,
    text_column,
    x_label,
)

BELOW_THE_BAR = 2.0  # mm from its middle


def plot_prevalence(table, ax):
    """Draw in how many essays each theme was identified, and how far its readers agreed on that.

    Parameters
    ----------
    table : DataFrame, one row a theme
        ``theme, label, parent, perspective, n_low, n_high, essays, all_coders, any_coder`` and
        up to four ``coder_<name>``; all are numbers of essays. Where ``n_low < n_high`` the bar
        ends at the first, a hatched piece reaches the second, and ``10-12`` is printed. Optional
        ``share_low, share_high``: an interval of n / N, drawn as a grey line below the bar.
    ax : Axes
        From `figure`.

    Notes
    -----
    A thin line runs from the essays all coders marked to those any coder marked, with a mark
    for each coder above, on or below it. Where the themes have not all the same N, each row
    prints its own.
    """
    if table.empty:
        return nothing_to_draw(ax)
    colours = theme_colours(table["theme"])
    table, rows, left_out = fit_rows(table, ax)
    left = label_rows(ax, rows)
    y = middles(rows, table["theme"])
    colours = table["theme"].map(colours)
    open_n = table["n_high"] - table["n_low"]
    bar = {"height": 3.2, "edgecolor": colours, "linewidth": 0.6}
    ax.barh(y, table["n_low"], color=[tint(c, 0.45) for c in colours], label="n", **bar)
    ax.barh(y, open_n, left=table["n_low"], color="none", hatch="//////", label="range", **bar)
    swatch = {"edgecolor": INK, "linewidth": 0.6}
    bars = [Patch(facecolor="#b0b0b0", label="consensus (n)", **swatch)]
    if open_n.any():
        bars.append(Patch(facecolor="none", hatch="//////", label="not yet adjudicated", **swatch))
    if "share_low" in table:
        bars.append(_mark_intervals(ax, table, y))
    readings = _mark_readings(ax, table, y)
    end = text_column(ax, rows, dict(zip(table["theme"], _n_texts(table), strict=True)), "n")
    most = table["essays"].max()
    count_essays(ax, 0, most)
    essays = span(table["essays"].min(), most, " to ")
    x_label(ax, f"Essays in which it was identified (of {essays})", left, end, left_out)
    legend(ax, [bars, *readings], left)
    return ax


def _n_texts(table):
    texts = [span(*ends, "-") for ends in zip(table["n_low"], table["n_high"], strict=True)]
    if table["essays"].nunique() > 1:
        return [f"{n} of {essays}" for n, essays in zip(texts, table["essays"], strict=True)]
    return texts


def _mark_intervals(ax, table, y):
    """A line below each bar, from n / N at least to at most; return its handle."""
    low, high = (table[f"share_{end}"] * table["essays"] for end in ("low", "high"))
    line = {"color": "#808080", "linewidth": 1.2}
    ax.hlines(y + BELOW_THE_BAR, low, high, clip_on=False, label="interval", **line)
    return Line2D([], [], label="interval of n", **line)


def _mark_readings(ax, table, y):
    """A line from all to any of the coders, and a mark for each; return two groups of handles."""
    coders = [column for column in table if column.startswith("coder_")]
    every, some = ("both coders", "either") if len(coders) == 2 else ("all coders", "any")
    ends, marks = [], []
    if len(coders) != 1:
        line = {"color": INK, "linewidth": 0.8}
        ax.hlines(y, table["all_coders"], table["any_coder"], clip_on=False, **line)
        cap = {"marker": "|", "color": INK, "markersize": 4.5, "markeredgewidth": 0.8}
        for column in ("all_coders", "any_coder"):
            ax.plot(table[column], y, linestyle="none", label=column, clip_on=False, **cap)
        label = f"marked by {every} (left end) to {some} (right end)"
        ends.append(Line2D([], [], linewidth=0.8, label=label, **cap))
    lanes = np.linspace(-1.4, 1.4, len(coders)) if len(coders) > 1 else [0]
    names = short_names([coder.removeprefix("coder_") for coder in coders], CODER_MM)
    for coder, name, lane, shape in zip(coders, names.values(), lanes, "v^sD", strict=False):
        style = {"marker": shape, "markersize": 3.2, "color": INK, "markeredgewidth": 0.5}
        style |= {"linestyle": "none", "clip_on": False}
        marks += ax.plot(table[coder], y + lane, label=f"coder {name}", **style)
    return [group for group in (ends, marks) if group]

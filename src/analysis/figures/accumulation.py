"""The figure of code accumulation: how many different codes are met as essays are read."""

import numpy as np
import seaborn as sns
from matplotlib.ticker import MaxNLocator

from analysis.figures.page import INK, THEME_COLOURS
from analysis.figures.rows import count_essays, legend, nothing_to_draw


def height_of_accumulation(table, width_mm, close=False):
    """Height in mm: a few lines more where there is more to explain."""
    return 84 if "chao2" in table else 70


def plot_accumulation(table, ax):
    """Draw how the number of different codes grows as essays are read.

    Parameters
    ----------
    table : DataFrame, one row a number of essays
        ``essays_read``; ``expected`` (mean over all orders); ``low, high`` (5th and 95th
        percentile over random orders); ``in_order`` (codes met in the order of essay ids).
        Optional, the same in every row, NaN where undefined: ``stop_in_order, stop_low,
        stop_median, stop_high, run`` (essays at which a stopping rule stops, and how many more
        it looks at) and ``chao2`` (estimate of all codes, met or not).
    ax : Axes
        From `figure`.
    """
    if table.empty:
        return nothing_to_draw(ax)
    if len(table) == 1:
        return nothing_to_draw(ax, "Only one essay was read")
    x = table["essays_read"]
    band = ax.fill_between(x, table["low"], table["high"], color="#d5d5d5", linewidth=0)
    band.set_label("5th to 95th percentile of random orders")
    expected = ax.plot(x, table["expected"], "--", color=INK, linewidth=1)
    expected[0].set_label("expected: mean of all orders")
    actual = ax.step(
        x, table["in_order"], where="post", color=f"#{THEME_COLOURS[0]}", linewidth=1.3
    )
    actual[0].set_label("in the order of essay ids")
    count_essays(ax, 1, x.max())
    marks = _mark_stops(ax, table) + _mark_unseen(ax, table)
    ax.set_ylim(0, None)
    ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    ax.set_xlabel("Essays read")
    ax.set_ylabel("Different codes met")
    sns.despine(ax=ax)
    legend(ax, [actual + expected + [band] + marks], 24)
    return ax


def _mark_stops(ax, table):
    """On the curve, where reading would have stopped; below it, where in other orders."""
    if "stop_in_order" not in table:
        return []
    columns = ["stop_in_order", "stop_low", "stop_median", "stop_high"]
    stop, low, median, high = table[columns].iloc[0].to_numpy("float64", na_value=np.nan)
    run, marks = int(table["run"].iloc[0]), []
    colour = f"#{THEME_COLOURS[0]}"
    if np.isfinite(stop):
        met = table.loc[table["essays_read"].eq(stop), "in_order"]
        look = {
            "color": colour,
            "markeredgecolor": "white",
            "markersize": 6,
            "linestyle": "none",
            "clip_on": False,
        }
        label = f"stopping point in this order: {stop:.0f} (+{run})"
        marks += ax.plot([stop], met, "o", label=label, zorder=5, **look)
    if np.isfinite(low):
        last = high if np.isfinite(high) else table["essays_read"].max()
        y = 0.045 * table["high"].max()
        ends = f"{high:.0f}" if np.isfinite(high) else "never"
        middle = f", median {median:.0f}" if np.isfinite(median) else ""
        label = f"stops of random orders: {low:.0f} to {ends}{middle}"
        look = {"color": INK, "linewidth": 1, "marker": "|", "markersize": 5}
        marks += ax.plot([low, last], [y, y], label=label, **look)
        if np.isfinite(median):
            ax.plot([median], [y], "o", color=INK, markersize=3, label="median stopping point")
    return marks


def _mark_unseen(ax, table):
    if "chao2" not in table or not np.isfinite(float(table["chao2"].iloc[0])):
        return []
    estimate = float(table["chao2"].iloc[0])
    label = f"codes met and unmet, at least (Chao 2): {estimate:.1f}"
    return [ax.axhline(estimate, color=INK, linewidth=0.8, linestyle=":", label=label)]

"""The figure of code accumulation: how many different codes are met as essays are read."""

import seaborn as sns
from matplotlib.ticker import MaxNLocator

from analysis.figures.page import INK, THEME_COLOURS
from analysis.figures.rows import count_essays, legend, nothing_to_draw


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
        return nothing_to_draw(ax)
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
    ax.set_ylim(0, None)
    ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    ax.set_xlabel("Essays read")
    ax.set_ylabel("Different codes met")
    sns.despine(ax=ax)
    legend(ax, [actual, expected, [band]], 24)
    return ax

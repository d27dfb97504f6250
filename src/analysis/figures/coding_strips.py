"""The figure of coding strips: where in each essay each coder coded. It holds no text."""

import numpy as np
import seaborn as sns
from matplotlib.collections import PolyCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from analysis.figures.lettering import short_names
from analysis.figures.page import GUIDE, INK, page_height_mm, page_width_mm
from analysis.figures.rows import CODER_MM, LEAST_MM, first_of, legend, nothing_to_draw, x_label

LANE_MM, APART_MM = 1.7, 1.5
MOST_ESSAYS, MOST_CODERS = 50, 4
WORDS_MM = 34
NAMES = 0.3  # share of the width that names of essays or coders may take
CLOSEST = 0.76  # of their usual height, lanes can still be seen
PARTS = 20  # of an essay, where the essays are too many to draw each
SHADES = ("#222222", "#8a8a8a", "#4d4d4d", "#b5b5b5")
READ = "#ededed"


def height_of_strips(table, width_mm, close=False):
    """Height in mm: a lane a coder for each essay, or a row a coder where essays are too many."""
    if _too_many(table):
        return height_together(table)
    return _height_of_each(table, close)


def height_together(table):
    """Height in mm of a row a coder, below which stand some lines of words."""
    return WORDS_MM + 5 * table["coder"].nunique()


def _height_of_each(table, close):
    each = LANE_MM * _lanes(table) + APART_MM
    return 24 + table["essay_id"].nunique() * each * (CLOSEST if close else 1)


def plot_coding_strips(table, ax):
    """Draw where in each essay each coder coded.

    Parameters
    ----------
    table : DataFrame, one row a stretch of text that a coder marked
        ``essay_id, characters`` (length of the essay), ``coder, start, end`` (code points; NaN
        where the coder read the essay and marked no place in it). Essays stand in the order of
        the table, coders in that of their names.
    ax : Axes
        From `figure`.

    Notes
    -----
    Beyond 50 essays, or 4 coders, or what the page has room for, the essays are put together: each
    is cut into 20 parts of equal length, and the shade says how much of the part is marked, on
    average over the essays that the coder read. The figure says so.
    """
    if table.empty:
        return nothing_to_draw(ax)
    if table["start"].isna().all():
        return nothing_to_draw(ax, "No place in an essay is marked, at most whole essays")
    fits = _height_of_each(table, close=True) <= page_height_mm(ax) + 0.1
    draw = _draw_each if fits and not _too_many(table) else _draw_together
    draw(ax, table)
    return ax


def _too_many(table):
    return table["essay_id"].nunique() > MOST_ESSAYS or table["coder"].nunique() > MOST_CODERS


def _lanes(table):
    return max(1, table["coder"].nunique())


def _draw_each(ax, table):
    essays = table.drop_duplicates("essay_id")
    coders = sorted(set(table["coder"]))
    pitch = LANE_MM * _lanes(table) + APART_MM
    top = {essay: n * pitch for n, essay in enumerate(essays["essay_id"])}
    for coder, shade, lane in zip(coders, SHADES, range(len(coders)), strict=False):
        part = table[table["coder"].eq(coder)]
        y = part["essay_id"].map(top) + LANE_MM * lane
        read = part.drop_duplicates("essay_id")
        _bars(ax, y[read.index], 0 * read["characters"], read["characters"], READ, "read")
        marked = part["start"].notna()
        _bars(ax, y[marked], part.loc[marked, "start"], part.loc[marked, "end"], shade, coder)
    middles = [at + LANE_MM * len(coders) / 2 for at in top.values()]
    names = short_names(essays["essay_id"], NAMES * page_width_mm(ax))
    ax.set_yticks(middles, names.values())
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(essays) * pitch - APART_MM / 2, -APART_MM / 2)
    ax.set_xlim(0, essays["characters"].max())
    ax.set_xlabel("Place in the essay (characters)")
    sns.despine(ax=ax, left=True)
    lanes = [" (upper lane)", " (lower lane)"]
    if len(coders) != 2:
        lanes = [f" (lane {n})" if len(coders) > 1 else "" for n in range(1, MOST_CODERS + 1)]
    handles = [
        Patch(facecolor=shade, label=f"marked by {coder}{lane}")
        for coder, shade, lane in zip(
            short_names(coders, CODER_MM).values(), SHADES, lanes, strict=False
        )
    ]
    legend(ax, [[*handles, Patch(facecolor=READ, label="read")]], _left_pt(ax))


def _bars(ax, y, start, end, colour, label):
    start, end, high = start.to_numpy(float), end.to_numpy(float), 0.84 * LANE_MM
    x = np.column_stack([start, end, end, start])
    y = np.column_stack([y, y, y + high, y + high])
    bars = PolyCollection(np.dstack([x, y]), facecolor=colour, linewidth=0, label=label)
    ax.add_collection(bars, autolim=False)


def _left_pt(ax):
    fig = ax.get_figure()
    widest = max(label.get_window_extent().width for label in ax.get_yticklabels())
    return widest * 72 / fig.dpi + 4


def _draw_together(ax, table):
    everyone = sorted(set(table["coder"]))
    coders = everyone[: int((page_height_mm(ax) - WORDS_MM) / LEAST_MM)]
    share = np.array([_share_marked(table[table["coder"].eq(coder)]) for coder in coders])
    most = max(share.max(), 0.01)
    shades = LinearSegmentedColormap.from_list("shades", ["#ffffff", INK])
    across = np.linspace(0, 100, PARTS + 1)
    look = {"edgecolor": GUIDE, "linewidth": 0.5, "cmap": shades, "vmin": 0, "vmax": most}
    cells = ax.pcolormesh(across, np.arange(len(coders) + 1), share, **look)
    read = [table.loc[table["coder"].eq(coder), "essay_id"].nunique() for coder in coders]
    names = short_names(coders, NAMES * page_width_mm(ax)).values()
    labels = [f"{coder} ({n})" for coder, n in zip(names, read, strict=True)]
    ax.set_yticks(np.arange(len(coders)) + 0.5, labels)
    ax.tick_params(axis="y", length=0)
    ax.invert_yaxis()
    sns.despine(ax=ax, left=True)
    essays = table["essay_id"].nunique()
    many = "coders" if len(everyone) > MOST_CODERS and essays <= MOST_ESSAYS else "essays"
    words = (
        f"Place in the essay (% of its length): {essays} essays put together, because the {many} "
        "are too many to draw each. Shade: share of the text marked. Coders with the number of "
        "essays that they read"
    )
    left_out = "" if coders == everyone else first_of(len(coders), len(everyone))
    x_label(ax, words, _left_pt(ax), 60, left_out)
    bar = ax.get_figure().colorbar(cells, ax=ax, fraction=0.04, pad=0.02, aspect=12)
    shares = [share for share in MaxNLocator(3).tick_values(0, most) if share <= most]
    bar.set_ticks(shares, labels=[f"{share:.0%}" for share in shares])
    bar.outline.set_linewidth(0.6)


def _share_marked(part):
    """Share of each twentieth of an essay that is marked, on average over the essays read."""
    essays = part["essay_id"].nunique()
    spans = part.dropna(subset=["start", "end"])
    length = spans["characters"].to_numpy(float)
    start, end = (spans[side].to_numpy(float) / length * PARTS for side in ("start", "end"))
    covered = [
        np.clip(np.minimum(end, n + 1) - np.maximum(start, n), 0, 1).sum() for n in range(PARTS)
    ]
    return np.array(covered) / essays

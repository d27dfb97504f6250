"""The manuscript's figures by name: drawn in a notebook, or anew from the table beside them."""

from contextlib import contextmanager
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

from analysis.figures.accumulation import plot_accumulation
from analysis.figures.agreement import plot_agreement
from analysis.figures.cooccurrence import plot_cooccurrence
from analysis.figures.page import figure, save_figure
from analysis.figures.prevalence import plot_prevalence
from analysis.figures.rows import height_for_rows
from analysis.figures.theme_matrix import plot_theme_matrix

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
    for column in {"alpha", "alpha_low", "alpha_high", "marked", "jaccard"} & set(table):
        table[column] = pd.to_numeric(table[column])
    words = path.with_suffix(".txt").read_text(encoding="utf-8")
    caption, alt = words.removeprefix("Caption\n").split("\n\nAlternative text\n")
    with drawn(path.stem, table) as fig:
        files = save_figure(fig, table, path.parent, path.stem, alt=alt.strip(), caption=caption)
        plt.close(fig)
    return files

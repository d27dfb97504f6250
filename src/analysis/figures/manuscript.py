"""The manuscript's figures by name: drawn in a notebook, or anew from the table beside them."""

from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
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
from analysis.processes import die_with_the_parent, may_fork, processors

# What the manuscript shows: how each figure is drawn from its table, and its width and height.
MANUSCRIPT = {
    "prevalence": (plot_prevalence, lambda table: (180, height_for_rows(table))),
    "theme_matrix": (plot_theme_matrix, lambda table: (180, height_for_rows(table))),
    "agreement": (plot_agreement, lambda table: (89, height_for_rows(table, 89))),
    "cooccurrence": (plot_cooccurrence, lambda table: (180, height_for_rows(table))),
    "accumulation": (plot_accumulation, lambda table: (89, 70)),
}


# Columns that may have an empty cell, which is a missing number.
NUMBERS = {"alpha", "alpha_low", "alpha_high", "ac1", "ac1_low", "ac1_high", "marked", "jaccard"}


@contextmanager
def drawn(name, table):
    """Give one of the manuscript's figures, drawn from its table at its size."""
    plot, size = MANUSCRIPT[name]
    with figure(*size(table)) as (fig, ax):
        plot(table, ax)
        yield fig


def save_figures(figures, folder):
    """Draw figures of the manuscript and write their files, several at once where that is safe.

    Parameters
    ----------
    figures : dict of str to tuple
        By the names of `MANUSCRIPT`: table, caption, alternative text.

    Returns
    -------
    DataFrame
        ``file, sha256`` of all files, in the order of the figures: see `save_figure`.
    """
    jobs = [(name, *figure, Path(folder)) for name, figure in figures.items()]
    at_once = min(processors(), len(jobs)) if may_fork() else 1
    if at_once < 2:
        return pd.concat(map(_save, jobs), ignore_index=True) if jobs else pd.DataFrame()
    with ProcessPoolExecutor(
        at_once, mp_context=get_context("fork"), initializer=die_with_the_parent
    ) as pool:
        return pd.concat(pool.map(_save, jobs), ignore_index=True)


def _save(job):
    name, table, caption, alt, folder = job
    with drawn(name, table) as fig:
        files = save_figure(fig, table, folder, name, alt=alt, caption=caption)
        plt.close(fig)
    return files


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
    for column in NUMBERS & set(table):
        table[column] = pd.to_numeric(table[column])
    words = path.with_suffix(".txt").read_text(encoding="utf-8")
    caption, alt = words.removeprefix("Caption\n").split("\n\nAlternative text\n")
    return _save((path.stem, table, caption, alt.strip(), path.parent))

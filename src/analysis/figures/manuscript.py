"""The manuscript's figures by name: drawn in a notebook, or anew from the table beside them."""

import textwrap
from contextlib import contextmanager
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.text import Text

from analysis.figures.accumulation import height_of_accumulation, plot_accumulation
from analysis.figures.agreement import plot_agreement
from analysis.figures.codes_to_themes import height_of_flow, plot_codes_to_themes
from analysis.figures.coding_strips import height_of_strips, height_together, plot_coding_strips
from analysis.figures.cooccurrence import plot_cooccurrence
from analysis.figures.lettering import LACKING, SIGNS_LACKING, lacks_signs
from analysis.figures.page import MM_PER_INCH, figure, save_figure
from analysis.figures.prevalence import plot_prevalence
from analysis.figures.profiles import PROFILES
from analysis.figures.rows import height_for_rows
from analysis.figures.thematic_map import height_of_map, plot_thematic_map
from analysis.figures.theme_matrix import plot_theme_matrix
from analysis.processes import side_by_side

# What the manuscript shows: how each figure is drawn from its table, over how many columns of the
# page, and how high in mm at a width in mm.
MANUSCRIPT = {
    "prevalence": (plot_prevalence, 2, height_for_rows),
    "theme_matrix": (plot_theme_matrix, 2, height_for_rows),
    "agreement": (plot_agreement, 1, height_for_rows),
    "cooccurrence": (plot_cooccurrence, 2, height_for_rows),
    "accumulation": (plot_accumulation, 1, height_of_accumulation),
    "thematic_map": (plot_thematic_map, 2, height_of_map),
    "codes_to_themes": (plot_codes_to_themes, 2, height_of_flow),
    "coding_strips": (plot_coding_strips, 2, height_of_strips),
}

NOTE_MM = 7  # below a figure that has to say what its typeface lacks
# How high a figure is that puts together what the page has no room for; the others fill the page.
TOGETHER = {"coding_strips": height_together}


def size(name, table, profile):
    """Width and height in mm of one of the manuscript's figures.

    What is too high for a profile's page is drawn over two columns, where labels wrap less, and
    then with its rows closer together. Where neither gets it onto the page, the figure fills the
    page and shortens labels, draws fewer rows or puts them together, and says so.
    """
    _, columns, height_at = MANUSCRIPT[name]
    for close in (False, True):
        for width in profile.widths[columns - 1 :]:
            height = height_at(table, width, close)
            if height <= profile.highest:
                return width, profile.highest if close else height
    if name in TOGETHER:
        return profile.two_columns, min(TOGETHER[name](table), profile.highest)
    return profile.two_columns, profile.highest


@contextmanager
def drawn(name, table, profile="generic"):
    """Give one of the manuscript's figures, drawn from its table as a profile asks.

    Parameters
    ----------
    profile : str
        A name of `PROFILES`: the study's `figures_for`.
    """
    profile = PROFILES[profile]
    width, height = size(name, table, profile)
    words = table.select_dtypes(exclude="number")
    lacking = lacks_signs([*table, *(str(text) for name in words for text in words[name].unique())])
    with figure(width, min(height + NOTE_MM * lacking, profile.highest), profile) as (fig, ax):
        MANUSCRIPT[name][0](table, ax)
        if lacking:
            _say_what_the_font_lacks(fig, ax)
        yield fig


def _say_what_the_font_lacks(fig, ax):
    written = [*ax.get_xticklabels(), *ax.get_yticklabels(), *fig.findobj(Text)]
    if any(LACKING in text.get_text() for text in written):
        letters = int(fig.get_figwidth() * MM_PER_INCH / 1.65)
        note = textwrap.fill(SIGNS_LACKING, letters)
        fig.supxlabel(note, x=0.01, ha="left", fontsize=fig.profile.small_pt)


def save_figures(figures, folder, profile="generic"):
    """Draw figures of the manuscript and write their files, several at once where that is safe.

    Parameters
    ----------
    figures : dict of str to tuple
        By the names of `MANUSCRIPT`: table, caption, alternative text.
    profile : str
        A name of `PROFILES`: the study's `figures_for`.

    Returns
    -------
    DataFrame
        ``file, sha256`` of all files, in the order of the figures: see `save_figure`.
    """
    jobs = [(name, *figure, Path(folder), profile) for name, figure in figures.items()]
    saved = side_by_side(_save, jobs)
    return pd.concat(saved, ignore_index=True) if saved else pd.DataFrame()


def _save(job):
    name, table, caption, alt, folder, profile = job
    with drawn(name, table, profile) as fig:
        files = save_figure(fig, table, folder, name, alt=alt, caption=caption)
        plt.close(fig)
    return files


def redraw(path, profile="generic"):
    """Draw a figure of the manuscript anew from the CSV beside it.

    Caption and alternative text are taken over from the ``.txt``.

    Parameters
    ----------
    path : path-like
        ``<folder>/<name>.csv`` with a name of `MANUSCRIPT`.
    """
    path = Path(path)
    words = path.with_suffix(".txt").read_text(encoding="utf-8")
    caption, alt = words.removeprefix("Caption\n").split("\n\nAlternative text\n")
    table = _read(path)
    return _save((path.stem, table, caption, alt.strip(), path.parent, profile))


WORDS = """
    essay_id coder readers status code candidate theme theme_a theme_b label label_a label_b parent
    perspective undefined
""".split()


def _read(path):
    """The table beside a figure: numbers, and words where a column holds words."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    return table.apply(lambda cells: cells if cells.name in WORDS else pd.to_numeric(cells))

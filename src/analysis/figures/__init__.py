"""Figures of a study: a table in, a drawing out, the same bytes every time.

Each ``plot_<name>(table, ax)`` draws the table as it is, in its order, and returns the axes; it
estimates, sorts and decides nothing. `figure` gives axes in the project's one style, and
`save_figure` writes what a journal, a reader and a screen reader need. Shape, position or words
carry every distinction; a theme's colour only helps to find it again in the next figure. ::

    with figure(180, height_for_rows(prevalence)) as (fig, ax):
        plot_prevalence(prevalence, ax)
        files = save_figure(fig, prevalence, folder, "prevalence", alt=alt, caption=caption)
"""

from analysis.figures.accumulation import plot_accumulation
from analysis.figures.agreement import plot_agreement
from analysis.figures.cooccurrence import plot_cooccurrence
from analysis.figures.manuscript import MANUSCRIPT, drawn, redraw, save_figures
from analysis.figures.page import figure, save_figure, theme_colours
from analysis.figures.prevalence import plot_prevalence
from analysis.figures.rows import height_for_rows
from analysis.figures.theme_matrix import plot_theme_matrix

__all__ = [
    "MANUSCRIPT",
    "drawn",
    "figure",
    "height_for_rows",
    "plot_accumulation",
    "plot_agreement",
    "plot_cooccurrence",
    "plot_prevalence",
    "plot_theme_matrix",
    "redraw",
    "save_figure",
    "save_figures",
    "theme_colours",
]

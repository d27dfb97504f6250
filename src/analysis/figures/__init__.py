"""Figures of a study: a table in, a drawing out, the same bytes every time.

Each ``plot_<name>(table, ax)`` draws the table as it is and returns the axes; it estimates and
decides nothing. `drawn` gives a figure of the manuscript in the project's one style, at the size
that a profile asks for; `save_figure` writes what a journal, a reader and a screen reader need;
`check_artwork` reads the files back. Shape, position or words carry every distinction; a theme's
colour only helps to find it again in the next figure. ::

    with drawn("prevalence", prevalence, profile="bmc") as fig:
        files = save_figure(fig, prevalence, folder, "prevalence", alt=alt, caption=caption)
"""

from analysis.figures.accumulation import plot_accumulation
from analysis.figures.agreement import plot_agreement
from analysis.figures.artwork import check_artwork
from analysis.figures.codes_to_themes import plot_codes_to_themes
from analysis.figures.coding_strips import plot_coding_strips
from analysis.figures.cooccurrence import plot_cooccurrence
from analysis.figures.manuscript import MANUSCRIPT, drawn, redraw, save_figures
from analysis.figures.page import figure, save_figure, theme_colours
from analysis.figures.prevalence import plot_prevalence
from analysis.figures.profiles import PROFILES
from analysis.figures.rows import height_for_rows
from analysis.figures.thematic_map import plot_thematic_map
from analysis.figures.theme_matrix import plot_theme_matrix

__all__ = [
    "MANUSCRIPT",
    "PROFILES",
    "check_artwork",
    "drawn",
    "figure",
    "height_for_rows",
    "plot_accumulation",
    "plot_agreement",
    "plot_codes_to_themes",
    "plot_coding_strips",
    "plot_cooccurrence",
    "plot_prevalence",
    "plot_thematic_map",
    "plot_theme_matrix",
    "redraw",
    "save_figure",
    "save_figures",
    "theme_colours",
]

"""What a study shows of itself: tables for the paper, checklists, one page to read.

Tables in, tables or bytes out; the caller writes them. How a count is said and what the study's
`approach` moves to a supplement is decided in one place for all of them.
"""

from analysis.report.checklists import (
    CHECKLISTS,
    as_printed,
    caution,
    checklist,
    offered,
    read_evidence,
)
from analysis.report.page import Picture, read_picture, report_page
from analysis.report.tables import (
    agreement_table,
    as_markdown,
    codebook_table,
    compare_with_published,
    count_table,
    decision_table,
    meaning_of_n,
    n_of_N,
    read_published,
    theme_table,
    theme_table_to_print,
)
from analysis.report.word import Table, word_document

__all__ = [
    "CHECKLISTS",
    "Picture",
    "Table",
    "agreement_table",
    "as_markdown",
    "as_printed",
    "caution",
    "checklist",
    "codebook_table",
    "compare_with_published",
    "count_table",
    "decision_table",
    "meaning_of_n",
    "n_of_N",
    "offered",
    "read_evidence",
    "read_picture",
    "read_published",
    "report_page",
    "theme_table",
    "theme_table_to_print",
    "word_document",
]

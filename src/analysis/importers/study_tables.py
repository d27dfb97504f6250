"""A study as the tables that an export writes."""

from dataclasses import dataclass

import pandas as pd

from analysis.codings import read_assignments, read_codebook, read_codings, read_memos
from analysis.corpus import read_essays
from analysis.problems import stop_if
from analysis.study import open_study


@dataclass
class Tables:
    """A study as tables: essays, codebook, codings, memos, assignments (or None), consensus."""

    name: str
    coders: tuple
    essays: pd.DataFrame
    codebook: pd.DataFrame
    codings: pd.DataFrame
    memos: pd.DataFrame
    assignments: pd.DataFrame | None
    consensus: pd.DataFrame | None


def read_tables(study):
    """The tables of a study, proven as phase 2 proves them."""
    opened = open_study(study)
    folder, coders, problems = opened.folder, opened.coders, []
    essays = read_essays(folder, problems)
    codebook = read_codebook(folder, problems)
    stop_if(problems)
    assignments = read_assignments(folder, coders, essays, codebook, problems)
    codings, _ = read_codings(folder, coders, essays, codebook, assignments, problems)
    memos = read_memos(folder, coders, essays, problems)
    stop_if(problems)
    decided = opened.processed / "4_theme_review" / "consensus.csv"
    consensus = None
    if decided.is_file():
        table = pd.read_csv(decided, dtype=str, keep_default_na=False)
        consensus = table[table["status"].eq("present")][["essay_id", "code"]]
    return Tables(folder.name, coders, essays, codebook, codings, memos, assignments, consensus)


def coders_without_rows(tables, *of):
    """Coders whom none of these tables names."""
    return [c for c in tables.coders if not any(table["coder"].eq(c).any() for table in of)]


def rows_by(table, column):
    """Rows of a table by what stands in a column."""
    return {key: rows.to_dict("records") for key, rows in table.groupby(column, sort=False)}

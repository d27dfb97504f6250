"""The tables that travel: what people made, and what the phases hand to each other.

Reading is strict and forgiving at once: every cell is text, every row remembers its place in the
spreadsheet (the index, header = row 1), and what a spreadsheet program may have done to the file
is recognised and said. Writing is atomic and gives the same bytes for the same table.
"""

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.files import read_text, write_atomic
from analysis.problems import Problem, did_you_mean, listed

csv.field_size_limit(2**31 - 1)  # an essay may stand in one cell


@dataclass(frozen=True)
class Columns:
    """The columns of a table that people make: those it must have, and those it may have."""

    needed: tuple
    optional: tuple = ()

    @property
    def known(self):
        return self.needed + self.optional


STUDY_TABLES = {
    "essays.csv": Columns(("essay_id", "text")),
    "codebook.csv": Columns(
        ("code",), ("definition", "include", "exclude", "example", "theme", "note")
    ),
    "themes.csv": Columns(
        ("theme",), ("label", "parent", "perspective", "definition", "narrative", "aliases")
    ),
    "candidate_themes.csv": Columns(("code", "theme"), ("memo",)),
    "decisions.csv": Columns(("action", "from", "to"), ("date", "by", "reason")),
    "assignments.csv": Columns(("coder", "essay_id"), ("codes",)),
    "codings": Columns(
        ("essay_id", "code"), ("start", "end", "quotation", "memo", "date", "source_ref")
    ),
    "adjudications.csv": Columns(("essay_id", "code", "decision"), ("reason", "date", "by")),
    "memos.csv": Columns(("coder", "memo"), ("essay_id", "start", "end", "date")),
    "published_counts.csv": Columns(("theme", "n"), ("label", "essays", "where")),
}


# Reading what people made -----------------------------------------------------------------


def read_table(path, file, columns, problems):
    """A table that people made, every cell as text.

    Parameters
    ----------
    path : path-like
        Where the file is.
    file : str
        How the file is called in messages.
    columns : Columns
        What it must and may have. Other columns are kept.
    problems : list of Problem
        What is wrong is appended here.

    Returns
    -------
    DataFrame or None
        Index `row` = row of the spreadsheet. Optional columns that are absent are empty. Rows
        without any content are left out. None where nothing can be read.
    """
    if not Path(path).is_file():
        problems.append(_missing(Path(path), file))
        return None
    text = read_text(path, file, problems)
    if text is None:
        return None
    if not text.strip():
        problems.append(
            Problem(
                "is empty.", f"Its first row names the columns: {', '.join(columns.known)}.", file
            )
        )
        return None
    rows = _rows(text, file, problems)
    if rows is None:
        return None
    header = _header(rows[0], columns)
    if not _header_is_sound(header, text, file, columns, problems):
        return None
    body = _sound_rows(rows[1:], len(header), text, file, problems)
    table = pd.DataFrame(
        [cells for _, cells in body], columns=header, index=[row for row, _ in body], dtype=str
    )
    table.index.name = "row"
    for name in columns.optional:
        if name not in table:
            table[name] = ""
    table[list(columns.known)] = table[list(columns.known)].apply(
        lambda cells: cells if cells.name in ("text", "quotation", "memo") else cells.str.strip()
    )
    _find_apostrophes(table, file, columns, problems)
    return table


def read_optional_table(folder, file, problems):
    """A table of STUDY_TABLES that a study may leave out: without rows where it is not there.

    A file of the same name in another format (adjudications.xlsx) is a problem: what is in it
    would be lost without a word.
    """
    path, columns = Path(folder) / file, STUDY_TABLES[file]
    if path.is_file() or _saved_otherwise(path):
        return read_table(path, file, columns, problems)
    index = pd.Index([], name="row", dtype=int)
    return pd.DataFrame(columns=list(columns.known), index=index, dtype=str)


def _missing(path, file):
    """A missing table; perhaps it was saved as another kind of file."""
    other = _saved_otherwise(path)
    if other:
        what = f"is missing, but {other.name} is there."
        return Problem(what, "Save that one as 'CSV UTF-8 (comma delimited)'.", file)
    return Problem("is missing.", "Write it, or start from `make new`.", file)


def _saved_otherwise(path):
    endings = (".xlsx", ".xls", ".ods", ".numbers", ".tsv", ".txt")
    others = (path.with_suffix(ending) for ending in endings)
    return next((other for other in others if other.is_file()), None)


def _header(cells, columns):
    """Names of the columns; a known one may be in capitals, one without a name gets a number."""
    names = [name.strip() or f"column {n}" for n, name in enumerate(cells, start=1)]
    return [
        name.lower() if name.lower() in columns.known and name.lower() not in names else name
        for name in names
    ]


def _rows(text, file, problems):
    """Rows of a CSV text, or None if a quotation mark is never closed."""
    try:
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        row = 1
        try:
            for _ in reader:
                row += 1
        except csv.Error:
            pass
        problems.append(
            Problem(
                "a quotation mark is opened and never closed."
                if "end of data" in str(error)
                else "a quotation mark stands inside a cell, or is never closed.",
                "Close it, or copy the file again: its end may be cut off."
                if "end of data" in str(error)
                else 'Write a quotation mark inside a cell twice (""), or save the table from a '
                "spreadsheet.",
                file,
                row,
            )
        )
        return None


def _header_is_sound(header, text, file, columns, problems):
    first_line = text.split("\n", 1)[0]
    found = []
    todo = (
        "Save it with commas: LibreOffice asks under 'Edit filter settings', Excel takes the "
        "separator from the region set in the computer."
    )
    if not first_line.strip(" ,;\t"):
        remove = "Remove it: the first row names the columns."
        found.append(Problem("the first row is empty.", remove, file, 1))
    elif len(header) == 1 and ";" in first_line:
        found.append(Problem("the columns are separated by semicolons.", todo, file, 1))
    elif len(header) == 1 and "\t" in first_line:
        found.append(Problem("the columns are separated by tabs.", todo, file, 1))
    else:
        for name in dict.fromkeys(header):
            if header.count(name) > 1:
                found.append(
                    Problem(
                        f"column '{name}' is there {header.count(name)} times.",
                        "Keep one of them.",
                        file,
                        1,
                    )
                )
        for name in columns.needed:
            if name not in header:
                others = [other for other in header if other not in columns.known]
                close = did_you_mean(name, others).replace("Did you mean", "Is it")
                found.append(
                    Problem(
                        f"column '{name}' is missing.{close}",
                        "Then rename it; otherwise add the column."
                        if close
                        else f"Add it. The columns there are {', '.join(header)}.",
                        file,
                        1,
                    )
                )
    problems.extend(found)
    return not found


def _sound_rows(rows, width, text, file, problems):
    """(spreadsheet row, cells) of the rows that have content and the header's width."""
    body = []
    for number, cells in enumerate(rows, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        last = number == len(rows) + 1
        if len(cells) < width and last and not text.endswith("\n"):
            problems.append(
                Problem(
                    f"the last row is cut off: {len(cells)} of {width} cells are there.",
                    "Copy or export the file again.",
                    file,
                    number,
                )
            )
        elif len(cells) < width:
            problems.append(
                Problem(
                    f"the row has {len(cells)} cell{'s' if len(cells) > 1 else ''}, "
                    f"but the header has {width}.",
                    "Write the missing cells, or the commas of the empty ones.",
                    file,
                    number,
                )
            )
        elif len(cells) > width:
            problems.append(
                Problem(
                    f"the row has {len(cells)} cells, but the header has {width}.",
                    "Put quotation marks round a cell that contains a comma, or remove commas at "
                    "the end of the row.",
                    file,
                    number,
                )
            )
        else:
            body.append((number, cells))
    return body


FREE_TEXT = {  # columns in which people write sentences
    "text",
    "quotation",
    "memo",
    "note",
    "definition",
    "include",
    "exclude",
    "example",
    "narrative",
    "reason",
}


def _find_apostrophes(table, file, columns, problems):
    """Take away a spreadsheet's sign for 'this is text' that has become part of it, and say so."""
    for name in columns.known:
        if name in FREE_TEXT:
            continue
        cells = table[name]
        marked = cells.str.match(r"^'[^']*$")
        table[name] = cells.where(~marked, cells.str[1:])
        for row, cell in cells[marked].items():
            problems.append(
                Problem(
                    f"{_shortened(cell)} begins with an apostrophe, which a spreadsheet left "
                    "there.",
                    "Remove the apostrophe.",
                    file,
                    row,
                    name,
                )
            )


def _shortened(cell, length=40):
    return f'"{cell}"' if len(cell) <= length else f'"{cell[:length]}…"'


def unused_columns(tables):
    """Columns that no phase uses.

    Parameters
    ----------
    tables : dict of str to (DataFrame, Columns)
        By file.

    Returns
    -------
    DataFrame
        file, column, filled (rows that have content there).
    """
    rows = [
        (file, name, int(table[name].str.strip().ne("").sum()))
        for file, (table, columns) in tables.items()
        for name in table.columns
        if name not in columns.known
    ]
    return pd.DataFrame(rows, columns=["file", "column", "filled"])


def check_unique(table, columns, file, problems):
    """Append a problem for each row that repeats an earlier one in these columns.

    A row where one of them is empty is left to `check_filled`.
    """
    table = table[table[columns].ne("").all(axis=1)]
    repeated = table.duplicated(columns, keep="first")
    firsts = table[~repeated].reset_index().set_index(columns)["row"]
    for row, cells in zip(
        table.index[repeated], table.loc[repeated, columns].itertuples(index=False), strict=True
    ):
        key = tuple(cells) if len(columns) > 1 else cells[0]
        problems.append(
            Problem(
                f"{' and '.join(columns)} {listed(cells)} stand{'s' if len(columns) == 1 else ''} "
                f"already in row {firsts[key]}.",
                "Keep one of the two rows.",
                file,
                row,
            )
        )


def check_filled(table, columns, file, problems):
    """Append a problem for each empty cell of columns that identify a row."""
    for name in columns:
        for row in table.index[table[name].eq("")]:
            problems.append(Problem(f"the {name} is empty.", "Fill it in.", file, row, name))


def check_known(cells, known, file, column, noun, todo, problems):
    """Append a problem for each non-empty cell that is not among the known values."""
    known = list(known)
    known_set = set(known)
    for row, value in cells[~cells.isin(known_set) & cells.ne("")].items():
        what = f"{noun} '{value}' {_where_from(noun)}."
        if looks_like_date(value):
            what += " It looks like a date that a spreadsheet made of a name."
        problems.append(Problem(what + did_you_mean(value, known), todo, file, row, column))


def _where_from(noun):
    return {
        "code": "is not in the codebook",
        "essay": "is none of the essays",
        "coder": "is not among the coders of study.toml",
        "theme": "is not in themes.csv",
    }[noun]


MONTH = (  # as spreadsheets abbreviate it in English, German, Spanish, French and Dutch
    "(?:jan|ene|feb|f[eé]v|mar|mär|mrz|mrt|apr|abr|avr|may|mai|mei|jun|juin|jul|juil|aug|ago|aoû"
    "|sep|oct|okt|nov|dec|dez|dic|déc)[a-zé]*"
)
DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}(?:[-/.](?:\d{1,4}(?: [\d:]+)?)?)?"
    rf"|\d{{1,2}}[-. ]+{MONTH}\.?(?:[-. ]+\d{{2,4}})?"
    rf"|{MONTH}\.?[-. ]+\d{{2,4}}|{MONTH}-\d{{1,2}}",
    re.IGNORECASE,
)


def looks_like_date(value):
    return DATE.fullmatch(value) is not None


def check_dates(cells, file, problems):
    """Append a problem for each non-empty cell that is not a date like 2026-11-24."""
    filled = cells[cells.ne("")]
    bad = filled[pd.to_datetime(filled, format="ISO8601", errors="coerce", utc=True).isna()]
    for row, value in bad.items():
        problems.append(
            Problem(
                f"date '{value}' cannot be read.",
                "Write it as year-month-day, for example 2026-11-24.",
                file,
                row,
                cells.name,
            )
        )


# The tables between phases -------------------------------------------------------------------


def write_table(table, path):
    """Write a table as CSV: UTF-8, LF, no index, numbers to 10 significant digits.

    Ten digits are more than any count or coefficient here needs and fewer than the last bits in
    which processors differ.
    """
    text = table.to_csv(index=False, lineterminator="\n", float_format="%.10g")
    write_atomic(path, text.encode("utf-8"))


def read_output(path, **types):
    """A table that an earlier phase wrote; text unless a type is given for a column.

    Raises
    ------
    FileNotFoundError
        Says which phase to run first.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"{path.parent.name}/{path.name} is not there yet. "
            f"Run the phase {path.parent.name} first."
        )
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    for name, type_ in types.items():
        table[name] = table[name].replace("", None).astype(type_)
    return table

"""The two lists that an import leaves in the study: what came from where, and what to look at.

import_sources.csv has a row for each file (or part of one); import_report.csv has what was not
written, what was adjusted, and what is to be decided, each with its place in the file.
"""

import csv
import io

from analysis.files import read_text
from analysis.importers.formulas import guarded
from analysis.importers.material import writable
from analysis.problems import Problem

REPORT, SOURCES = "import_report.csv", "import_sources.csv"
REPORT_COLUMNS = [
    "file",
    "source_ref",
    "outcome",
    "reason",
    "coder",
    "essay_id",
    "code",
    "start",
    "end",
    "quotation",
    "memo",
    "what",
]
SOURCE_COLUMNS = [
    "file",
    "recognised",
    "codings",
    "written",
    "listed",
    "adjusted",
    "reading",
    "basis",
    "tested",
    "score",
    "other_reading",
    "other_score",
    "sha256",
]


def cell(number):
    """A place in the text as a cell; None is an empty one."""
    return "" if number is None else str(number)


def report_row(**cells):
    return dict.fromkeys(REPORT_COLUMNS, "") | cells


def earlier_lists(folder, problems):
    """File -> rows of the two lists as earlier imports left them."""
    return {file: _rows_of(folder, file, problems) for file in (REPORT, SOURCES)}


def _rows_of(folder, file, problems):
    if not (folder / file).is_file():
        return []
    text = read_text(folder / file, file, problems) or ""
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="")
    if not {"file", "sha256" if file == SOURCES else "outcome"} <= set(reader.fieldnames or ()):
        what = "is not as an import left it: its columns are not there."
        todo = "Move it out of the study; the next import begins a new one."
        problems.append(Problem(what, todo, file, 1))
        return []
    return list(reader)


def files_that_add_nothing(sources, earlier):
    """Files of this import that were imported before and have no coding that is new."""
    before = {row["sha256"] for row in earlier[SOURCES]}
    adding = {row["file"] for row in sources if row["written"] or row["sha256"] not in before}
    return {row["file"] for row in sources} - adding


def reports(sources, report, again, earlier):
    """File -> bytes of the two lists: those of earlier imports, and after them this one's.

    `again`: files that add nothing, whose rows stay as they were. Another file that comes again
    has its earlier rows replaced, where no other file had its name.
    """
    now = {row["sha256"] for row in sources if row["file"] not in again}
    others = {row["file"] for row in earlier[SOURCES] if row["sha256"] not in now}
    replaced = {row["file"] for row in earlier[SOURCES]} - others
    files = {}
    for file, columns, rows in (
        (REPORT, REPORT_COLUMNS, report),
        (SOURCES, SOURCE_COLUMNS, sources),
    ):
        kept = [r for r in earlier[file] if r["file"] and r["file"] not in replaced]
        new = [_written(row) for row in rows if row["file"] not in again]
        files[file] = _table(columns, sorted([*kept, *new], key=lambda row: not row["file"]))
    return files


def _written(row):
    return {name: guarded(_shown(value)) for name, value in row.items()}


def _shown(value):
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else value


def _table(columns, rows):
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return writable(buffer.getvalue()).encode("utf-8")

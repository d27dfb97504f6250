"""The two lists that an import leaves in the study: what came from where, and what to look at.

import_sources.csv has a row for each file (or part of one); import_report.csv has what was not
written, what was adjusted, and what is to be decided, each with its place in the file.
"""

import csv
import io

from analysis.importers.formulas import guarded
from analysis.importers.material import writable

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


def files_that_add_nothing(sources, folder):
    """Files of this import that were imported before and have no coding that is new."""
    before = {row["sha256"] for row in _rows_of(folder / SOURCES)}
    adding = {row["file"] for row in sources if row["written"] or row["sha256"] not in before}
    return {row["file"] for row in sources} - adding


def reports(sources, report, again, folder):
    """File -> bytes of the two lists: those of earlier imports, and after them this one's.

    `again`: files that add nothing, whose rows stay as they were. Another file that comes again
    has its earlier rows replaced, where no other file had its name.
    """
    earlier = _rows_of(folder / SOURCES)
    now = {row["sha256"] for row in sources if row["file"] not in again}
    others = {row["file"] for row in earlier if row["sha256"] not in now}
    replaced = {row["file"] for row in earlier} - others
    files = {}
    for file, columns, rows in (
        (REPORT, REPORT_COLUMNS, report),
        (SOURCES, SOURCE_COLUMNS, sources),
    ):
        kept = [r for r in _rows_of(folder / file) if r["file"] and r["file"] not in replaced]
        new = [_written(row) for row in rows if row["file"] not in again]
        files[file] = _table(columns, sorted([*kept, *new], key=lambda row: not row["file"]))
    return files


def earlier_report(folder):
    """The rows of import_report.csv as an earlier import wrote them."""
    return _rows_of(folder / REPORT)


def _rows_of(path):
    if not path.is_file():
        return []
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")))


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

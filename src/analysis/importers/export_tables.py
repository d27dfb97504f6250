"""A study as CSV, or as an Excel workbook: one table each for what people made."""

import csv
import io
import re
import zipfile

import pandas as pd
from lxml import etree

from analysis.files import write_atomic
from analysis.importers.formulas import ADDED, guarded_table
from analysis.importers.material import BEYOND_XML
from analysis.importers.reproducible import zipped
from analysis.importers.study_tables import coders_without_rows
from analysis.problems import Problem, listed, stop_if

CODING_COLUMNS = "coder essay_id start end code quotation memo date source_ref".split()
MEMO_COLUMNS = "coder essay_id start end memo date".split()


def lost(tables):
    """What of a study these tables have no place for, as phrases."""
    if tables.assignments is None:
        return []
    silent = coders_without_rows(tables, tables.codings, tables.assignments)
    return [f"coders who read and coded nothing ({listed(silent)})"] if silent else []


def _sheets(tables):
    """Name -> (columns, rows) of the tables, all cells as text."""
    attributes = [c for c in tables.essays.columns if c not in ("essay_id", "text", "read_from")]
    sheets = {
        "essays": tables.essays[["essay_id", "text", *attributes]],
        "codebook": tables.codebook,
        "codings": tables.codings[CODING_COLUMNS],
        "memos": tables.memos[MEMO_COLUMNS],
    }
    assignments = _assignments(tables)
    if assignments is not None:
        sheets["assignments"] = assignments[["coder", "essay_id", "codes"]]
    for name, table in sheets.items():
        rows = table.astype(object).where(table.notna(), "").to_numpy().tolist()
        yield name, [str(c) for c in table.columns], [[str(cell) for cell in r] for r in rows]


def _assignments(tables):
    """Who read what; written out where a coder without codings would be forgotten otherwise."""
    silent = set(tables.coders) - set(tables.codings["coder"])
    if tables.assignments is not None or not silent:
        return tables.assignments
    rows = [
        (coder, essay_id, "") for coder in tables.coders for essay_id in tables.essays["essay_id"]
    ]
    return pd.DataFrame(rows, columns=["coder", "essay_id", "codes"])


def write_csv(tables, folder):
    """One file a table. A cell that a spreadsheet would take for a formula gets an apostrophe,
    which the import takes away again."""
    _refuse_own_column(tables)
    written = []
    for name, columns, rows in _sheets(tables):
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        columns, rows = guarded_table(columns, rows)
        writer.writerow(columns)
        writer.writerows(rows)
        path = folder / f"{name}.csv"
        write_atomic(path, buffer.getvalue().encode("utf-8"))
        written.append(path)
    return written


def _refuse_own_column(tables):
    if ADDED in tables.essays:
        what = f"has a column '{ADDED}', which the export itself may need to write."
        stop_if([Problem(what, "Give it another name.", "essays.csv", 1, ADDED)])


LONGEST_CELL = 32_767


def workbook(tables):
    """A workbook, one sheet a table, every cell text: nothing becomes a number or a formula."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    problems = []
    for name, columns, rows in _sheets(tables):
        sheet = book.create_sheet(name)
        for number, row in enumerate([columns, *rows], start=1):
            cells = []
            for column, value in zip(columns, row, strict=True):
                if len(value) > LONGEST_CELL:
                    what = f"holds {len(value)} characters; a cell holds {LONGEST_CELL}."
                    todo = "Export CSV or .qdpx instead."
                    problems.append(Problem(what, todo, f"sheet {name}", number, column))
                cell = WriteOnlyCell(sheet)
                if value:
                    cell._value, cell.data_type = _for_excel(value), "s"
                cells.append(cell)
            sheet.append(cells)
    stop_if(problems)
    buffer = io.BytesIO()
    book.save(buffer)
    return _without_time(buffer.getvalue())


def _for_excel(value):
    """Signs that XML cannot hold, as Excel writes them: _x000C_, and that itself _x005F_x000C_."""
    value = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", value)
    return BEYOND_XML.sub(lambda sign: f"_x{ord(sign[0]):04X}_", value)


def _without_time(data):
    """The archive with no time in it."""
    members = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "docProps/core.xml":
                root = etree.fromstring(content)
                for node in list(root):
                    if etree.QName(node).localname in ("created", "modified"):
                        root.remove(node)
                content = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
            members[name] = content
    return zipped(members)

"""Cells that a spreadsheet would take for a formula, and the apostrophe that keeps it from that.

The apostrophe of an export is taken away again only where the table says that it has been added:
a text may begin with an apostrophe of its own.
"""

import re

FORMULA = re.compile(r"'*[=+\-@\t\r]")
GUARDED = re.compile(r"'+[=+\-@\t\r]")
ADDED = "apostrophe_added"  # the column that says in which rows


def guarded(cell):
    """A cell that no spreadsheet takes for a formula: one apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell


def guarded_table(header, rows):
    """A table without formulas; if it had any, with a column that says in which rows."""
    header_now, rows_now = _all_guarded(header), [_all_guarded(row) for row in rows]
    if header_now == header and rows_now == rows:
        return header, rows
    said = ["yes" if now != row else "" for now, row in zip(rows_now, rows, strict=True)]
    marked = [[*row, yes] for row, yes in zip(rows_now, said, strict=True)]
    return [*header_now, ADDED], marked


def _all_guarded(cells):
    return [guarded(cell) for cell in cells]


def unguarded_table(header, rows):
    """The table that `guarded_table` made safe; another table as it is. Rows: (number, cells)."""
    if ADDED not in header:
        return header, rows
    at = header.index(ADDED)
    rows = [(n, _unguarded(cells) if cells[at] == "yes" else cells) for n, cells in rows]
    kept = [(n, cells[:at] + cells[at + 1 :]) for n, cells in rows]
    header = _unguarded(header)
    return header[:at] + header[at + 1 :], kept


def _unguarded(cells):
    return [cell[1:] if GUARDED.match(cell) else cell for cell in cells]

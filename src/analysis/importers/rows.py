"""Rows of tables as text: of a CSV file, and of each sheet of an Excel workbook."""

import datetime
import io
import re
import zipfile

from analysis.importers.columns import read_rows
from analysis.importers.formulas import unguarded_table
from analysis.importers.opening import Archive, Refused, decode, parse_csv, parse_xml, words

MOST_CELLS = 3_000_000
SMALLER = "Delete the empty rows and columns round the table, unmerge cells, and save it again."


def read_csv(source):
    text, note = decode(source.data)
    header, rows, notes = parse_csv(text)
    material = read_rows(*unguarded_table(header, rows), source.stem)
    material.notes += [note] * bool(note) + notes
    return [material]


def read_excel(source):
    """Every sheet whose header is known; the others are named."""
    archive = Archive(source.data)  # its limits come first
    for name in archive.names:
        if name.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(name)[:5000]:
            raise Refused("declares a document type.", "Excel writes none: ask who sent it.")
    _refuse_unknown_values(archive)
    _refuse_endless_cells(archive)
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(source.data), data_only=True)
    except (
        KeyError, ValueError, TypeError, AttributeError, SyntaxError, OSError, zipfile.BadZipFile,
    ):  # fmt: skip
        raise Refused("is a damaged workbook.", "Open it in Excel and save it again.") from None
    found, refused = [], []
    for sheet in book.worksheets:
        rows = _sheet_rows(sheet)
        if not rows:
            continue
        (_, header), body = rows[0], rows[1:]
        header = [words(cell).strip() for cell in header]
        while header and not header[-1]:
            header.pop()
        try:
            material = read_rows(header, body, source.stem)
        except Refused as why:
            refused.append(f"sheet '{sheet.title}' {why.what}")
            continue
        material.tool += " (Excel)"
        material.part = f"sheet '{sheet.title}'"
        if sheet.sheet_state != "visible":
            material.notes.append(f"sheet '{sheet.title}' is hidden; it was read like the others")
        found.append(material)
    if not found:
        raise Refused(
            "; ".join(refused)[:400] or "has no rows.",
            "Name the columns essay_id, coder, code and quotation.",
        )
    found[0].notes += [f"not read: {why}" for why in refused]
    return found


def _refuse_unknown_values(archive):
    """A formula whose value no program stored would be read as an empty cell."""
    sheets = [name for name in archive.names if name.startswith("xl/worksheets/sheet")]
    for name in sheets:
        data = archive.read(name)
        for formula in parse_xml(data).iter("{*}f") if b"<f" in data else ():
            cell = formula.getparent()
            if cell.get("t") != "str" and not cell.findtext("{*}v"):
                raise Refused(
                    f"holds a formula without its value (cell {cell.get('r')} in {name[14:]}).",
                    "Open the file in Excel and save it again.",
                )


def _refuse_endless_cells(archive):
    """A file of a few bytes may claim that all cells of a sheet are one: each would be made."""
    for name in archive.names:
        data = archive.read(name) if name.endswith(".xml") else b""
        for merged in parse_xml(data).iter("{*}mergeCell") if b"mergeCell" in data else ():
            corners = re.findall(r"([A-Z]+)([0-9]+)", merged.get("ref") or "")
            if len(corners) != 2:
                continue
            (left, top), (right, bottom) = corners
            wide = _column(right) - _column(left) + 1
            if wide * (int(bottom) - int(top) + 1) > MOST_CELLS:
                raise Refused(f"merges too many cells ({merged.get('ref')}).", SMALLER)


def _column(letters):
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _sheet_rows(sheet):
    """(row number, cells as text) of the rows with content; merged cells all have their value."""
    if sheet.max_row * sheet.max_column > MOST_CELLS:
        raise Refused(
            f"has {sheet.max_row:,} rows and {sheet.max_column:,} columns in its sheet "
            f"'{sheet.title}'.",
            SMALLER,
        )
    grid = [[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    for merged in sheet.merged_cells.ranges:
        value = grid[merged.min_row - 1][merged.min_col - 1]
        for row in grid[merged.min_row - 1 : merged.max_row]:
            for column in range(merged.min_col - 1, min(merged.max_col, len(row))):
                row[column] = value
    return [(n, row) for n, row in enumerate(grid, start=1) if any(cell.strip() for cell in row)]


def _cell(value):
    """A cell as text: 3.0 is '3', a date as in 2026-11-24."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    return _decoded(str(value)).replace("\r\n", "\n").replace("\r", "\n")


def _decoded(text):
    """Signs that XML cannot hold stand in a workbook as _x000C_, and that itself as _x005F_x000C_.

    ECMA-376-1, 22.9.2.19 (ST_Xstring).
    """
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)

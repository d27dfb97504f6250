"""RQDA projects (.rqda): places are code points, kept as real numbers; rows with status 0 are
deleted."""

from analysis.importers.counting import ways_to_count
from analysis.importers.material import Coding, Material, Memo, stored_essay
from analysis.importers.opening import rows_of, tables_of, whole_number, words


def read(source, connection):
    material = Material("RQDA project", ways=ways_to_count("code points"), known=True)
    material.own_name = source.stem
    tables = tables_of(connection)
    deleted_essays, deleted_codes = {}, set()
    for row in rows_of(connection, "source", ["id", "name", "file", "status"]):
        if _live(row):
            essay = stored_essay(words(row["name"]), words(row["file"]))
            material.essays[row["id"]] = essay
        else:
            deleted_essays[row["id"]] = words(row["name"])
    codes = {}
    for row in rows_of(connection, "freecode", ["id", "name", "status"], ("memo",)):
        codes[row["id"]] = words(row["name"])
        if _live(row):
            material.codes[codes[row["id"]]] = {"definition": words(row["memo"])}
        else:
            deleted_codes.add(row["id"])
    columns = ["cid", "fid", "seltext", "selfirst", "selend", "status", "owner"]
    for n, row in enumerate(rows_of(connection, "coding", columns, ("date", "memo")), start=1):
        gone = not _live(row) or row["cid"] in deleted_codes or row["fid"] in deleted_essays
        start, end = whole_number(row["selfirst"]), whole_number(row["selend"])
        reason = "deleted_in_tool" if gone else ""
        if not reason and row["cid"] not in codes:
            reason = "code_deleted"
        if not reason and row["fid"] not in material.essays:
            reason = "source_missing"
        if not reason and (start is None or end is None):
            reason = "out_of_range"
        essay = row["fid"] if row["fid"] in material.essays else deleted_essays.get(row["fid"], "")
        material.codings.append(
            Coding(
                essay, words(row["owner"]), codes.get(row["cid"], ""), start, end,
                words(row["seltext"]), words(row["memo"]), words(row["date"]),
                f"coding {n}", reason,
            )
        )  # fmt: skip
    _read_memos(connection, tables, material)
    _read_attributes(connection, tables, material)
    if "coding2" in tables:
        n = connection.execute("SELECT COUNT(*) FROM coding2").fetchone()[0]
        if n:
            material.notes.append(f"{n} rows of a second coding (table coding2) are not imported")
    return [material]


def _read_memos(connection, tables, material):
    """Memos on files, annotations (on a point of a file: kept on the file), and the journal."""
    for row in rows_of(connection, "source", ["id"], ("memo", "owner", "date")):
        if row["id"] in material.essays:
            _add_memo(material, row["id"], row, words(row["memo"]))
    if "annotation" in tables:
        columns = ["fid", "annotation", "owner", "date", "status"]
        for row in rows_of(connection, "annotation", columns):
            if _live(row) and row["fid"] in material.essays:
                _add_memo(material, row["fid"], row, words(row["annotation"]))
    if "journal" in tables:
        for row in rows_of(connection, "journal", ["name", "journal", "owner", "date", "status"]):
            if _live(row) and words(row["journal"]).strip():
                text = f"{words(row['name'])}: {words(row['journal'])}"
                _add_memo(material, None, row, text)


def _add_memo(material, essay, row, text):
    if text.strip():
        material.memos.append(Memo(essay, words(row["owner"]), text, date=words(row["date"])))


def _read_attributes(connection, tables, material):
    if "fileAttr" in tables:
        for row in rows_of(connection, "fileAttr", ["variable", "value", "fileID", "status"]):
            value = words(row["value"]).strip()
            if _live(row) and value and row["fileID"] in material.essays:
                material.essays[row["fileID"]].attributes[words(row["variable"])] = value
    if "treecode" in tables and any(map(_live, rows_of(connection, "treecode", ["status"]))):
        material.notes.append("categories of codes are not imported: give codes their theme")


def _live(row):
    return whole_number(row["status"]) == 1

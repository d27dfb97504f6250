"""QualCoder's own project (.qda): places are UTF-16 units of its stored text.

Codings that QualCoder made by searching count otherwise after an emoji, so that one project may
mix both: each is judged by its own quotation.
"""

from pathlib import Path

from analysis.importers.counting import ways_to_count
from analysis.importers.material import Coding, Material, Memo, stored_essay
from analysis.importers.opening import rows_of, tables_of, whole_number, words


def read(source, connection):
    material = Material("QualCoder project", ways=ways_to_count("UTF-16 units"), known=True)
    material.own_name = Path(source.path).parent.stem
    tables = tables_of(connection)
    media = {}
    columns, more = ["id", "name", "fulltext"], ("mediapath", "memo", "owner", "date")
    for row in rows_of(connection, "source", columns, more):
        if words(row["fulltext"]).strip():
            material.essays[row["id"]] = stored_essay(words(row["name"]), words(row["fulltext"]))
        else:
            media[row["id"]] = words(row["name"])
        if words(row["memo"]).strip() and row["id"] in material.essays:
            material.memos.append(_memo(row, row["id"]))
    categories = {}
    if "code_cat" in tables:
        for row in rows_of(connection, "code_cat", ["catid", "name"], ("supercatid", "memo")):
            categories[row["catid"]] = (words(row["name"]), row["supercatid"])
            if words(row["memo"]).strip():
                name, memo = words(row["name"]), words(row["memo"]).strip()
                material.notes.append(
                    f"'{name}' is a category of codes; it is described so: {memo[:300]}"
                )
    columns, more = ["cid", "name", "memo", "catid"], ("supercid",)
    named = {r["cid"]: r for r in rows_of(connection, "code_name", columns, more)}
    codes = {cid: _path(row, named, categories) for cid, row in named.items()}
    for cid, row in named.items():
        material.codes[codes[cid]] = {"definition": words(row["memo"])}
    columns = ["cid", "fid", "seltext", "pos0", "pos1", "owner"]
    for row in rows_of(connection, "code_text", columns, ("ctid", "date", "memo", "avid")):
        material.codings.append(_coding(row, codes, material.essays, media))
    _list_media(connection, tables, codes, media, material)
    _read_annotations(connection, tables, material)
    _read_attributes(connection, tables, material)
    return [material]


def _coding(row, codes, essays, media):
    start, end = whole_number(row["pos0"]), whole_number(row["pos1"])
    code, reason = codes.get(row["cid"], ""), ""
    if not code:
        reason = "code_deleted"
    elif row["fid"] not in essays:
        reason = "source_missing"
    elif start is None or end is None:
        reason = "out_of_range"
    essay = row["fid"] if row["fid"] in essays else media.get(row["fid"], words(row["fid"]))
    return Coding(
        essay,
        words(row["owner"]).strip(),
        code,
        start,
        end,
        words(row["seltext"]).replace("\u2029", "\n"),  # as Qt ends a line
        words(row["memo"]),
        words(row["date"]),
        f"code_text {row['ctid']}",
        reason,
    )


def _path(row, named, categories):
    """The code's name below its categories (and, since 2025, below its parent codes)."""
    names, seen = [words(row["name"])], set()
    while row.get("supercid") in named and row["supercid"] not in seen:
        seen.add(row["supercid"])
        row = named[row["supercid"]]
        names.append(words(row["name"]))
    category, seen = row["catid"], set()
    while category in categories and category not in seen:
        seen.add(category)
        name, category = categories[category]
        names.append(name)
    return " > ".join(reversed(names))


def _memo(row, essay, start=None, end=None):
    return Memo(essay, words(row["owner"]), words(row["memo"]), start, end, words(row["date"]))


def _list_media(connection, tables, codes, media, material):
    for table, essay in (("code_image", "id"), ("code_av", "id")):
        if table in tables:
            columns, more = ["cid", essay, "owner"], ("memo", "date")
            for n, row in enumerate(rows_of(connection, table, columns, more), start=1):
                material.codings.append(
                    Coding(
                        media.get(row[essay], ""), words(row["owner"]), codes.get(row["cid"], ""),
                        None, None, "", words(row["memo"]), words(row["date"]),
                        f"{table} {n}", "not_text",
                    )
                )  # fmt: skip


def _read_annotations(connection, tables, material):
    if "annotation" in tables:
        columns = ["fid", "pos0", "pos1", "memo", "owner", "date"]
        for row in rows_of(connection, "annotation", columns):
            start, end = whole_number(row["pos0"]), whole_number(row["pos1"])
            if row["fid"] in material.essays and words(row["memo"]).strip():
                material.memos.append(_memo(row, row["fid"], start, end))
    if "cases" in tables:
        for row in rows_of(connection, "cases", ["name"], ("memo", "owner", "date")):
            if words(row["memo"]).strip():
                text = f"{words(row['name'])}: {words(row['memo'])}"
                memo = Memo(None, words(row["owner"]), text, date=words(row["date"]))
                material.memos.append(memo)
    if "journal" in tables:
        for row in rows_of(connection, "journal", ["name", "jentry", "owner", "date"]):
            if words(row["jentry"]).strip():
                text = f"{words(row['name'])}: {words(row['jentry'])}"
                memo = Memo(None, words(row["owner"]), text, date=words(row["date"]))
                material.memos.append(memo)


def _read_attributes(connection, tables, material):
    """Attributes of files, and those of the cases that a file belongs to."""
    if "attribute" not in tables:
        return
    files_of_case = {}
    if "case_text" in tables:
        for row in rows_of(connection, "case_text", ["caseid", "fid"]):
            files_of_case.setdefault(row["caseid"], set()).add(row["fid"])
    for row in rows_of(connection, "attribute", ["name", "attr_type", "value", "id"]):
        kind, value = words(row["attr_type"]), words(row["value"]).strip()
        files = {row["id"]} if kind == "file" else files_of_case.get(row["id"], set())
        for fid in files if value and kind in ("file", "case") else ():
            if fid in material.essays:
                material.essays[fid].attributes[words(row["name"])] = value

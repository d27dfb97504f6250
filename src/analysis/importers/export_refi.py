"""A study by the REFI-QDA standard 1.0: a project (.qdpx), or its codebook (.qdc)."""

import re

import pandas as pd
from lxml import etree

from analysis.importers.material import BEYOND_XML
from analysis.importers.refi import CONSENSUS, HEADINGS, OWN
from analysis.importers.reproducible import guid_of, zipped
from analysis.importers.study_tables import coders_without_rows, rows_by
from analysis.problems import counted, listed

PROJECT, CODEBOOK = "urn:QDA-XML:project:1.0", "urn:QDA-XML:codebook:1.0"


def lost_in_codebook(tables):
    """What of a study a .qdc has no place for, as phrases."""
    return ["all but the codebook", *_beyond_xml(tables.codebook)]


def lost_in_project(tables):
    """What of a study a .qdpx has no place for, as phrases."""
    said, codings, memos = [], tables.codings, tables.memos
    if codings["source_ref"].ne("").any():
        said.append("where codings were imported from (source_ref)")
    if tables.assignments is not None:
        said.append("who read what (assignments.csv)")
    silent = coders_without_rows(tables, codings)
    if silent:
        said.append(f"coders without codings ({listed(silent)})")
    dates = [date for table in (codings, memos) for date in table["date"] if date]
    unsaid = sum(not _date_time(date) for date in dates)
    if unsaid:
        said.append(f"{counted(unsaid, 'date')} without a day, or without a full time")
    essays = tables.essays.drop(columns=["text", "read_from"])
    return said + _beyond_xml(essays, tables.codebook, codings[["memo"]], memos)


def _beyond_xml(*tables):
    cells = (cell for table in tables for column in table for cell in table[column])
    if any(isinstance(cell, str) and BEYOND_XML.search(cell) for cell in cells):
        return ["signs that XML cannot hold (they are U+FFFD there)"]
    return []


def codebook(tables):
    root = etree.Element(f"{{{CODEBOOK}}}CodeBook", nsmap={None: CODEBOOK}, origin=OWN)
    _add_codes(root, tables.codebook)
    _add_themes(root, tables.codebook, attribute="guid")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def project(tables):
    """Texts as files, LF and without a mark; positions in code points, as the standard says."""
    root = etree.Element(
        f"{{{PROJECT}}}Project", nsmap={None: PROJECT}, name=tables.name, origin=OWN
    )
    agreed = {} if tables.consensus is None else rows_by(tables.consensus, "essay_id")
    coders = sorted({*tables.codings["coder"], *tables.memos["coder"]})
    if coders or agreed:
        users = _child(root, "Users")
        for coder in coders:
            _child(users, "User", guid=guid_of("user", coder), name=coder)
        if agreed:
            _child(users, "User", guid=CONSENSUS, name="consensus")
    if len(tables.codebook):
        _add_codes(_child(root, "CodeBook"), tables.codebook)
    attributes = [c for c in tables.essays.columns if c not in ("essay_id", "text", "read_from")]
    if attributes:
        variables = _child(root, "Variables")
        for name in attributes:
            _child(
                variables, "Variable", guid=guid_of("variable", name), name=name,
                typeOfVariable="Text",
            )  # fmt: skip
    codings, memos = rows_by(tables.codings, "essay_id"), rows_by(tables.memos, "essay_id")
    sources, notes, members = _child(root, "Sources"), [], {}
    for essay in tables.essays.to_dict("records"):
        of_essay = codings.get(essay["essay_id"], []), memos.get(essay["essay_id"], [])
        _add_essay(sources, essay, *of_essay, agreed.get(essay["essay_id"], []), attributes, notes)
        members[f"sources/{guid_of('essay', essay['essay_id'])}.txt"] = essay["text"].encode()
    for n, memo in enumerate(memos.get("", [])):
        notes.append((guid_of("study memo", n), memo))
    if notes:
        _add_notes(root, notes)
    _add_themes(root, tables.codebook, attribute="targetGUID")
    qde = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return zipped({"project.qde": qde, **members})


def _child(parent, tag, text=None, /, **attributes):
    space = etree.QName(parent).namespace
    said = {k: BEYOND_XML.sub("\ufffd", v) for k, v in attributes.items() if v}
    node = etree.SubElement(parent, f"{{{space}}}{tag}", said)
    if text is not None:
        node.text = BEYOND_XML.sub("\ufffd", text)
    return node


def _add_codes(book, codebook):
    """The codes as a tree: 'Support > Family' is Family below Support."""
    codes = _child(book, "Codes")
    rows = {row["code"]: row for row in codebook.to_dict("records")}
    nodes = {}
    for code in rows:
        parts = code.split(" > ")
        for n in range(1, len(parts) + 1):
            path = " > ".join(parts[:n])
            if path not in nodes:
                above = nodes.get(" > ".join(parts[: n - 1]), codes)
                nodes[path] = _child(
                    above, "Code", guid=guid_of("code", path), name=parts[n - 1],
                    isCodable="true" if path in rows else "false",
                )  # fmt: skip
                described = _described(rows[path]) if path in rows else ""
                if described:
                    _child(nodes[path], "Description", described)


def _described(row):
    """Definition, and below a heading each: include, exclude, example, note."""
    parts = [row["definition"]] if row["definition"] else []
    for column, heading in HEADINGS.items():
        if row[column]:
            parts.append(f"{heading}\n{row[column]}")
    return "\n".join(parts)


def _add_themes(root, codebook, *, attribute):
    """A set of codes for each theme."""
    themed = codebook[codebook["theme"].str.strip().ne("")]
    if themed.empty:
        return
    sets = _child(root, "Sets")
    for theme, codes in themed.groupby("theme", sort=True)["code"]:
        node = _child(sets, "Set", guid=guid_of("theme", theme), name=theme)
        for code in codes:
            _child(node, "MemberCode", **{attribute: guid_of("code", code)})


def _add_essay(sources, essay, codings, memos, consensus, attributes, notes):
    essay_id = essay["essay_id"]
    source = _child(
        sources, "TextSource", guid=guid_of("essay", essay_id), name=essay_id,
        plainTextPath=f"internal://{guid_of('essay', essay_id)}.txt",
    )  # fmt: skip
    for coding in codings:
        if not pd.isna(coding["start"]):
            span = coding["start"], coding["end"]
            selection = _selection(source, ("coding", coding["coding_id"]), *span)
            selection.set("name", coding["quotation"])  # which proves the place, whatever it cuts
            _add_coding(selection, coding, notes)
    placed = [m for m in memos if str(m["start"]).strip()]
    for n, memo in enumerate(placed):
        selection = _selection(source, ("memo", essay_id, n), memo["start"], memo["end"])
        _refer(selection, guid_of("memo note", essay_id, n), memo, notes)
    for coding in codings:
        if pd.isna(coding["start"]):
            _add_coding(source, coding, notes)
    for row in consensus:
        guid = guid_of("consensus", essay_id, row["code"])
        coding = _child(source, "Coding", guid=guid, creatingUser=CONSENSUS)
        _child(coding, "CodeRef", targetGUID=guid_of("code", row["code"]))
    for n, memo in enumerate(m for m in memos if not str(m["start"]).strip()):
        _refer(source, guid_of("essay note", essay_id, n), memo, notes)
    for name in attributes:
        if str(essay[name]).strip() and not pd.isna(essay[name]):
            value = _child(source, "VariableValue")
            _child(value, "VariableRef", targetGUID=guid_of("variable", name))
            _child(value, "TextValue", str(essay[name]))


def _selection(source, names, start, end):
    return _child(
        source, "PlainTextSelection", guid=guid_of("selection", *names),
        startPosition=str(int(start)), endPosition=str(int(end)),
    )  # fmt: skip


def _add_coding(parent, coding, notes):
    node = _child(
        parent, "Coding", guid=guid_of("coding", coding["coding_id"]),
        creatingUser=guid_of("user", coding["coder"]), creationDateTime=_date_time(coding["date"]),
    )  # fmt: skip
    _child(node, "CodeRef", targetGUID=guid_of("code", coding["code"]))
    if coding["memo"].strip():
        memo = {"coder": coding["coder"], "memo": coding["memo"], "date": coding["date"]}
        _refer(node, guid_of("coding note", coding["coding_id"]), memo, notes)


def _refer(parent, guid, memo, notes):
    _child(parent, "NoteRef", targetGUID=guid)
    notes.append((guid, memo))


def _add_notes(root, notes):
    parent = _child(root, "Notes")
    for guid, memo in notes:
        note = _child(
            parent, "Note", guid=guid, creatingUser=guid_of("user", memo["coder"]),
            creationDateTime=_date_time(memo["date"]),
        )  # fmt: skip
        _child(note, "PlainTextContent", memo["memo"])


DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")


def _date_time(date):
    """A day as the schema wants it: with a time, which our import takes away again.

    Empty for what is no day, or has no full time.
    """
    date = str(date).strip().replace(" ", "T")
    date = f"{date}T00:00:00" if len(date) == 10 else date
    return date if DATE_TIME.fullmatch(date) else ""

"""A study for other tools: REFI-QDA (.qdpx, .qdc), CSV, Excel, Label Studio JSON.

The same study gives the same bytes: identifiers are made from what they name, members of archives
carry no time.
"""

import csv
import io
import json
import re
import uuid
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from lxml import etree

from analysis.codings import read_assignments, read_codebook, read_codings, read_memos
from analysis.corpus import read_essays
from analysis.files import write_atomic
from analysis.importers.formulas import ADDED, guarded_table
from analysis.importers.refi import CONSENSUS, HEADINGS, OWN
from analysis.problems import ASKED_FOR, Problem, counted, listed, stop_if
from analysis.study import open_study
from analysis.tables import STUDY_TABLES, read_optional_table, read_table, unused_columns

NAMESPACE = uuid.UUID("5d0c1f0e-3c7b-5a58-9d5e-7a4d3f1c2b60")  # of our identifiers
BEYOND_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
PROJECT, CODEBOOK = "urn:QDA-XML:project:1.0", "urn:QDA-XML:codebook:1.0"
EPOCH = (1980, 1, 1, 0, 0, 0)
CODING_COLUMNS = "coder essay_id start end code quotation memo date source_ref".split()
MEMO_COLUMNS = "coder essay_id start end memo date".split()


@dataclass
class Export:
    """What an export wrote, and what of the study it could not carry.

    Attributes
    ----------
    written : list of Path
    notes : list of str
    """

    written: list
    notes: list = field(default_factory=list)

    def __str__(self):
        lines = [f"Wrote {path}." for path in self.written]
        return "\n".join(lines + [f"Note: {note}." for note in self.notes])


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


def export_study(study, path):
    """Write a study for another tool; the ending of the path says for which.

    Parameters
    ----------
    study : str or path-like
        A name in data/raw, or a study folder.
    path : path-like
        Ending in .qdpx (REFI-QDA project), .qdc (its codebook), .xlsx, .json (Label Studio), or a
        folder's name without an ending (CSV).

    Returns
    -------
    Export
        The consensus goes into a .qdpx as a user of its own, once phase 4 has run.

    Raises
    ------
    StudyError
        The study has problems, the format is unknown, or something is there already.
    """
    path = Path(path).expanduser()
    formats = {".qdpx": _qdpx, ".qdc": _qdc, ".xlsx": _xlsx, ".json": _label_studio}
    if path.suffix and path.suffix.lower() not in formats:
        todo = f"Choose one of {', '.join(formats)}, or a folder for CSV."
        what = f"the ending '{path.suffix}' is no format."
        stop_if([Problem(what, todo, path.name)], ASKED_FOR)
    _refuse_what_is_there(path)
    tables = read_tables(study)
    notes = _not_carried(tables, path.suffix.lower()) + _left_in(open_study(study).folder)
    if not path.suffix:
        return Export(_write_csv(tables, path), notes)
    write_atomic(path, formats[path.suffix.lower()](tables))
    return Export([path], notes)


def _refuse_what_is_there(path):
    """An export writes a new file or a new folder, and nothing of anybody's over."""
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        what = "there is a file or folder of this name already, and it may be yours."
        todo = "Choose another name, or move it away first."
        stop_if([Problem(what, todo, str(path))], ASKED_FOR)


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


# What an export cannot carry -----------------------------------------------------------------


DECISIONS = ("themes.csv", "candidate_themes.csv", "decisions.csv", "adjudications.csv")


def _left_in(folder):
    """What no format carries: decisions, and columns that no phase uses."""
    decisions = [file for file in DECISIONS if len(read_optional_table(folder, file, []))]
    said = "stays in the study alone" if not decisions else "stay in the study alone"
    notes = [f"{', '.join(['study.toml', *decisions])} {said}"]
    tables = {
        "memos.csv": (read_optional_table(folder, "memos.csv", []), STUDY_TABLES["memos.csv"])
    }
    columns = STUDY_TABLES["codings"]
    for path in sorted((folder / "codings").glob("*.csv")):
        file = f"codings/{path.name}"
        tables[file] = (read_table(path, file, columns, []), columns)
    tables = {file: there for file, there in tables.items() if there[0] is not None}
    unused = unused_columns(tables).query("filled > 0")
    if len(unused):
        said = [f"{row.column} of {row.file}" for row in unused.itertuples()]
        notes.append(f"columns that are not exported: {listed(said)}")
    return notes


def _not_carried(tables, ending):
    """What of the tables a format has no place for."""
    lost = []
    if ending == ".qdc":
        return ["a .qdc holds the codebook alone"]
    if ending == ".json":
        described = tables.codebook.drop(columns="code").ne("").any(axis=None)
        lost += ["what the codebook says of its codes"] * bool(described)
        unused = len(set(tables.codebook["code"]) - set(tables.codings["code"]))
        lost += [f"{counted(unused, 'code')} that nobody used"] * bool(unused)
        lost += [counted(len(tables.memos), "memo")] * bool(len(tables.memos))
        dates = int(tables.codings["date"].ne("").sum())
        lost += [f"the {counted(dates, 'date')} of codings"] * bool(dates)
    if ending in (".json", ".qdpx") and tables.codings["source_ref"].ne("").any():
        lost.append("where codings were imported from (source_ref)")
    if tables.assignments is not None:
        if ending == ".qdpx":
            lost.append("who read what (assignments.csv)")
        elif ending == ".json" and tables.assignments["codes"].ne("").any():
            lost.append("for which codes a coder read (the column codes of assignments.csv)")
        silent = [c for c in tables.coders if not _has_rows(c, tables.codings, tables.assignments)]
        if ending != ".qdpx" and silent:
            lost.append(f"coders who read and coded nothing ({listed(silent)})")
    if ending == ".qdpx":
        silent = [c for c in tables.coders if not _has_rows(c, tables.codings)]
        lost += [f"coders without codings ({listed(silent)})"] * bool(silent)
        dates = [d for t in (tables.codings, tables.memos) for d in t["date"] if d]
        unsaid = sum(not _date_time(date) for date in dates)
        lost += [f"{counted(unsaid, 'date')} without a day, or without a full time"] * bool(unsaid)
    if ending in (".qdpx", ".qdc") and _beyond_xml(tables):
        lost.append("signs that XML cannot hold (they are U+FFFD there)")
    format_ = f"a {ending}" if ending else "a folder of CSV"
    return [f"{format_} has no place for: {'; '.join(lost)}"] if lost else []


def _has_rows(coder, *tables):
    return any(table["coder"].eq(coder).any() for table in tables)


def _beyond_xml(tables):
    essays = tables.essays.drop(columns=["text", "read_from"])
    cells = [
        cell
        for table in (essays, tables.codebook, tables.codings[["memo"]], tables.memos)
        for column in table
        for cell in table[column]
    ]
    return any(isinstance(cell, str) and BEYOND_XML.search(cell) for cell in cells)


# CSV and Excel -------------------------------------------------------------------------------


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
        sheets["assignments"] = assignments
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


def _write_csv(tables, folder):
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


def _xlsx(tables):
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
    return _zip(members)


def _zip(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, content)
    return buffer.getvalue()


# REFI-QDA ------------------------------------------------------------------------------------


def _guid(*names):
    """The same identifier for the same thing, in every export."""
    return str(uuid.uuid5(NAMESPACE, "\x1f".join(map(str, names))))


def _qdc(tables):
    root = etree.Element(f"{{{CODEBOOK}}}CodeBook", nsmap={None: CODEBOOK}, origin=OWN)
    _add_codes(root, tables.codebook)
    _add_themes(root, tables.codebook, attribute="guid")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _qdpx(tables):
    """Texts as files, LF and without a mark; positions in code points, as the standard says."""
    root = etree.Element(
        f"{{{PROJECT}}}Project", nsmap={None: PROJECT}, name=tables.name, origin=OWN
    )
    agreed = {} if tables.consensus is None else _by(tables.consensus, "essay_id")
    coders = sorted({*tables.codings["coder"], *tables.memos["coder"]})
    if coders or agreed:
        users = _child(root, "Users")
        for coder in coders:
            _child(users, "User", guid=_guid("user", coder), name=coder)
        if agreed:
            _child(users, "User", guid=CONSENSUS, name="consensus")
    if len(tables.codebook):
        _add_codes(_child(root, "CodeBook"), tables.codebook)
    attributes = [c for c in tables.essays.columns if c not in ("essay_id", "text", "read_from")]
    if attributes:
        variables = _child(root, "Variables")
        for name in attributes:
            _child(
                variables, "Variable", guid=_guid("variable", name), name=name,
                typeOfVariable="Text",
            )  # fmt: skip
    codings, memos = _by(tables.codings, "essay_id"), _by(tables.memos, "essay_id")
    sources, notes, members = _child(root, "Sources"), [], {}
    for essay in tables.essays.to_dict("records"):
        of_essay = codings.get(essay["essay_id"], []), memos.get(essay["essay_id"], [])
        _add_essay(sources, essay, *of_essay, agreed.get(essay["essay_id"], []), attributes, notes)
        members[f"sources/{_guid('essay', essay['essay_id'])}.txt"] = essay["text"].encode()
    for n, memo in enumerate(memos.get("", [])):
        notes.append((_guid("study memo", n), memo))
    if notes:
        _add_notes(root, notes)
    _add_themes(root, tables.codebook, attribute="targetGUID")
    qde = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return _zip({"project.qde": qde, **members})


def _by(table, column):
    """Rows of a table by what stands in a column."""
    return {key: rows.to_dict("records") for key, rows in table.groupby(column, sort=False)}


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
    for code in sorted(rows, key=lambda c: c.split(" > ")):
        parts = code.split(" > ")
        for n in range(1, len(parts) + 1):
            path = " > ".join(parts[:n])
            if path not in nodes:
                above = nodes.get(" > ".join(parts[: n - 1]), codes)
                nodes[path] = _child(
                    above, "Code", guid=_guid("code", path), name=parts[n - 1],
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
        node = _child(sets, "Set", guid=_guid("theme", theme), name=theme)
        for code in codes:
            _child(node, "MemberCode", **{attribute: _guid("code", code)})


def _add_essay(sources, essay, codings, memos, consensus, attributes, notes):
    essay_id = essay["essay_id"]
    source = _child(
        sources, "TextSource", guid=_guid("essay", essay_id), name=essay_id,
        plainTextPath=f"internal://{_guid('essay', essay_id)}.txt",
    )  # fmt: skip
    for coding in codings:
        if not pd.isna(coding["start"]):
            span = coding["start"], coding["end"]
            selection = _selection(source, ("coding", coding["coding_id"]), *span)
            _add_coding(selection, coding, notes)
    placed = [m for m in memos if str(m["start"]).strip()]
    for n, memo in enumerate(placed):
        selection = _selection(source, ("memo", essay_id, n), memo["start"], memo["end"])
        _refer(selection, _guid("memo note", essay_id, n), memo, notes)
    for coding in codings:
        if pd.isna(coding["start"]):
            _add_coding(source, coding, notes)
    for row in consensus:
        guid = _guid("consensus", essay_id, row["code"])
        coding = _child(source, "Coding", guid=guid, creatingUser=CONSENSUS)
        _child(coding, "CodeRef", targetGUID=_guid("code", row["code"]))
    for n, memo in enumerate(m for m in memos if not str(m["start"]).strip()):
        _refer(source, _guid("essay note", essay_id, n), memo, notes)
    for name in attributes:
        if str(essay[name]).strip() and not pd.isna(essay[name]):
            value = _child(source, "VariableValue")
            _child(value, "VariableRef", targetGUID=_guid("variable", name))
            _child(value, "TextValue", str(essay[name]))


def _selection(source, names, start, end):
    return _child(
        source, "PlainTextSelection", guid=_guid("selection", *names),
        startPosition=str(int(start)), endPosition=str(int(end)),
    )  # fmt: skip


def _add_coding(parent, coding, notes):
    node = _child(
        parent, "Coding", guid=_guid("coding", coding["coding_id"]),
        creatingUser=_guid("user", coding["coder"]), creationDateTime=_date_time(coding["date"]),
    )  # fmt: skip
    _child(node, "CodeRef", targetGUID=_guid("code", coding["code"]))
    if coding["memo"].strip():
        memo = {"coder": coding["coder"], "memo": coding["memo"], "date": coding["date"]}
        _refer(node, _guid("coding note", coding["coding_id"]), memo, notes)


def _refer(parent, guid, memo, notes):
    _child(parent, "NoteRef", targetGUID=guid)
    notes.append((guid, memo))


def _add_notes(root, notes):
    parent = _child(root, "Notes")
    for guid, memo in notes:
        note = _child(
            parent, "Note", guid=guid, creatingUser=_guid("user", memo["coder"]),
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


# Label Studio --------------------------------------------------------------------------------


def _label_studio(tables):
    """One task an essay, one annotation a coder who read it; whole-essay codes as a taxonomy."""
    coders = sorted(tables.coders)
    asked = tables.assignments
    read = None if asked is None else set(zip(asked["coder"], asked["essay_id"], strict=True))
    codings = _by(tables.codings, ["coder", "essay_id"])
    tasks = []
    for n, essay in enumerate(tables.essays.to_dict("records"), start=1):
        data = {k: v for k, v in essay.items() if k != "read_from"}
        annotations = []
        for number, coder in enumerate(coders, start=1):
            if read is None or (coder, essay["essay_id"]) in read:
                annotations.append(
                    {
                        "id": (n - 1) * len(coders) + number,
                        "completed_by": {"id": number, "email": coder},
                        "was_cancelled": False,
                        "result": _results(codings.get((coder, essay["essay_id"]), [])),
                    }
                )
        tasks.append({"id": n, "data": data, "annotations": annotations, "predictions": []})
    return (json.dumps(tasks, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _results(codings):
    results = []
    for coding in codings:
        result = {"id": _guid("coding", coding["coding_id"])[:10], "to_name": "text"}
        if pd.isna(coding["start"]):
            value = {"taxonomy": [coding["code"].split(" > ")]}
            result |= {"type": "taxonomy", "from_name": "essay_code", "value": value}
        else:
            value = {
                "start": int(coding["start"]),
                "end": int(coding["end"]),
                "text": coding["quotation"],
                "labels": [coding["code"]],
            }
            result |= {"type": "labels", "from_name": "code", "value": value}
        if coding["memo"].strip():
            result["meta"] = {"text": [coding["memo"]]}
        results.append(result)
    return results

"""How rows come into a study folder: at the end of its tables, every byte before them kept.

What people made is never written over. study.toml is only written anew while it is still as an
import wrote it.
"""

import csv
import io
import json
import re
import tempfile
from pathlib import Path

from analysis.files import write_atomic
from analysis.importers.material import writable
from analysis.importers.reporting import REPORT_COLUMNS, report_row, reports
from analysis.importers.target import ATTRIBUTES, MEMO_KEY
from analysis.new_study import README, STUDY_TOML, empty_table
from analysis.problems import Problem, stop_if
from analysis.tables import STUDY_TABLES

EMPTY = ("themes.csv", "adjudications.csv", "candidate_themes.csv", "decisions.csv")
CODING_COLUMNS = "essay_id start end quotation code memo date source_ref".split()
COLUMNS = {
    "codebook.csv": "code definition include exclude example theme note".split(),
    "memos.csv": "coder essay_id start end memo date".split(),
    "assignments.csv": "coder essay_id codes".split(),
    "essays.csv": ["essay_id", "text"],
    ATTRIBUTES: ["essay_id", "attribute", "value"],
}


def add(gathered, again, target):
    """Write what an import gathered: all files are made first, then each is put in its place.

    Parameters
    ----------
    again : set of str
        Files of the import that add nothing (see reporting).

    Returns
    -------
    list of str
        What was written.
    """
    problems, files = [], {}
    _add_study_toml(files, gathered, target)
    if target.is_new:
        files["README.md"] = README.encode("utf-8")
        files |= {file: empty_table(file) for file in EMPTY}
    _add_essays(files, gathered, target, problems)
    memos = [m for m in gathered.memos if tuple(m[c] for c in MEMO_KEY) not in target.memos]
    _append(files, target, "codebook.csv", gathered.codebook, problems, gathered)
    _append(files, target, "memos.csv", memos, problems, gathered)
    _append(files, target, "assignments.csv", gathered.assignments, problems, gathered)
    for coder in gathered.coders:
        rows = gathered.codings.get(coder, [])
        _append(files, target, f"codings/{coder}.csv", rows, problems, gathered)
    files |= reports(gathered.sources, gathered.report, again, target.lists)
    stop_if(problems)
    if target.is_new:
        _write_folder(target.folder, files)
        return _summed_up(list(files))
    changed = [file for file, data in files.items() if _differs(target.folder / file, data)]
    for file in changed:
        write_atomic(target.folder / file, files[file])
    return _summed_up(changed)


def _write_folder(folder, files):
    """A new folder appears whole, or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as place:
        made = Path(place) / folder.name
        for file, data in files.items():
            path = made / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        if folder.exists():
            folder.rmdir()  # it is empty
        made.rename(folder)


def _differs(path, data):
    return not path.is_file() or path.read_bytes() != data


def _summed_up(files):
    essays = [file for file in files if file.startswith("essays/")]
    if len(essays) < 4:
        return files
    rest = [file for file in files if not file.startswith("essays/")]
    return [f"{len(essays)} essays in essays/", *rest]


def study_toml(folder, coders):
    """The decisions of a study that an import begins, to be gone through by a person."""
    names = json.dumps(list(coders), ensure_ascii=False)
    text = STUDY_TOML.replace('coders = ["ana", "ben"]', f"coders = {names}")
    text = text.replace('"Write the study\'s title here"', json.dumps(folder.name))
    return re.sub(r"# \[study\.groups\]\n# .*\n", "", text)


def _add_study_toml(files, gathered, target):
    path = target.folder / "study.toml"
    coders = [*target.coders, *(c for c in gathered.coders if c not in target.coders)]
    if target.is_new:
        files["study.toml"] = study_toml(target.folder, coders or ["ana"]).encode("utf-8")
        gathered.notes.append("study.toml holds decisions that are yours: go through it")
    elif len(coders) > len(target.coders):
        untouched = study_toml(target.folder, target.coders).encode("utf-8")
        if path.read_bytes() == untouched:
            files["study.toml"] = study_toml(target.folder, coders).encode("utf-8")
        else:
            names = json.dumps(coders, ensure_ascii=False)
            gathered.notes.append(f"study.toml is yours: write there  coders = {names}")


def _add_essays(files, gathered, target, problems):
    """New essays, and what the files say of essays: in columns of essays.csv where it has them."""
    if target.is_new and gathered.attributes:
        _add_table_of_essays(files, gathered)
        return
    new = {v.essay_id: {"essay_id": v.essay_id, "text": v.text} for v in gathered.essays}
    table, attributes = target.folder / "essays.csv", []
    columns = _header(table.read_bytes()) if table.is_file() else []
    for row in gathered.attributes:
        if row["essay_id"] in new and row["attribute"] in columns:
            new[row["essay_id"]][row["attribute"]] = row["value"]
        elif row["value"]:
            attributes.append(row)
    if columns:
        _append(files, target, "essays.csv", list(new.values()), problems, gathered)
    else:
        files |= {f"essays/{i}.txt": row["text"].encode("utf-8") for i, row in new.items()}
    if attributes:
        _append(files, target, ATTRIBUTES, attributes, problems, gathered)
        gathered.notes.append(
            f"attributes of the essays are in {ATTRIBUTES}; the phases read only those that are "
            "columns of essays.csv"
        )


def _add_table_of_essays(files, gathered):
    """A new study whose essays have attributes: one table, a column for each."""
    values = {(a["essay_id"], a["attribute"]): a["value"] for a in gathered.attributes}
    names = list(dict.fromkeys(a["attribute"] for a in gathered.attributes))
    columns, taken = {}, {"essay_id", "text", "read_from", ""}
    for name in names:
        column, n = " ".join(name.split()) or "attribute", 1
        while column.casefold() in taken:
            n += 1
            column = f"{name} {n}"
        taken.add(column.casefold())
        columns[name] = column
    rows = [
        {"essay_id": v.essay_id, "text": v.text}
        | {column: values.get((v.essay_id, name), "") for name, column in columns.items()}
        for v in gathered.essays
    ]
    files["essays.csv"] = _table(["essay_id", "text", *columns.values()], rows)


def _append(files, target, file, rows, problems, gathered):
    """Rows at the end of a table: its bytes before stay as they are."""
    path = target.folder / file
    columns = COLUMNS.get(file, CODING_COLUMNS)
    if any("date_as_written" in row for row in rows):
        columns = [*columns, "date_as_written"]
    old = path.read_bytes() if path.is_file() else b""
    if not path.is_file() or (rows and old in _empty(file)):
        files[file] = _table(columns, rows)
        return
    if not rows:
        return
    header = _header(old)
    missing = [c for c in columns if c not in header and any(row.get(c) for row in rows)]
    if "date_as_written" in missing:
        _report_dates(file, rows, gathered)
    if "source_ref" in missing:
        said = f"{file} has no column 'source_ref': where its new rows come from is not kept"
        gathered.notes.append(said)
    missing = [c for c in missing if c not in ("date_as_written", "source_ref")]
    if missing:
        what = f"has no column '{missing[0]}', which the new rows need."
        problems.append(Problem(what, "Add the column, then import again.", file, 1))
        return
    end = b"\r\n" if b"\r\n" in old[:5000] else b"\n"
    if not old.endswith((b"\n", b"\r")):
        old += end
    files[file] = old + _rows(header, rows, end.decode())


def _empty(file):
    """The table without rows as an import writes it, and as `make new` does."""
    empty = [_table(COLUMNS.get(file, CODING_COLUMNS), [])]
    if file.startswith("codings/"):
        return [*empty, empty_table("codings")]
    return [*empty, empty_table(file)] if file in STUDY_TABLES else empty


def _report_dates(file, rows, gathered):
    """Dates for which a table has no column are listed."""
    coder = file.removeprefix("codings/").removesuffix(".csv")
    for row in rows:
        if "date_as_written" in row:
            what = f"its date is written '{row['date_as_written']}', for which {file} has no column"
            cells = {"coder": coder} | {k: row[k] for k in REPORT_COLUMNS if k in row}
            found = report_row(**cells) | {"outcome": "adjusted", "reason": "date", "what": what}
            gathered.report.append(found)


def _header(data):
    text = data.decode("utf-8-sig")
    return [name.strip() for name in next(csv.reader(io.StringIO(text, newline="")), [])]


def _table(columns, rows):
    return _rows(columns, [dict(zip(columns, columns, strict=True)), *rows], "\n")


def _rows(columns, rows, end):
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, restval="", extrasaction="ignore", lineterminator=end)
    writer.writerows(rows)
    return writable(buffer.getvalue()).encode("utf-8")

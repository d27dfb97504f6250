"""The study folder that an import adds to: what is there, and how rows come to it.

What people made is never written over. A table that is there keeps every byte and gets rows at
its end; study.toml is only written anew while it is still as an import wrote it.
"""

import csv
import io
import json
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from analysis.files import write_atomic
from analysis.importers.essay_files import read_study_essays
from analysis.importers.material import writable
from analysis.new_study import README, STUDY_TOML, empty_table
from analysis.problems import Problem, stop_if
from analysis.study import ROOT, read_decisions, refuse_inside_the_repository
from analysis.tables import STUDY_TABLES, read_optional_table, read_table

REPORT, SOURCES = "import_report.csv", "import_sources.csv"
EMPTY = ("themes.csv", "adjudications.csv", "candidate_themes.csv", "decisions.csv")
CODING_COLUMNS = "essay_id start end quotation code memo date source_ref".split()
ATTRIBUTES = "attributes.csv"
PROVENANCE = {"source_ref", "date_as_written"}  # what a study can do without


@dataclass
class Target:
    """A study folder before an import.

    Attributes
    ----------
    folder : Path
    coders : tuple of str
    essays : dict of str to str
        Text by essay_id.
    codebook : set of str
        Its codes.
    codings : dict of str to dict
        By coder and essay_id, the keys of the rows (see gathering).
    assignments : set of (coder, essay_id) or None
        None where everybody reads everything.
    """

    folder: Path
    coders: tuple = ()
    essays: dict = field(default_factory=dict)
    codebook: set = field(default_factory=set)
    codings: dict = field(default_factory=dict)
    assignments: set | None = None


def open_target(study_folder):
    """What a study folder holds; a folder that is not there, or is empty, holds nothing.

    Raises
    ------
    StudyError
        The folder is no study, or its tables cannot be read.
    """
    folder = Path(study_folder).expanduser()
    if len(Path(study_folder).parts) == 1 and not folder.is_dir():
        folder = ROOT / "data" / "raw" / folder
    folder = folder.resolve()
    refuse_inside_the_repository(folder, "the study folder", "data/raw")
    if folder == ROOT / "data" / "raw" / "pacemakers":
        what = "this is the invented study that ships; git would offer your essays for committing."
        stop_if([Problem(what, "Give a study folder of your own, also a new one.", folder.name)])
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return Target(folder)
    if not (folder / "study.toml").is_file():
        what = "is there, but is no study: it has no study.toml."
        stop_if([Problem(what, "Choose a new folder, or that of a study.", str(folder))])
    coders = read_decisions(folder)["coders"]
    problems = []
    target = Target(folder, coders, read_study_essays(folder, problems))
    if (folder / "codebook.csv").is_file():
        columns = STUDY_TABLES["codebook.csv"]
        table = read_table(folder / "codebook.csv", "codebook.csv", columns, problems)
        target.codebook = set() if table is None else set(table["code"])
    table = read_optional_table(folder, "assignments.csv", problems)
    if table is not None and len(table):
        target.assignments = set(zip(table["coder"], table["essay_id"], strict=True))
    for path in sorted((folder / "codings").glob("*.csv")):
        target.codings[path.stem] = _codings_there(path, problems)
    target.codings = {coder: rows for coder, rows in target.codings.items() if rows}
    stop_if(problems)
    return target


def _codings_there(path, problems):
    table = read_table(path, f"codings/{path.name}", STUDY_TABLES["codings"], problems)
    found = {}
    if table is not None:
        columns = ["essay_id", "code", "start", "end", "quotation"]
        for essay_id, code, start, end, quotation in table[columns].itertuples(index=False):
            key = (code, start, end, "") if start else (code, "", "", quotation)
            found.setdefault(essay_id, set()).add(key)
    return found


# Writing -------------------------------------------------------------------------------------


def write(gathered, target):
    """Write what an import gathered: all files are made first, then each is put in its place."""
    problems, files = [], {}
    new = not (target.folder / "study.toml").is_file()
    _add_study_toml(files, gathered, target, new)
    if new:
        files["README.md"] = README.encode("utf-8")
        files |= {file: empty_table(file) for file in EMPTY}
    _add_essays(files, gathered, target, new, problems)
    _add(files, target, "codebook.csv", gathered.codebook, problems, gathered.notes)
    _add(files, target, "memos.csv", _new_memos(gathered.memos, target), problems, gathered.notes)
    _add(files, target, "assignments.csv", gathered.assignments, problems, gathered.notes)
    for coder in gathered.coders:
        rows = gathered.codings.get(coder, [])
        _add(files, target, f"codings/{coder}.csv", rows, problems, gathered.notes)
    _add_reports(files, gathered, target)
    stop_if(problems)
    if new:
        _write_folder(target.folder, files)
    changed = [f for f, data in files.items() if new or _differs(target.folder / f, data)]
    for file in () if new else changed:
        write_atomic(target.folder / file, files[file])
    gathered.written += changed
    _sum_up(gathered)


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


def _sum_up(gathered):
    essays = [file for file in gathered.written if file.startswith("essays/")]
    if len(essays) > 3:
        rest = [file for file in gathered.written if not file.startswith("essays/")]
        gathered.written = [f"{len(essays)} essays in essays/", *rest]


def study_toml(folder, coders):
    """The decisions of a study that an import begins, to be gone through by a person."""
    names = json.dumps(list(coders), ensure_ascii=False)
    text = STUDY_TOML.replace('coders = ["ana", "ben"]', f"coders = {names}")
    text = text.replace('"Write the study\'s title here"', json.dumps(folder.name))
    return re.sub(r"# \[study\.groups\]\n# .*\n", "", text)


def _add_study_toml(files, gathered, target, new):
    path = target.folder / "study.toml"
    coders = [*target.coders, *(c for c in gathered.coders if c not in target.coders)]
    if new:
        files["study.toml"] = study_toml(target.folder, coders or ["ana"]).encode("utf-8")
        gathered.notes.append("study.toml holds decisions that are yours: go through it")
    elif len(coders) > len(target.coders):
        untouched = study_toml(target.folder, target.coders).encode("utf-8")
        if path.read_bytes() == untouched:
            files["study.toml"] = study_toml(target.folder, coders).encode("utf-8")
        else:
            names = json.dumps(coders, ensure_ascii=False)
            gathered.notes.append(f"study.toml is yours: write there  coders = {names}")


def _add_essays(files, gathered, target, new, problems):
    table = (target.folder / "essays.csv").is_file()
    attributes = gathered.attributes
    if new and attributes:
        _add_table_of_essays(files, gathered)
        return
    if table:
        rows = [{"essay_id": v.essay_id, "text": v.text} for v in gathered.essays]
        _add(files, target, "essays.csv", rows, problems, gathered.notes)
    else:
        for version in gathered.essays:
            files[f"essays/{version.essay_id}.txt"] = version.text.encode("utf-8")
    if attributes:
        _add(files, target, ATTRIBUTES, attributes, problems, gathered.notes)
        gathered.notes.append(f"attributes of the essays are in {ATTRIBUTES}")


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


def _new_memos(memos, target):
    path = target.folder / "memos.csv"
    if not path.is_file():
        return memos
    table = read_optional_table(target.folder, "memos.csv", [])
    columns = ["coder", "essay_id", "start", "end", "memo"]
    there = set() if table is None else set(table[columns].itertuples(index=False, name=None))
    return [memo for memo in memos if tuple(memo[c] for c in columns) not in there]


DEFAULT_COLUMNS = {
    "codebook.csv": "code definition include exclude example theme note".split(),
    "memos.csv": "coder essay_id start end memo date".split(),
    "assignments.csv": "coder essay_id codes".split(),
    "essays.csv": ["essay_id", "text"],
    ATTRIBUTES: ["essay_id", "attribute", "value"],
}


def _add(files, target, file, rows, problems, notes):
    """Rows at the end of a table: its bytes before stay as they are."""
    path = target.folder / file
    columns = DEFAULT_COLUMNS.get(file, CODING_COLUMNS)
    extra = [name for name in ("date_as_written",) if any(name in row for row in rows)]
    if not path.is_file():
        files[file] = _table([*columns, *extra], rows)
        return
    if not rows:
        return
    old = path.read_bytes()
    if old.strip().count(b"\n") == 0 and len(_header(old)) <= len(columns):
        files[file] = _table([*columns, *extra], rows)  # there was no row in it
        return
    header = _header(old)
    needed = [c for c in [*columns, *extra] if any(row.get(c) for row in rows)]
    missing = [name for name in needed if name not in header]
    for name in sorted(set(missing) & PROVENANCE):
        missing.remove(name)
        notes.append(f"{file} has no column '{name}': where its new rows come from is not kept")
    if missing:
        problems.append(
            Problem(
                f"has no column '{missing[0]}', which the new rows need.",
                "Add the column, then import again.",
                file,
                1,
            )
        )
        return
    end = b"\r\n" if b"\r\n" in old[:5000] else b"\n"
    if not old.endswith((b"\n", b"\r")):
        old += end
    files[file] = old + _rows(header, rows, end.decode())


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


FORMULA = re.compile(r"'*[=+\-@\t\r]")


def guarded(cell):
    """A cell that no spreadsheet takes for a formula: one apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell


def _add_reports(files, gathered, target):
    """The lists of this import after those of earlier ones, but for files that came again."""
    from analysis.importers.gathering import REPORT_COLUMNS, SOURCE_COLUMNS

    again = _files_that_came_again(gathered, target)
    for file, columns, rows in (
        (REPORT, ["file", *REPORT_COLUMNS[1:]], gathered.report),
        (SOURCES, SOURCE_COLUMNS, gathered.sources),
    ):
        path, before = target.folder / file, []
        if path.is_file():
            text = path.read_text("utf-8")
            table = csv.DictReader(io.StringIO(text, newline=""))
            before = [r for r in table if r["file"] and r["file"] not in again]
        rows = [{k: guarded(_shown(v)) for k, v in row.items()} for row in rows]
        files[file] = _table(columns, before + rows)


def _files_that_came_again(gathered, target):
    """Names of earlier files that are imported again, told by their bytes: names may be shared."""
    path = target.folder / SOURCES
    if not path.is_file():
        return set()
    table = list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")))
    now = {source["sha256"] for source in gathered.sources}
    return {r["file"] for r in table} - {r["file"] for r in table if r["sha256"] not in now}


def _shown(value):
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else value

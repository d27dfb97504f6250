"""A study for other tools: REFI-QDA (.qdpx, .qdc), CSV, Excel, Label Studio JSON."""

from dataclasses import dataclass, field
from pathlib import Path

from analysis.files import write_atomic
from analysis.importers import export_label_studio, export_refi, export_tables
from analysis.importers.study_tables import read_tables
from analysis.importers.target import ATTRIBUTES
from analysis.problems import ASKED_FOR, Problem, listed, stop_if
from analysis.study import open_study
from analysis.tables import STUDY_TABLES, read_optional_table, read_table, unused_columns

FORMATS = {  # ending -> what makes the bytes, what says what is lost
    ".qdpx": (export_refi.project, export_refi.lost_in_project),
    ".qdc": (export_refi.codebook, export_refi.lost_in_codebook),
    ".xlsx": (export_tables.workbook, export_tables.lost),
    ".json": (export_label_studio.tasks, export_label_studio.lost),
}


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
    if path.suffix and path.suffix.lower() not in FORMATS:
        todo = f"Choose one of {', '.join(FORMATS)}, or a folder for CSV."
        what = f"the ending '{path.suffix}' is no format."
        stop_if([Problem(what, todo, path.name)], ASKED_FOR)
    _refuse_what_is_there(path)
    tables = read_tables(study)
    make, lost_of = FORMATS.get(path.suffix.lower(), (None, export_tables.lost))
    lost, notes = lost_of(tables), _left_in(open_study(study).folder)
    if lost:
        notes = [f"this format has no place for: {'; '.join(lost)}", *notes]
    if make is None:
        return Export(export_tables.write_csv(tables, path), notes)
    write_atomic(path, make(tables))
    return Export([path], notes)


def _refuse_what_is_there(path):
    """An export writes a new file or a new folder, and nothing of anybody's over."""
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        what = "there is a file or folder of this name already, and it may be yours."
        todo = "Choose another name, or move it away first."
        stop_if([Problem(what, todo, str(path))], ASKED_FOR)


DECISIONS = ("themes.csv", "candidate_themes.csv", "decisions.csv", "adjudications.csv")


def _left_in(folder):
    """What no format carries: decisions, and columns that no phase uses."""
    decisions = [file for file in DECISIONS if len(read_optional_table(folder, file, []))]
    attributes = [ATTRIBUTES] if (folder / ATTRIBUTES).is_file() else []
    left = ["study.toml", *decisions, *attributes]
    notes = [f"{', '.join(left)} {'stays' if len(left) == 1 else 'stay'} in the study alone"]
    tables, columns = {}, STUDY_TABLES["codings"]
    for file in ("memos.csv", "assignments.csv"):
        tables[file] = (read_optional_table(folder, file, []), STUDY_TABLES[file])
    for path in sorted((folder / "codings").glob("*.csv")):
        file = f"codings/{path.name}"
        tables[file] = (read_table(path, file, columns, []), columns)
    tables = {file: there for file, there in tables.items() if there[0] is not None}
    unused = unused_columns(tables).query("filled > 0")
    if len(unused):
        said = [f"{row.column} of {row.file}" for row in unused.itertuples()]
        notes.append(f"columns that are not exported: {listed(said)}")
    return notes

"""The study folder that an import adds to: what is there already."""

from dataclasses import dataclass, field
from pathlib import Path

from analysis.importers.essay_files import read_study_essays
from analysis.importers.reporting import REPORT, SOURCES, earlier_lists
from analysis.problems import ASKED_FOR, Problem, stop_if
from analysis.study import ROOT, read_decisions, refuse_inside_the_repository
from analysis.tables import STUDY_TABLES, Columns, read_optional_table, read_table

ATTRIBUTES = "attributes.csv"


MEMO_KEY = ["coder", "essay_id", "start", "end", "memo"]  # tells one memo from another


@dataclass
class Target:
    """A study folder before an import.

    Attributes
    ----------
    folder : Path
    coders : tuple of str
    essays : dict of str to str
        Text by essay_id.
    attributes : dict of str to dict
        By essay_id, name -> value, where there is one.
    codebook : set of str
        Its codes.
    codings : dict of str to dict
        By coder and essay_id, the keys of the rows (see gathering).
    assignments : dict of (coder, essay_id) to str, or None
        The codes that were asked for; None where everybody reads everything.
    memos : set of tuple
        MEMO_KEY of each.
    lists : dict of str to list of dict
        What earlier imports left (see reporting).
    """

    folder: Path
    coders: tuple = ()
    essays: dict = field(default_factory=dict)
    attributes: dict = field(default_factory=dict)
    codebook: set = field(default_factory=set)
    codings: dict = field(default_factory=dict)
    assignments: dict | None = None
    memos: set = field(default_factory=set)
    lists: dict = field(default_factory=lambda: {REPORT: [], SOURCES: []})

    @property
    def is_new(self):
        return not (self.folder / "study.toml").is_file()


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
        stop_if(
            [Problem(what, "Give a study folder of your own, also a new one.", folder.name)],
            ASKED_FOR,
        )
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return Target(folder)
    if not (folder / "study.toml").is_file():
        what = "is there, but is no study: it has no study.toml."
        stop_if([Problem(what, "Choose a new folder, or that of a study.", str(folder))], ASKED_FOR)
    coders = read_decisions(folder)["coders"]
    problems = []
    target = Target(folder, coders, read_study_essays(folder, problems))
    target.attributes = _attributes_there(folder, problems)
    if (folder / "codebook.csv").is_file():
        columns = STUDY_TABLES["codebook.csv"]
        table = read_table(folder / "codebook.csv", "codebook.csv", columns, problems)
        target.codebook = set() if table is None else set(table["code"])
    table = read_optional_table(folder, "assignments.csv", problems)
    if table is not None and len(table):
        pairs = zip(table["coder"], table["essay_id"], strict=True)
        target.assignments = dict(zip(pairs, table["codes"], strict=True))
    table = read_optional_table(folder, "memos.csv", problems)
    if table is not None:
        target.memos = set(table[MEMO_KEY].itertuples(index=False, name=None))
    for path in sorted((folder / "codings").glob("*.csv")):
        target.codings[path.stem] = _codings_there(path, problems)
    target.lists = earlier_lists(folder, problems)
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


def _attributes_there(folder, problems):
    """Columns of essays.csv, and rows of attributes.csv, that say something of an essay."""
    found = {}
    if (folder / "essays.csv").is_file():
        columns = STUDY_TABLES["essays.csv"]
        table = read_table(folder / "essays.csv", "essays.csv", columns, [])
        for row in () if table is None else table.drop(columns="text").to_dict("records"):
            found[row.pop("essay_id")] = {name: cell for name, cell in row.items() if cell}
    if (folder / ATTRIBUTES).is_file():
        columns = Columns(("essay_id", "attribute", "value"))
        table = read_table(folder / ATTRIBUTES, ATTRIBUTES, columns, problems)
        for row in () if table is None else table.itertuples():
            found.setdefault(row.essay_id, {})[row.attribute] = row.value
    return found

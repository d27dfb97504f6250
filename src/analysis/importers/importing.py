"""From files to a study folder: recognise, match the essays, prove every place, write."""

import os
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from analysis.importers import target, uniting
from analysis.importers.anchoring import Place, anchor
from analysis.importers.counting import UNITS, spans
from analysis.importers.gathering import REPORT_COLUMNS, SOURCE_COLUMNS, gather
from analysis.importers.hypotheses import Undecided
from analysis.importers.material import Essay
from analysis.importers.naming import Names
from analysis.importers.opening import Refused
from analysis.importers.recognising import Source, read
from analysis.problems import Problem, stop_if

PASSED_OVER = (".ds_store", "thumbs.db", "desktop.ini")
WHOLE_FOLDERS = ("data.qda", "qualitative_coding.sqlite3")  # of QualCoder, of qualitative-coding


@dataclass
class Import:
    """What an import did.

    Attributes
    ----------
    folder : Path
        The study folder.
    sources : DataFrame
        SOURCE_COLUMNS: one row a file (or part of one): codings = written + listed; the way of
        counting that was followed and the share of codings that prove it.
    report : DataFrame
        REPORT_COLUMNS, as in import_report.csv. outcome: listed (not written), adjusted (written,
        with what was changed), question (names nearly alike), difference (two versions of an
        essay), memo (a remark of somebody who is no coder).
    notes : list of str
    written : list of str
        Files of the study folder that were written.
    """

    folder: Path
    sources: pd.DataFrame
    report: pd.DataFrame
    notes: list = field(default_factory=list)
    written: list = field(default_factory=list)

    def __str__(self):
        lines = []
        for row in self.sources.to_dict("records"):
            lines.append(f"{row['file']}: recognised as {row['recognised']}.")
            if row["codings"]:
                codings = f"{row['codings']} coding{'s' * (row['codings'] != 1)}"
                counted = f"  {codings} = {row['written']} written"
                lines.append(f"{counted} + {row['listed']} listed; {row['adjusted']} adjusted.")
                lines.append(f"  Places: {_reading_said(row)}.")
        lines += [f"Note: {note.rstrip('.')}." for note in self.notes]
        if not self.report.empty:
            counts = self.report.groupby(["outcome", "reason"], sort=True).size()
            said = [f"{n} {' '.join(filter(None, key))}" for key, n in counts.items()]
            lines.append(f"To look at in import_report.csv: {', '.join(said)}.")
        lines.append(f"Wrote in {self.folder}: {', '.join(self.written) or 'nothing new'}.")
        return "\n".join(lines)


def _reading_said(row):
    said = row["reading"]
    if row["score"] is not None:
        said += f", proven for {row['score']:.1%} of {row['tested']} by {row['basis']}"
    if row["other_score"] is not None:
        said += f" (next best: {row['other_reading']}, {row['other_score']:.1%})"
    return said


def import_files(paths, study_folder, coder=None, *, unit=None):
    """Import files of coding tools, and essays, into a study folder.

    Parameters
    ----------
    paths : path-like or sequence of path-like
        Files, or folders that hold them. Nothing in them is changed.
    study_folder : path-like
        New, or a study: then rows are added at the end of its tables, and what is there stays.
    coder : str or dict, optional
        A name for who coded, where the file does not tell or names one person otherwise; or a
        dict from names in the files to names in the study.
    unit : {"code points", "UTF-16 units", "UTF-8 bytes", "graphemes"}, optional
        How positions count, where the file itself does not show it.

    Returns
    -------
    Import

    Raises
    ------
    StudyError
        A file is not recognised, damaged or hostile; its places cannot be proven; or a coder has
        other codings of the same essays in the study already. Nothing has been written.
    """
    unit = _known_unit(unit)
    sources = _sources([paths] if isinstance(paths, (str, os.PathLike)) else paths)
    study = target.open_target(study_folder)
    before = {source.path: source.sha256 for source in sources}
    materials = _read_all(sources, before)
    corpus = uniting.Corpus()
    for essay_id, text in study.essays.items():
        corpus.add_existing(essay_id, text)
    parts = [Part(material, corpus.take_in(material)) for material in materials]
    _place_all(parts, corpus, unit)
    names = Names(materials, coder, study.coders, study.codebook)
    gathered = gather(parts, corpus, names, study)
    target.write(gathered, study)
    for path, digest in before.items():
        if Source(path).sha256 != digest:
            raise RuntimeError(f"{path} changed while it was read: import it again.")
    return Import(
        study.folder,
        pd.DataFrame(gathered.sources, columns=SOURCE_COLUMNS, dtype=object),
        pd.DataFrame(gathered.report, columns=REPORT_COLUMNS, dtype=object),
        gathered.notes,
        gathered.written,
    )


def _known_unit(unit):
    known = {name.casefold(): name for name in (*UNITS, "graphemes")}
    if unit is not None and unit.casefold() not in known:
        todo = f"Choose one of: {', '.join(known.values())}."
        stop_if([Problem(f"'{unit}' is no unit that is known.", todo, "UNIT")])
    return None if unit is None else known[unit.casefold()]


# Files ---------------------------------------------------------------------------------------


def _sources(paths):
    """The files that were named, and those in the folders that were; a project's folder is one."""
    found, problems = [], []
    for path in map(Path, paths):
        path = path.expanduser()
        if path.is_dir():
            inside = _files_of(path)
            if not inside:
                problems.append(Problem("holds no file to import.", "Correct FROM.", str(path)))
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            problems.append(Problem("is not there.", "Correct FROM.", str(path)))
    stop_if(problems)
    sources = [Source(path) for path in dict.fromkeys(found)]
    once = Counter(source.name for source in sources)
    for source in sources:
        if once[source.name] > 1:  # a/E01.docx and b/E01.docx
            source.name = f"{source.path.parent.name}/{source.name}"
    return sources


def _files_of(folder):
    for project in WHOLE_FOLDERS:
        if (folder / project).is_file():
            return [folder / project]
    files = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "~$")) or path.name.lower() in PASSED_OVER:
            continue
        files += _files_of(path) if path.is_dir() else [path]
    return files


def _read_all(sources, digests):
    materials, problems = [], []
    for source in sources:
        try:
            found = read(source)
        except Refused as why:
            problems.append(Problem(why.what, why.todo, source.name))
            continue
        except OSError as error:
            problems.append(
                Problem(f"cannot be read ({error.strerror}).", "Check its rights.", source.name)
            )
            continue
        except Exception as error:  # whatever damage makes of a file, the answer is a sentence
            problems.append(
                Problem(
                    f"is damaged, or not what it seems ({type(error).__name__}).",
                    "Export it again from the program that made it; if that does not help, "
                    "please report it.",
                    source.name,
                )
            )
            continue
        for material in found:
            material.file, material.sha256 = source.name, digests[source.path]
        materials += found
    stop_if(problems)
    return materials


# Places --------------------------------------------------------------------------------------


class Part:
    """The material of one file in the study: its essays by id, its codings in their places.

    Attributes
    ----------
    material : Material
    places : list of Place
        One for each coding, in the text of the study's essay.
    decision : Decision
        How the file counts.
    """

    def __init__(self, material, ids):
        self.material, self._ids = material, ids
        self.places, self.decision = [], None
        self._essays, self._alignments, self._named = {}, {}, {}

    def essay_id(self, corpus, key):
        """The study's id of an essay of this file; None if there is none."""
        if key in self._ids:
            return corpus.current(self._ids[key])
        if key in self.material.essays or key is None:
            return None
        if key not in self._named:
            self._named[key] = corpus.find(key)
        return self._named[key]

    def place(self, corpus, unit):
        """Prove every place in the file's own text, then move it to the study's."""
        material = self.material
        for key in {coding.essay for coding in material.codings} | {
            m.essay for m in material.memos
        }:
            essay_id = self.essay_id(corpus, key)
            if essay_id is not None:
                named = Essay(essay_id, corpus.essays[essay_id].text)
                self._essays[key] = material.essays.get(key, named)
        ways = [way for way in material.ways if unit in (None, way.unit)] or material.ways
        stated = unit is not None and len(ways) < len(material.ways)
        found, self.decision = anchor(
            material.codings,
            self._essays,
            ways,
            known=material.known or stated,
            recuts=material.recuts,
        )
        material.notes += filter(None, [self.decision.warning])
        if stated:
            self.decision = replace(self.decision, reading=f"{self.decision.way}, as you said")
        self.places = [
            place if coding.reason else self._moved(corpus, coding.essay, place)
            for coding, place in zip(material.codings, found, strict=True)
        ]

    def place_of_memo(self, corpus, memo):
        """(start, end) of a memo; both None: it is on the whole essay, or has lost its place."""
        way = self.decision.way
        if memo.start is None or memo.end is None or memo.essay not in self._essays or way is None:
            return None, None
        essay = self._essays[memo.essay]
        (start,), (end,) = spans(essay, [memo.start], [memo.end], way)
        if not 0 <= start < end:
            return None, None
        place = self._moved(corpus, memo.essay, Place(int(start), int(end), "words"))
        return place.start, place.end

    def _moved(self, corpus, key, place):
        essay_id = self.essay_id(corpus, key)
        if essay_id is None:
            return Place(reason="essay_unknown")
        ours, theirs = corpus.essays[essay_id].text, self._essays[key].text
        if ours == theirs:
            return place
        if key not in self._alignments:
            self._alignments[key] = uniting.Alignment(theirs, ours)
        return self._alignments[key].move(place)


def _place_all(parts, corpus, unit):
    problems = []
    for part in parts:
        try:
            part.place(corpus, unit)
        except Undecided as why:
            where = part.material.part
            problems.append(
                Problem(
                    f"{where + ': ' if where else ''}{why}",
                    'If you know how its program counts, say so with UNIT="UTF-16 units" (or '
                    '"code points", "UTF-8 bytes"); otherwise check that the essays are those '
                    "that were coded.",
                    part.material.file,
                )
            )
    stop_if(problems)

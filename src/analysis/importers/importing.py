"""From files to a study folder: recognise, match the essays, prove every place, write."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analysis.importers.adding import add
from analysis.importers.counting import UNITS
from analysis.importers.gathering import gather
from analysis.importers.naming import Names, coders_of
from analysis.importers.placing import Part, place_all
from analysis.importers.recognising import Source
from analysis.importers.reporting import REPORT_COLUMNS, SOURCE_COLUMNS, files_that_add_nothing
from analysis.importers.sources import find_sources, in_one_order, read_all
from analysis.importers.target import open_target
from analysis.importers.uniting import Corpus
from analysis.problems import ASKED_FOR, Problem, counted, listed, stop_if

SHOWN = 3  # files of essays that are said one by one


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
        with what was changed), question (names nearly alike), difference (of two files, or of a
        file and the study: in an essay's text or attributes, in who read what), reading (of an
        essay that is nowhere), memo (of somebody who is no coder, or on an essay that is nowhere).
    notes : list of str
    written : list of str
        Files of the study folder that were written.
    again : set of str
        Files that were imported before, and hold no coding that is new.
    """

    folder: Path
    sources: pd.DataFrame
    report: pd.DataFrame
    notes: list = field(default_factory=list)
    written: list = field(default_factory=list)
    again: set = field(default_factory=set)

    def __str__(self):
        essays = self.sources["recognised"].eq("essay")
        few = essays.sum() <= SHOWN
        lines = [] if few else [f"{essays.sum()} files: recognised as essays."]
        for row in self.sources[~essays | few].to_dict("records"):
            lines += self._said_of(row)
        lines += [f"Note: {note.rstrip('.')}." for note in self.notes]
        new = self.report[~self.report["file"].isin(self.again)]
        if not new.empty:
            counts = new.groupby(["outcome", "reason"], sort=True).size()
            said = [f"{n} {' '.join(filter(None, key))}" for key, n in counts.items()]
            lines.append(f"To look at in import_report.csv: {', '.join(said)}.")
        lines.append(f"Wrote in {self.folder}: {', '.join(self.written) or 'nothing new'}.")
        return "\n".join(lines)

    def _said_of(self, row):
        yield f"{row['file']}: recognised as {row['recognised']}."
        if row["file"] in self.again:
            said = "Its codings are" if "memos.csv" in self.written else "Everything in it is"
            yield f"  {said} there already: it was imported before."
        elif row["codings"]:
            codings = f"  {counted(row['codings'], 'coding')} = {row['written']} written"
            yield f"{codings} + {row['listed']} listed; {row['adjusted']} adjusted."
            yield f"  Places: {_reading_said(row)}."


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
    sources, notes = find_sources([paths] if isinstance(paths, (str, os.PathLike)) else paths)
    study = open_target(study_folder)
    before = {source.path: source.sha256 for source in sources}
    materials = in_one_order(read_all(sources, before, notes))
    corpus = Corpus(coders=_everybody(materials, coder, study))
    for essay_id, text in study.essays.items():
        corpus.add_existing(essay_id, text, study.attributes.get(essay_id, {}))
    parts = [Part(material, corpus.take_in(material)) for material in materials]
    place_all(parts, corpus, unit)
    names = Names(materials, coder, study.coders, study.codebook)
    gathered = gather(parts, corpus, names, study)
    gathered.notes[:0] = notes
    again = files_that_add_nothing(gathered.sources, study.lists)
    alone = [] if study.essays else _one_essay(corpus, materials)
    written = add(gathered, again, study)
    gathered.notes += alone
    for path, digest in before.items():
        if Source(path).sha256 != digest:
            raise RuntimeError(f"{path} changed while it was read: import it again.")
    given = {source.name: n for n, source in enumerate(sources)}
    gathered.sources.sort(key=lambda row: given[row["file"]])
    return Import(
        study.folder,
        pd.DataFrame(gathered.sources, columns=SOURCE_COLUMNS, dtype=object),
        pd.DataFrame(gathered.report, columns=REPORT_COLUMNS, dtype=object),
        gathered.notes,
        written,
        again,
    )


def _one_essay(corpus, materials):
    """Several essays in one Word file would be one, and every count 0 or 1: said before it is."""
    essays = list(corpus.essays)
    if len(essays) != 1 or not any(material.codings for material in materials):
        return []
    return [
        f"the study has one essay, {listed(essays)}: if a file holds several, save each essay as a "
        "file of its own and import them into a new study"
    ]


def _everybody(materials, coder, study):
    """The names of all coders, in the files, in the study and as they were given."""
    given = list(coder.values()) if isinstance(coder, dict) else [coder or ""]
    return {*study.coders, *given, *(name for m in materials for name in coders_of(m))}


def _known_unit(unit):
    known = {name.casefold(): name for name in (*UNITS, "graphemes")}
    if unit is not None and unit.casefold() not in known:
        todo = f"Choose one of: {', '.join(known.values())}."
        stop_if([Problem(f"'{unit}' is no unit that is known.", todo, "UNIT")], ASKED_FOR)
    return None if unit is None else known[unit.casefold()]

"""The rows of all files for the study's tables; each coding is written, or listed with a reason."""

from collections import Counter
from dataclasses import dataclass, field

from analysis.importers import codebook, conservation, memos, reading_log, repetition
from analysis.importers.dates import dated_cells, undated_said
from analysis.importers.material import REASONS
from analysis.importers.naming import questions
from analysis.importers.reporting import cell, report_row
from analysis.problems import Problem, counted, listed, stop_if


@dataclass
class Gathered:
    """Rows for the study's tables.

    Attributes
    ----------
    codings : dict of str to list of dict
        By coder; columns of codings/<coder>.csv, and whence: `source` (place in sources), `ref`.
    codebook, memos, assignments, attributes : list of dict
    essays : list of Version
        New ones.
    coders : list of str
        All who have codings or readings in the files.
    sources, report : list of dict
        SOURCE_COLUMNS, REPORT_COLUMNS.
    notes : list of str
    """

    codings: dict = field(default_factory=dict)
    codebook: list = field(default_factory=list)
    memos: list = field(default_factory=list)
    assignments: list = field(default_factory=list)
    attributes: list = field(default_factory=list)
    essays: list = field(default_factory=list)
    coders: list = field(default_factory=list)
    sources: list = field(default_factory=list)
    report: list = field(default_factory=list)
    notes: list = field(default_factory=list)


def gather(parts, corpus, names, study):
    """The rows of all files, each coding written or listed.

    Raises
    ------
    StudyError
        A coder has other codings of the same essay in the study already.
    RuntimeError
        The sum is not right, or a row is not its quotation: an error in this program.
    """
    gathered, seen = Gathered(), set()
    for part in parts:
        _gather_codings(part, corpus, names, gathered, seen)
        prefix = f"{part.material.file}: " if len(parts) > 1 else ""
        gathered.notes += [prefix + note for note in part.material.notes]
    for part in parts:
        _compare_counts(gathered, part.material)
    gathered.memos = memos.memos_of(parts, corpus, names, gathered)
    readings = reading_log.readings_of(parts, corpus, names, gathered, study)
    assigned = reading_log.coders_assigned(parts, names)
    gathered.notes += names.notes + corpus.said()
    _refuse_two_without_names(gathered, names)
    _say_where_several_files_are_one_coders(gathered)
    repetition.leave_out_what_is_there(gathered, study, names)
    gathered.essays = [v for _, v in sorted(corpus.essays.items()) if v.new]
    gathered.attributes = [
        {"essay_id": essay_id, "attribute": name, "value": value}
        for essay_id, version in sorted(corpus.essays.items())
        for name, value in version.attributes.items()
        if name not in study.attributes.get(essay_id, {})
    ]
    gathered.codebook = codebook.new_codes(parts, names, gathered, study)
    gathered.coders = sorted({*gathered.codings, *(c for c, read in readings.items() if read)})
    gathered.memos = memos.of_coders(gathered.memos, gathered, study)
    memos.say_memos_of_new_coders(gathered, study)
    gathered.assignments = reading_log.assignments(readings, corpus, gathered, study, assigned)
    gathered.report += [report_row(outcome="difference", **found) for found in corpus.differences]
    gathered.report += questions(study, gathered)
    conservation.say_what_counts_as_absent(gathered, corpus, study)
    conservation.say_who_has_nothing_written(gathered, study)
    conservation.check(gathered, parts, corpus)
    return gathered


def _gather_codings(part, corpus, names, gathered, seen):
    material, counts = part.material, Counter()
    for coding, place in zip(material.codings, part.places, strict=True):
        essay_id = part.essay_id(corpus, coding.essay)
        reason = coding.reason or ("essay_unknown" if essay_id is None else place.reason)
        code = names.code(coding.code) if coding.code.strip() else ""
        reason = reason or ("" if code else "no_code")
        coder = names.coder(material, coding.coder) if not reason or coding.coder else ""
        key = (coder, essay_id, place.start, place.end, code)
        if not reason and key in seen:
            reason = "duplicate"
        row = {
            "file": material.file,
            "source_ref": coding.source_ref,
            "coder": coder,
            "essay_id": essay_id or str(coding.essay or ""),
            "code": code,
            "memo": coding.memo,
        }
        if reason:
            counts["listed"] += 1
            gathered.report.append(
                report_row(
                    **row, outcome="listed", reason=reason,
                    start=cell(coding.start), end=cell(coding.end), quotation=coding.quotation,
                    what="; ".join(filter(None, (REASONS[reason], place.what))),
                )
            )  # fmt: skip
            continue
        seen.add(key)
        counts["written"] += 1
        text = corpus.essays[essay_id].text
        quotation = "" if place.start is None else text[place.start : place.end]
        gathered.codings.setdefault(coder, []).append(
            _written(gathered, row, place, quotation, coding, material, counts)
        )
        if place.what:
            counts["adjusted"] += 1
            gathered.report.append(
                report_row(
                    **row, outcome="adjusted", reason=place.proof, start=cell(place.start),
                    end=cell(place.end), quotation=quotation, what=place.what,
                )
            )  # fmt: skip
    _add_source(gathered, part, counts)


def _written(gathered, row, place, quotation, coding, material, counts):
    own = material.tool.startswith("our CSV") and not coding.source_ref.startswith("row ")
    written = {
        "essay_id": row["essay_id"],
        "start": cell(place.start),
        "end": cell(place.end),
        "quotation": quotation,
        "code": row["code"],
        "memo": coding.memo,
        "source_ref": coding.source_ref if own else f"{material.file}: {coding.source_ref}",
    }
    dated = dated_cells(coding.date)
    counts["undated"] += "date_as_written" in dated
    return written | dated | {"source": len(gathered.sources), "ref": coding.source_ref}


def _add_source(gathered, part, counts):
    material, decision = part.material, part.decision
    recognised = material.tool + (f", {material.part}" if material.part else "")
    by_tool = bool(material.basis)
    gathered.sources.append(
        {
            "file": material.file,
            "recognised": recognised,
            "codings": len(material.codings),
            "written": counts["written"],
            "listed": counts["listed"],
            "adjusted": counts["adjusted"],
            "reading": material.basis or decision.reading,
            "basis": "" if by_tool else decision.basis,
            "tested": "" if by_tool else decision.tested,
            "score": None if by_tool else decision.score,
            "other_reading": "" if by_tool else decision.other,
            "other_score": None if by_tool else decision.other_score,
            "sha256": material.sha256,
        }
    )
    if counts["undated"]:
        gathered.notes.append(undated_said(material.file, counts["undated"]))


def _compare_counts(gathered, material):
    """Where a tool's own codebook counts codings, compare with what was read from the others."""
    if not material.check:
        return
    read = Counter(row["code"] for rows in gathered.codings.values() for row in rows) + Counter(
        row["code"] for row in gathered.report if row["outcome"] == "listed"
    )
    wrong = [f"{c} ({read[c]} of {n})" for c, n in material.check.items() if read[c] != n]
    if read:
        n, all_ = len(material.check) - len(wrong), counted(len(material.check), "code")
        said = f"{n} of {all_} have as many codings as {material.file} says"
        gathered.notes.append(said + (f"; not: {', '.join(wrong[:5])}" if wrong else ""))


def _say_where_several_files_are_one_coders(gathered):
    """An older and a newer copy of one file hold codings that were taken back since."""
    for coder, rows in sorted(gathered.codings.items()):
        files = {}
        for row in rows:
            files.setdefault(row["essay_id"], set()).add(gathered.sources[row["source"]]["file"])
        several = {essay_id: names for essay_id, names in files.items() if len(names) > 1}
        if several:
            gathered.notes.append(
                f"'{coder}' has codings of {counted(len(several), 'essay')} in more than one file "
                f"({listed(sorted(set.union(*several.values())))}): all were written. If one of "
                "them is an older copy, import without it, into a new study"
            )


def _refuse_two_without_names(gathered, names):
    """Two files on one essay that name nobody are two people's, or two versions: never one."""
    problems = []
    for coder in sorted(names.made_up):
        files = {}
        for row in gathered.codings.get(coder, []):
            files.setdefault(row["essay_id"], {})[gathered.sources[row["source"]]["file"]] = None
        for essay_id, (first, *others) in files.items():
            if others:
                others = listed(others)
                what = f"codes essay '{essay_id}', as {others} does; neither says who coded."
                todo = "Import each coder's files alone, into the same study, with CODER=name."
                problems.append(Problem(what, todo, first))
    stop_if(problems, "in the files to import")

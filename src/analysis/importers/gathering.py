"""What is written and what is listed: every coding of every file goes to one of the two."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from analysis.importers.material import REASONS
from analysis.importers.naming import alike
from analysis.problems import Problem, listed, stop_if

REPORT_COLUMNS = [
    "file",
    "source_ref",
    "outcome",
    "reason",
    "coder",
    "essay_id",
    "code",
    "start",
    "end",
    "quotation",
    "memo",
    "what",
]
SOURCE_COLUMNS = [
    "file",
    "recognised",
    "codings",
    "written",
    "listed",
    "adjusted",
    "reading",
    "basis",
    "tested",
    "score",
    "other_reading",
    "other_score",
    "sha256",
]
CODEBOOK_COLUMNS = ["definition", "include", "exclude", "example", "theme", "note"]


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
        All who have codings, memos or readings in the files.
    sources, report : list of dict
        SOURCE_COLUMNS, REPORT_COLUMNS.
    notes, written : list of str
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
    written: list = field(default_factory=list)


def gather(parts, corpus, names, study):
    """The rows of all files, each coding written or listed.

    Raises
    ------
    StudyError
        A coder has other codings of the same essay in the study already.
    RuntimeError
        The sum is not right, or a row is not its quotation: an error in this program.
    """
    gathered = Gathered()
    seen, readings = set(), {}
    for part in parts:
        _gather_codes(part.material, names, gathered)
        _gather_codings(part, corpus, names, gathered, seen)
        _gather_memos(part, corpus, names, gathered)
        _gather_readings(part, corpus, names, readings)
        prefix = f"{part.material.file}: " if len(parts) > 1 else ""
        gathered.notes += [prefix + note for note in part.material.notes]
    gathered.notes += names.notes + corpus.said()
    _refuse_two_without_names(gathered, names)
    _leave_out_what_is_there(gathered, study)
    gathered.essays = [v for _, v in sorted(corpus.essays.items()) if v.new]
    gathered.attributes = [
        {"essay_id": essay_id, "attribute": name, "value": value}
        for essay_id, version in sorted(corpus.essays.items())
        for name, value in version.attributes.items()
    ]
    _gather_codebook(gathered, study)
    gathered.coders = sorted({*gathered.codings, *readings})
    _name_who_has_nothing_written(gathered)
    _part_memos_of_others(gathered, study)
    _gather_assignments(gathered, readings, corpus, study)
    if not gathered.assignments and any(p.material.readings is None for p in parts):
        _warn_of_readings(gathered, study)
    _ask_about_names(gathered, study)
    gathered.report += [
        _row(file=d["file"], outcome="difference", reason="essay", essay_id=d["essay_id"],
             quotation=d["quotation"], what=f"there: {d['what']}")
        for d in corpus.differences
    ]  # fmt: skip
    _check(gathered, parts, corpus)
    return gathered


def _row(**cells):
    return dict.fromkeys(REPORT_COLUMNS, "") | cells


# Codings -------------------------------------------------------------------------------------


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
                _row(
                    **row, outcome="listed", reason=reason,
                    start=_cell(coding.start), end=_cell(coding.end), quotation=coding.quotation,
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
                _row(
                    **row, outcome="adjusted", reason=place.proof, start=_cell(place.start),
                    end=_cell(place.end), quotation=quotation, what=place.what,
                )
            )  # fmt: skip
    _add_source(gathered, part, counts)


def _written(gathered, row, place, quotation, coding, material, counts):
    date = iso_date(coding.date)
    own = material.tool == "our CSV" and not coding.source_ref.startswith("row ")
    written = {
        "essay_id": row["essay_id"],
        "start": _cell(place.start),
        "end": _cell(place.end),
        "quotation": quotation,
        "code": row["code"],
        "memo": coding.memo,
        "date": date,
        "source_ref": coding.source_ref if own else f"{material.file}: {coding.source_ref}",
    }
    written |= {"source": len(gathered.sources), "ref": coding.source_ref}
    if coding.date and not date:
        counts["undated"] += 1
        written["date_as_written"] = coding.date
    return written


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
        gathered.notes.append(
            f"{material.file}: {counts['undated']} dates are not written as year-month-day; they "
            "are in the column date_as_written"
        )
    _compare_counts(gathered, material)


def _compare_counts(gathered, material):
    """Where a tool's own codebook counts codings, compare with what was read from the others."""
    if not material.check:
        return
    read = Counter(row["code"] for rows in gathered.codings.values() for row in rows) + Counter(
        row["code"] for row in gathered.report if row["outcome"] == "listed"
    )
    wrong = [f"{c} ({read[c]} of {n})" for c, n in material.check.items() if read[c] != n]
    if read:
        n, all_ = len(material.check) - len(wrong), len(material.check)
        said = f"{n} of {all_} codes have as many codings as {material.file} says"
        gathered.notes.append(said + (f"; not: {', '.join(wrong[:5])}" if wrong else ""))


def _cell(number):
    return "" if number is None else str(number)


def iso_date(value):
    """A date that the study can read, or nothing."""
    try:
        datetime.fromisoformat(value.strip())
    except ValueError:
        return ""
    return value.strip()


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
    stop_if(problems)


def _name_who_has_nothing_written(gathered):
    """Who is left without a coding would count as one who read and found nothing."""
    rows = [row for row in gathered.report if row["outcome"] == "listed"]
    unwritten = Counter(row["coder"] for row in rows if row["reason"] != "already_there")
    gathered.notes += [
        f"no coding of coder '{coder}' could be written ({n} listed), yet a coder without codings "
        "counts as one who found nothing: take the name out of study.toml if that is wrong"
        for coder, n in sorted(unwritten.items())
        if coder in gathered.coders and not gathered.codings.get(coder)
    ]


def _leave_out_what_is_there(gathered, study):
    """Codings that the study has already are listed; if the study has others, nothing is written.

    A coder's new export of an essay may hold more than the one before, never other codings:
    which of the two is right, only the coder knows.
    """
    problems = []
    for coder, rows in gathered.codings.items():
        there = study.codings.get(coder, {})
        by_essay = {}
        for row in rows:
            by_essay.setdefault(row["essay_id"], []).append(row)
        kept = []
        for essay_id, new in by_essay.items():
            old = there.get(essay_id, set())
            known = [row for row in new if _keys(row) & old]
            missing = len(old - {key for row in new for key in _keys(row)})
            if old and missing:
                problems.append(_conflict(coder, essay_id, len(old), missing))
            kept += [row for row in new if not _keys(row) & old]
            _list_known(gathered, coder, known)
        gathered.codings[coder] = sorted(kept, key=_order)
    stop_if(problems)


def _keys(row):
    """How a row may stand in a study: with its place, or by its quotation alone."""
    return {
        (row["code"], row["start"], row["end"], ""),
        (row["code"], "", "", row["quotation"]),
    }


def _order(row):
    return row["essay_id"], int(row["start"] or -1), int(row["end"] or -1), row["code"]


def _conflict(coder, essay_id, n, missing):
    return Problem(
        f"coder '{coder}' has {n} codings of essay '{essay_id}' here already, and {missing} of "
        "them are not in the import.",
        "Move the file away to take the import instead, or give the import another coder's name "
        "(CODER=name).",
        f"codings/{coder}.csv",
    )


def _list_known(gathered, coder, rows):
    for row in rows:
        source = gathered.sources[row["source"]]
        source["written"] -= 1
        source["listed"] += 1
        cells = {k: row[k] for k in ("essay_id", "code", "start", "end", "quotation", "memo")}
        gathered.report.append(
            _row(
                **cells,
                file=source["file"],
                source_ref=row["ref"],
                coder=coder,
                outcome="listed",
                reason="already_there",
                what=REASONS["already_there"],
            )
        )


# Codes, memos, readings ----------------------------------------------------------------------


def _gather_codes(material, names, gathered):
    for raw, columns in material.codes.items():
        if raw.strip():
            gathered.codebook.append({"code": names.code(raw)} | columns)


def _gather_codebook(gathered, study):
    """One row a code, as met: what several files say of it is joined where it is the same."""
    rows = {}
    for row in gathered.codebook:
        kept = rows.setdefault(row["code"], dict.fromkeys(CODEBOOK_COLUMNS, ""))
        for column in CODEBOOK_COLUMNS:
            said = (row.get(column) or "").strip()
            if kept[column] and said and said != kept[column]:
                gathered.notes.append(f"the {column} of code '{row['code']}' differs between files")
            kept[column] = kept[column] or said
    for coded in gathered.codings.values():
        for row in coded:
            rows.setdefault(row["code"], dict.fromkeys(CODEBOOK_COLUMNS, ""))
    new = {code: row for code, row in rows.items() if code not in study.codebook}
    gathered.codebook = [{"code": code} | row for code, row in sorted(new.items())]
    undefined = sum(not row["definition"] for row in new.values())
    if undefined:
        gathered.notes.append(f"{undefined} codes have no definition yet: fill in codebook.csv")


def _gather_memos(part, corpus, names, gathered):
    lost = 0
    for memo in part.material.memos:
        essay_id = part.essay_id(corpus, memo.essay)
        start, end = part.place_of_memo(corpus, memo)
        lost += memo.start is not None and start is None
        gathered.memos.append(
            {
                "coder": names.coder(part.material, memo.coder),
                "essay_id": essay_id or "",
                "start": _cell(start),
                "end": _cell(end),
                "memo": memo.memo,
                "date": iso_date(memo.date),
            }
        )
    if lost:
        gathered.notes.append(f"{part.material.file}: {lost} memos are kept without their place")


def _part_memos_of_others(gathered, study):
    """Who only remarked is no coder, or would count as one who read all and found nothing."""
    coders, kept = {*gathered.coders, *study.coders}, []
    for memo in gathered.memos:
        if memo["coder"] in coders:
            kept.append(memo)
        else:
            cells = {k: memo[k] for k in ("coder", "essay_id", "start", "end", "memo")}
            what = "its writer coded nothing, and a study's memos are its coders'"
            gathered.report.append(_row(**cells, outcome="memo", reason="no coder", what=what))
    gathered.memos = kept


def _gather_readings(part, corpus, names, readings):
    """coder -> essays read; None where some file does not say what this coder read."""
    material = part.material
    known = material.readings
    if known is None:
        for coder in {names.coder(material, c.coder) for c in material.codings if not c.reason}:
            readings.setdefault(coder, set()).update(
                part.essay_id(corpus, key) for key in material.essays
            )
            readings[coder].update(part.essay_id(corpus, c.essay) for c in material.codings)
    for raw, key in sorted(known or (), key=str):
        readings.setdefault(names.coder(material, raw), set()).add(part.essay_id(corpus, key))
    for essays in readings.values():
        essays.discard(None)


def _gather_assignments(gathered, readings, corpus, study):
    """Who read what, unless everybody read everything, which needs no table."""
    everything = set(corpus.essays)
    before = {coder: set(study.essays) for coder in study.coders if coder in study.codings}
    if study.assignments is not None:
        before = {}
    asked = {c: before.get(c, set()) | readings.get(c, set()) for c in {*before, *readings}}
    if study.assignments is None and all(essays == everything for essays in asked.values()):
        return
    there = study.assignments or set()
    gathered.assignments = [
        {"coder": coder, "essay_id": essay_id, "codes": ""}
        for coder, essays in sorted(asked.items())
        for essay_id in sorted(essays)
        if (coder, essay_id) not in there
    ]


def _warn_of_readings(gathered, study):
    if study.assignments is None and len({*study.codings, *gathered.codings}) > 1:
        gathered.notes.append(
            "the files do not say who read what: every coder counts as having read every essay; if "
            "that is not so, list the readings in assignments.csv"
        )


def _ask_about_names(gathered, study):
    for noun, names in (
        ("code", {*study.codebook, *(row["code"] for row in gathered.codebook)}),
        ("coder", {*study.coders, *gathered.coders}),
    ):
        for group in alike(sorted(names)):
            said = " and ".join(f"'{name}'" for name in group)
            gathered.report.append(
                _row(outcome="question", reason=f"{noun}s nearly alike", code=group[0],
                     what=f"Are {said} one {noun}? They were not merged.")
            )  # fmt: skip


def _check(gathered, parts, corpus):
    """Nothing lost, nothing gained, every row its quotation."""
    read = sum(len(part.material.codings) for part in parts)
    written = sum(map(len, gathered.codings.values()))
    not_written = sum(row["outcome"] == "listed" for row in gathered.report)
    by_file = all(s["codings"] == s["written"] + s["listed"] for s in gathered.sources)
    if read != written + not_written or not by_file:
        raise RuntimeError(f"{read} codings read, but {written} written, {not_written} listed.")
    for rows in gathered.codings.values():
        for row in rows:
            text = corpus.essays[row["essay_id"]].text
            if row["start"] and text[int(row["start"]) : int(row["end"])] != row["quotation"]:
                raise RuntimeError(f"{row['source_ref']} is not at its place in the essay.")

"""Who read what: what the files say of it, and the rows of assignments.csv that follow.

A coder who read an essay and marked nothing found nothing; one who did not read it says nothing.
The two may never be taken for each other, so whatever is inferred here is said.
"""

from analysis.importers.reporting import report_row
from analysis.problems import counted, listed

FOR_ALL = ""  # in the column codes: for every code of the codebook
SHOWN = 8  # coders or essays in a note


def readings_of(parts, corpus, names, gathered, study):
    """coder -> {essay_id: codes that the coder was asked for, as assignments.csv has them}.

    A table of assignments says it best; then a tool that knows who opened what; then the essays
    of the coder's own file. A table of codings alone says nothing: its coders count as having read
    everything, as in a study without assignments.csv.
    """
    readings = {coder: {} for coder in coders_assigned(parts, names)}
    assigned, inferred = set(readings), set()
    for part in parts:
        if part.material.asked is not None:
            _read_assignments(part, corpus, names, readings, gathered)
    for part in parts:
        material = part.material
        found = {}
        if material.readings is None:
            found = _inferred(part, corpus, names, assigned)
            inferred |= set(found) - assigned
        for raw, key in sorted(material.readings or (), key=str):
            coder, essay_id = names.coder(material, raw), part.essay_id(corpus, key)
            found.setdefault(coder, {})[essay_id] = FOR_ALL
            if essay_id is None:
                _report_unknown_essay(gathered, key, file=material.file, coder=coder)
        for coder, essays in found.items():
            read = {essay_id: codes for essay_id, codes in essays.items() if essay_id is not None}
            if coder in assigned:
                _report_unassigned(gathered, material, coder, set(read) - set(readings[coder]))
            readings[coder] = read | readings.get(coder, {})
    _say_inferred(inferred, readings, gathered, study)
    return readings


def coders_assigned(parts, names):
    """Coders whom a table of assignments names."""
    return {
        names.coder(part.material, raw) for part in parts for raw, _ in part.material.asked or ()
    }


def _read_assignments(part, corpus, names, readings, gathered):
    material = part.material
    for (raw, key), codes in material.asked.items():
        coder, essay_id = names.coder(material, raw), part.essay_id(corpus, key)
        said = "; ".join(dict.fromkeys(names.code(code) for code in codes))
        row = {"file": material.file, "coder": coder, "code": said}
        if essay_id is None:
            _report_unknown_essay(gathered, key, **row)
            continue
        before = readings[coder].setdefault(essay_id, said)
        if before != said:
            _report_difference(gathered, row, essay_id, before)


def _report_unknown_essay(gathered, key, **row):
    what = "it was read, but it is neither in the files nor in the study"
    row |= {"outcome": "reading", "reason": "essay_unknown", "essay_id": str(key), "what": what}
    gathered.report.append(report_row(**row))


def _report_unassigned(gathered, material, coder, essays):
    what = "it was coded or read, though the table of assignments does not say so: it is added"
    for essay_id in sorted(essays):
        row = {"file": material.file, "coder": coder, "essay_id": essay_id, "what": what}
        gathered.report.append(report_row(outcome="difference", reason="reading", **row))


def _report_difference(gathered, row, essay_id, before):
    what = f"asked for codes there already: {before or 'all'}; that stands, not what is said here"
    gathered.report.append(
        report_row(**row, outcome="difference", reason="reading", essay_id=essay_id, what=what)
    )


def _inferred(part, corpus, names, assigned):
    """Readings of a file that does not say who read what; of others, the essays they coded."""
    material, found = part.material, {}
    whole = [part.essay_id(corpus, key) for key in material.essays] or list(corpus.essays)
    for coding in material.codings:
        if not coding.reason:
            coder = names.coder(material, coding.coder)
            if coder not in found:
                found[coder] = {} if coder in assigned else dict.fromkeys(whole, FOR_ALL)
            found[coder][part.essay_id(corpus, coding.essay)] = FOR_ALL
    return found


def _say_inferred(inferred, readings, gathered, study):
    said = []
    for coder in sorted(inferred):
        coded = {row["essay_id"] for row in gathered.codings.get(coder, [])}
        unmarked = len(set(readings[coder]) - coded - set(study.codings.get(coder, {})))
        if unmarked:
            n = counted(len(readings[coder]), "essay")
            said.append(f"'{coder}' counts as having read {n}, {unmarked} of them without a coding")
    if said:
        gathered.notes.append(
            f"the files do not say who read what: {'; '.join(said[:SHOWN])}. If that is not so, "
            "list in assignments.csv who read what"
        )


def assignments(readings, corpus, gathered, study, assigned):
    """Rows for assignments.csv, unless everybody read everything, which needs no table.

    `assigned`: the coders whom a table of assignments names. Such a table is kept in any case.
    """
    asked = _read_before(readings, study)
    for coder, essays in readings.items():
        asked[coder] = essays if coder in assigned else essays | asked.get(coder, {})
    everything = dict.fromkeys(corpus.essays, FOR_ALL)
    needed = assigned or any(essays != everything for essays in asked.values())
    if study.assignments is None and not needed:
        return []
    there = study.assignments or {}
    rows = []
    for coder, essays in sorted(asked.items()):
        for essay_id, codes in sorted(essays.items()):
            before = there.get((coder, essay_id))
            if before is None:
                rows.append({"coder": coder, "essay_id": essay_id, "codes": codes})
            elif coder in assigned and _codes(before) != _codes(codes):
                _report_difference(gathered, {"coder": coder, "code": codes}, essay_id, before)
    if rows and not set(asked) <= assigned:
        _say_who_read_what(asked, corpus, gathered, study)
    return rows


def _read_before(readings, study):
    """What a study without assignments.csv says: all who had coded had read everything."""
    if study.assignments is not None or not study.codings:
        return {}
    before = [c for c in study.coders if c in study.codings or c not in readings]
    return {coder: dict.fromkeys(study.essays, FOR_ALL) for coder in before}


def _codes(cell):
    return {code.strip() for code in cell.split(";")} - {""}


def _say_who_read_what(asked, corpus, gathered, study):
    """The table is inferred: who found nothing in an essay may have left no trace in it."""
    pairs = {(coder, essay_id) for coder, essays in asked.items() for essay_id in essays}
    pairs |= set(study.assignments or ())
    n = counted(len(corpus.essays), "essay")
    coders = sorted({coder for coder, _ in pairs})
    said = [f"'{c}' {sum(coder == c for coder, _ in pairs)}" for c in coders]
    unread = sorted(set(corpus.essays) - {essay_id for _, essay_id in pairs})
    note = f"who read what is in assignments.csv (of {n}: {', '.join(said[:SHOWN])})"
    if unread:
        note += f"; nobody counts as having read {listed(unread, SHOWN)}"
    gathered.notes.append(f"{note}. Add who read an essay and found nothing in it")

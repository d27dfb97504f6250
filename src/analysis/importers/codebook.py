"""The codes that the files hold: one row a code, and what the files say of it."""

from analysis.importers.conservation import is_missing
from analysis.problems import counted, listed

COLUMNS = ["definition", "include", "exclude", "example", "theme", "note"]


def new_codes(parts, names, gathered, study):
    """Rows for codebook.csv of the codes that are not in it yet.

    Codes of a codebook come first, in its order; then, sorted, those that are only met in a coding
    (written, or one that should have been) or in assignments. What several files say of a code is
    joined where it is the same; the first stands where they differ, and that is said.
    """
    rows = {}
    for part in parts:
        for raw, columns in part.material.codes.items():
            if raw.strip():
                _join(rows, names.code(raw), columns, gathered.notes)
    met = {row["code"] for coded in gathered.codings.values() for row in coded}
    met |= {row["code"] for row in gathered.report if is_missing(row) and row["code"]}
    asked = (codes for part in parts for codes in (part.material.asked or {}).values())
    met |= {names.code(code) for codes in asked for code in codes}
    for code in sorted(met):
        rows.setdefault(code, dict.fromkeys(COLUMNS, ""))
    new = {code: row for code, row in rows.items() if code not in study.codebook}
    if study.codebook and new:
        said = f"{counted(len(new), 'code')} not in codebook.csv before, and added to it"
        gathered.notes.append(f"{said}: {listed(new, shown=20)}")
    undefined = sum(not row["definition"] for row in new.values())
    if undefined:
        have = "has" if undefined == 1 else "have"
        gathered.notes.append(
            f"{counted(undefined, 'code')} {have} no definition yet: fill in codebook.csv"
        )
    return [{"code": code} | row for code, row in new.items()]


def _join(rows, code, columns, notes):
    kept = rows.setdefault(code, dict.fromkeys(COLUMNS, ""))
    for column in COLUMNS:
        said = (columns.get(column) or "").strip()
        if kept[column] and said and said != kept[column]:
            notes.append(f"the {column} of code '{code}' differs between files")
        kept[column] = kept[column] or said

"""Whose table it is, and what its columns mean: our own, those of other tools, anybody's.

The header tells. A table that no tool writes is read by what its columns are called; then a cell
may hold several codes, and codes may stand in several columns.
"""

import re

from analysis.importers.counting import ways_to_count
from analysis.importers.material import Coding, Material, Memo, stored_essay
from analysis.importers.opening import Refused, whole_number, words

COLUMNS = {  # what others call our columns
    "essay": "essay_id essay document doc_name source file filename transcript participant case "
    "interview doc text_id respondent",
    "coder": "coder username user_name created_by annotator rater owner coded_by user researcher",
    "code": "code code_name codename code_category tag label codes coding tags labels",
    "start": "start start_pos start_offset segment_start pos0 begin",
    "end": "end end_pos end_offset segment_end pos1 stop",
    "quotation": "quotation quote text selection segment_text excerpt extract segment content "
    "coded quoted snippet passage",
    "memo": "memo comment note coded_memo remark",
    "date": "date created created_at",
    "source_ref": "source_ref",
}
CALLED = {name: column for column, names in COLUMNS.items() for name in names.split()}
CODEBOOK = {"definition", "include", "exclude", "example", "theme", "note"}
DESCRIBED = {"description": "definition", "inclusion": "include", "exclusion": "exclude"}
ASSIGNMENTS = {"coder", "essay_id", "codes"}
MEMOS = {"coder", "essay_id", "start", "end", "memo", "date"}
NOT_IMPORTED = {  # tables of a study that are decisions, not codings
    frozenset({"theme", "label"}): "themes",
    frozenset({"action", "from", "to"}): "decisions",
    frozenset({"essay_id", "code", "decision"}): "adjudications",
}
YES, NO = (
    {"1", "x", "yes", "true", "ja", "y", "✓", "oui", "sí", "si"},
    {"", "0", "no", "false", "n"},
)

DIALECTS = {  # columns that only this tool has -> tool, first way of counting, quotations recut
    frozenset({"segment_start", "segment_end", "code_name", "doc_name"}): (
        "requal CSV", ways_to_count("UTF-16 units", first=1, inclusive=True), True,
    ),
    frozenset({"start_pos", "end_pos", "code_category"}): (
        "OpenQDA CSV", ways_to_count("UTF-16 units"), False,
    ),
    frozenset({"start_pos", "end_pos", "document", "coder"}): (
        "aqda CSV", ways_to_count("code points"), False,
    ),
    frozenset({"start_offset", "end_offset", "username"}): (
        "openansho CSV", ways_to_count("UTF-16 units"), True,
    ),
}  # fmt: skip


def read_rows(header, rows, name):
    """The material of one table, or a refusal that names its columns."""
    plain = [re.sub(r"[\s\-]+", "_", column.strip().lower()) for column in header]
    twice = [name for name in plain if plain.count(name) > 1 and name in CALLED]
    if twice:
        raise Refused(f"has two columns called '{twice[0]}'.", "Rename one of them.")
    rows = [(number, [words(cell) for cell in cells]) for number, cells in rows]
    there = set(plain)
    for columns, kind in NOT_IMPORTED.items():
        if columns <= there:
            return Material(kind, notes=[f"{kind} are decisions; they are not imported"])
    table = [(number, dict(zip(plain, cells, strict=False))) for number, cells in rows]
    if {"tag", "description"} <= there:
        return _taguette_codebook(table)
    if {"document", "tag", "content"} <= there:
        return _taguette_highlights(table, name)
    if {"essay_id", "text"} <= there and "code" not in there and "start" not in there:
        return _essays(table)
    if {"coder", "essay_id"} <= there and (there <= ASSIGNMENTS or name == "assignments"):
        return _with_unused(_assignments(table), plain, ASSIGNMENTS)
    if {"coder", "memo"} <= there and "code" not in there:
        return _with_unused(_memos(table), plain, MEMOS)
    if _is_codebook(plain):
        return _with_unused(_codebook(table), plain, {"code", *CODEBOOK, *DESCRIBED})
    return _codings(plain, header, rows, name)


def _with_unused(material, plain, known):
    unused = [column for column in plain if column not in known]
    if unused:
        material.notes.append(f"columns not used: {', '.join(unused)[:200]}")
    return material


def _is_codebook(plain):
    """A row a code, with what describes it: many unknown columns may as well be codings."""
    coded = any(CALLED.get(column) in ("essay", "quotation") for column in plain)
    described = bool({*CODEBOOK, *DESCRIBED} & set(plain)) or len(plain) <= 2
    return "code" in plain and described and not coded


# Codings -------------------------------------------------------------------------------------


def _codings(plain, header, rows, name):
    dialect = next((d for columns, d in DIALECTS.items() if columns <= set(plain)), None)
    fields, code_columns = {}, []
    for n, column in enumerate(plain):
        field = CALLED.get(re.sub(r"_?\d+$", "", column))
        if field == "code":
            code_columns.append(n)
        elif field and field not in fields:
            fields[field] = n
    if dialect and dialect[0] == "OpenQDA CSV":
        code_columns = [plain.index("code_category")]
    if "essay" in fields and not code_columns:
        return _matrix(plain, header, rows, fields, name)
    if not code_columns or "essay" not in fields:
        raise Refused(
            f"has the columns {', '.join(header[:8])[:120]}, none of which is known to name "
            f"{'the essay' if code_columns else 'the codes'}.",
            "Name the columns essay_id, coder, code and quotation (or start and end).",
        )
    unknown = [
        n
        for n in range(len(header))
        if n not in code_columns and n not in fields.values() and header[n]
    ]
    if not {"quotation", "start"} & set(fields):
        _refuse_words_of_unknown_name(header, rows, unknown)
    tool, ways, recuts = dialect or ("table of codings", ways_to_count("code points"), False)
    own = {"essay_id", "code", "start", "end"} <= set(plain)
    material = Material("our CSV" if own else tool, ways=ways, known=True, recuts=recuts)
    material.own_name = "" if "coder" in fields else name
    for number, cells in rows:
        for coding in _row(number, cells, fields, code_columns, dialect, split=not own):
            material.codings.append(coding)
    if unknown:
        names = ", ".join(header[n] for n in unknown)
        material.notes.append(f"columns not used: {names[:200]}")
    return material


def _refuse_words_of_unknown_name(header, rows, unknown):
    """Without a place, every row would code a whole essay: are its words in a column not known?"""
    for n in unknown:
        cells = [cells[n].strip() for _, cells in rows if n < len(cells) and cells[n].strip()]
        if sum(" " in cell for cell in cells) * 2 > len(cells):
            raise Refused(
                f"says nowhere which words were coded, unless it is in the column '{header[n]}'.",
                "Call that column quotation; or take it out, if whole essays are coded.",
            )


def _row(number, cells, fields, code_columns, dialect, *, split):
    missing = {"NA", "NaN", "None"} if dialect and dialect[0] == "requal CSV" else set()  # R's

    def cell(field):
        there = field in fields and fields[field] < len(cells)
        return cells[fields[field]] if there and cells[fields[field]] not in missing else ""

    start, end = cell("start").strip(), cell("end").strip()
    start, end = ("" if c in ("NA", "NaN", "None") else c for c in (start, end))
    quotation, reason = cell("quotation"), ""
    if re.fullmatch(r"\[image region.*\]", quotation.strip()):
        reason = "not_text"
    elif dialect and not (start or end or quotation.strip()):
        reason = "no_span"  # these tools code passages only
    begin, stop = whole_number(start), whole_number(end)
    if (start or end) and (begin is None or stop is None):
        reason = reason or "out_of_range"
    names = []
    for n in code_columns:
        parts = re.split(r"[;\n]", cells[n]) if split and not dialect else [cells[n]]
        names += [part.strip() for part in parts if part.strip()]
    essay = cell("essay").strip()
    for code in names or [""]:
        yield Coding(
            essay,
            cell("coder").strip(),
            code,
            begin,
            stop,
            quotation,
            cell("memo"),
            cell("date").strip(),
            cell("source_ref").strip() or f"row {number}",
            reason or ("" if code else "no_code"),
        )


def _matrix(plain, header, rows, fields, name):
    """Essays by codes, with a sign where the essay has the code."""
    columns = [n for n in range(len(plain)) if n not in fields.values() and plain[n]]
    values = {cells[n].strip().casefold() for _, cells in rows for n in columns if n < len(cells)}
    if not columns or not values <= YES | NO:
        raise Refused(
            f"has the columns {', '.join(header[:8])[:120]}, none of which is known to name the "
            "codes, and cells that are not 1, x or empty.",
            "Name the columns essay_id, coder, code and quotation (or start and end).",
        )
    material = Material("table of essays by codes", known=True, readings=set())
    material.own_name = "" if "coder" in fields else name
    for n in columns:
        material.codes[header[n]] = {}
    for number, cells in rows:
        essay = cells[fields["essay"]].strip()
        coder = cells[fields["coder"]].strip() if "coder" in fields else ""
        material.readings.add((coder, essay))
        for n in columns:
            if n < len(cells) and cells[n].strip().casefold() in YES:
                ref = f"row {number}, column {header[n]}"
                material.codings.append(
                    Coding(essay, coder, header[n].strip(), None, None, source_ref=ref)
                )
    return material


def _taguette_highlights(table, name):
    """Taguette's highlights: no places, no coder; one row for each tag of a highlight."""
    material = Material("Taguette highlights", own_name=name)
    material.notes.append(
        "highlights without a tag are not in this export; the project's .sqlite3 has them"
    )
    for number, row in table:
        code = row["tag"].strip()
        material.codings.append(
            Coding(
                row["document"].strip(), "", code, None, None, row["content"],
                source_ref=f"row {number}, highlight {row.get('id', '')}",
                reason="no_code" if not code else "" if row["content"].strip() else "no_span",
            )
        )  # fmt: skip
    return material


def _taguette_codebook(table):
    material = Material("Taguette codebook")
    for _, row in table:
        if row["tag"].strip():
            material.codes[row["tag"].strip()] = {"definition": row["description"]}
            count = whole_number(row.get("number_of_highlights"))
            if count is not None:
                material.check[row["tag"].strip()] = count
    return material


# Other tables of a study ---------------------------------------------------------------------


def _essays(table):
    material = Material("essays.csv")
    for number, row in table:
        attributes = {k: v for k, v in row.items() if k not in ("essay_id", "text") and k}
        name = row["essay_id"].strip() or f"row {number}"
        material.essays[name] = stored_essay(name, row["text"], attributes=attributes)
    return material


def _codebook(table):
    material = Material("codebook")
    for _, row in table:
        code = row["code"].strip()
        if code:
            row = {DESCRIBED.get(name, name): cell for name, cell in row.items()}
            material.codes[code] = {k: v for k, v in row.items() if k in CODEBOOK and v.strip()}
    return material


def _assignments(table):
    material = Material("assignments", readings=set(), asked={})
    for _, row in table:
        key = row["coder"].strip(), row["essay_id"].strip()
        codes = [code.strip() for code in row.get("codes", "").split(";") if code.strip()]
        before = material.asked.get(key)
        for_all = not codes or before == []  # a coder who was asked for all codes is not limited
        material.asked[key] = [] if for_all else [*(before or []), *codes]
    return material


def _memos(table):
    material = Material("memos", ways=ways_to_count("code points")[:1], known=True)
    for _, row in table:
        start, end = whole_number(row.get("start")), whole_number(row.get("end"))
        essay = row.get("essay_id", "").strip() or None
        material.memos.append(
            Memo(essay, row["coder"].strip(), row["memo"], start, end, row.get("date", ""))
        )
    return material

"""Codebook, first-pass codings, assignments and memos; who marked which code in which essay.

Every coding is proven against the essay when it is read: `text[start:end] == quotation`.
"""

import unicodedata
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from analysis.problems import Problem, did_you_mean
from analysis.tables import (
    STUDY_TABLES,
    check_dates,
    check_filled,
    check_known,
    check_unique,
    looks_like_date,
    read_optional_table,
    read_table,
)

CODING_COLUMNS = [
    "coding_id",
    "coder",
    "essay_id",
    "start",
    "end",
    "quotation",
    "code",
    "memo",
    "date",
    "source_ref",
]


def read_codebook(folder, problems):
    """The codebook: code, definition, include, exclude, example, theme, note.

    An empty theme with a note is a parked code. Other columns are kept.
    """
    before = len(problems)
    codebook = read_table(
        Path(folder) / "codebook.csv", "codebook.csv", STUDY_TABLES["codebook.csv"], problems
    )
    if codebook is None or len(problems) > before:  # a damaged row would blame all its codings
        return None
    if codebook.empty:
        todo = "List the codes, one row a code."
        problems.append(Problem("has no rows.", todo, "codebook.csv"))
    check_filled(codebook, ["code"], "codebook.csv", problems)
    for row, code in codebook.loc[codebook["code"].str.contains(";"), "code"].items():
        problems.append(
            Problem(
                f"code '{code}' contains a semicolon, which separates codes in assignments.csv.",
                "Rename the code.",
                "codebook.csv",
                row,
                "code",
            )
        )
    for row, code in codebook["code"].items():
        if looks_like_date(code):
            problems.append(
                Problem(
                    f"code '{code}' looks like a date that a spreadsheet made of a name.",
                    "Write the name again, in a cell of the format text.",
                    "codebook.csv",
                    row,
                    "code",
                )
            )
    check_unique(codebook, ["code"], "codebook.csv", problems)
    return codebook


def read_assignments(folder, coders, essays, codebook, problems):
    """Who was asked to read what.

    Returns
    -------
    DataFrame or None
        coder, essay_id, codes (separated by ;, empty = every code). None if the study has no
        assignments.csv, or no row in it: then every coder read every essay for every code.
    """
    file = "assignments.csv"
    table = read_optional_table(folder, file, problems)
    if table is None or table.empty:
        return None
    todo = "Correct the row."
    check_filled(table, ["coder", "essay_id"], file, problems)
    check_known(table["coder"], coders, file, "coder", "coder", todo, problems)
    check_known(table["essay_id"], essays["essay_id"], file, "essay_id", "essay", todo, problems)
    named = table["codes"].str.split(";").explode().str.strip()
    check_known(named, codebook["code"], file, "codes", "code", todo, problems)
    check_unique(table, ["coder", "essay_id"], file, problems)
    return table


def read_memos(folder, coders, essays, problems):
    """Memos of the coders; empty essay_id = a memo on the whole. Empty table without a file."""
    file = "memos.csv"
    table = read_optional_table(folder, file, problems)
    if table is None:
        return None
    todo = "Correct the row."
    check_filled(table, ["coder"], file, problems)
    check_known(table["coder"], coders, file, "coder", "coder", todo, problems)
    check_known(table["essay_id"], essays["essay_id"], file, "essay_id", "essay", todo, problems)
    check_dates(table["date"], file, problems)
    return table


def with_quotation(memos, essays):
    """Memos with the words they are about: `quotation`, empty where a memo has no sound place."""
    texts = dict(zip(essays["essay_id"], essays["text"], strict=True))
    starts = pd.to_numeric(memos["start"], errors="coerce")
    ends = pd.to_numeric(memos["end"], errors="coerce")
    words = [
        "" if pd.isna(start) or pd.isna(end) else texts.get(essay_id, "")[int(start) : int(end)]
        for essay_id, start, end in zip(memos["essay_id"], starts, ends, strict=True)
    ]
    return memos.assign(quotation=pd.Series(words, index=memos.index, dtype=str))


def read_codings(folder, coders, essays, codebook, assignments, problems):
    """Every coder's first pass, proven against the essays.

    Parameters
    ----------
    folder : path-like
        The study folder.
    coders : sequence of str
        Each has a file codings/<coder>.csv.
    essays, codebook : DataFrame
    assignments : DataFrame or None
        A coding outside of what its coder was asked to read is a problem.
    problems : list of Problem

    Returns
    -------
    codings : DataFrame
        CODING_COLUMNS. start and end are Int64, <NA> where the whole essay is coded.
        coding_id is the coder's name and the row of the coder's file.
    listed : DataFrame
        coder, row, essay_id, code, quotation, what: exact repeats (counted once) and codings
        whose place was completed or adjusted. Rows read = codings + repeats.
    """
    folder = Path(folder) / "codings"
    if not folder.is_dir():
        problems.append(
            Problem(
                "the folder is missing.",
                "Put each coder's first pass there, one file a coder.",
                "codings/",
            )
        )
        return None, None
    there = {  # a Mac writes accents as two characters
        unicodedata.normalize("NFC", path.stem): path
        for path in sorted(folder.glob("*.csv"))
        if path.name[0] not in ".~"
    }
    without_file = [coder for coder in coders if coder not in there]
    for coder, path in there.items():
        if coder not in coders and _has_rows(path):
            problems.append(
                Problem(
                    f"coder '{coder}' is not among the coders of study.toml."
                    f"{did_you_mean(coder, without_file)}",
                    "Add the name to study.toml, or rename or move the file.",
                    f"codings/{path.name}",
                )
            )
    parts = [
        _read_coder(there.get(coder, folder / f"{coder}.csv"), coder, essays, codebook, problems)
        for coder in coders
    ]
    parts = [part for part in parts if part is not None]
    if not parts:
        return None, None
    codings = pd.concat(parts, ignore_index=True)
    if assignments is not None:
        known = codings["code"].isin(codebook["code"])
        known &= codings["essay_id"].isin(essays["essay_id"])
        _check_assigned(codings[known], assignments, problems)
    return _without_repeats(codings)


def _has_rows(path):
    """More than the header that `make new` writes?"""
    return path.read_bytes().strip().count(b"\n") > 0


def _read_coder(path, coder, essays, codebook, problems):
    file = f"codings/{path.name}"
    if not path.exists() and not path.with_suffix(".xlsx").exists():
        todo = "Put the first pass of this coder there, or correct the coders in study.toml."
        problems.append(Problem("is missing.", todo, file))
        return None
    table = read_table(path, file, STUDY_TABLES["codings"], problems)
    if table is None:
        return None
    _find_misnamed(table, file, problems)
    todo = "Correct the row, or add the code to codebook.csv."
    check_known(table["code"], codebook["code"], file, "code", "code", todo, problems)
    todo = "Correct the row, or add the essay."
    check_known(table["essay_id"], essays["essay_id"], file, "essay_id", "essay", todo, problems)
    check_dates(table["date"], file, problems)
    check_filled(table, ["essay_id", "code"], file, problems)
    texts = dict(zip(essays["essay_id"], essays["text"], strict=True))
    places = [
        _place(row, start, end, quotation, texts.get(essay_id), file, problems)
        for row, start, end, quotation, essay_id in zip(
            table.index,
            table["start"],
            table["end"],
            table["quotation"],
            table["essay_id"],
            strict=True,
        )
    ]
    start, end, quotation, what = zip(*places, strict=True) if places else ((), (), (), ())
    return pd.DataFrame(
        {
            "coding_id": [f"{coder}:{row}" for row in table.index],
            "coder": coder,
            "essay_id": table["essay_id"].to_numpy(),
            "start": pd.array(start, dtype="Int64"),
            "end": pd.array(end, dtype="Int64"),
            "quotation": list(quotation),
            "code": table["code"].to_numpy(),
            "memo": table["memo"].to_numpy(),
            "date": table["date"].to_numpy(),
            "source_ref": table["source_ref"].to_numpy(),
            "row": table.index.to_numpy(),
            "what": list(what),
            "written": [
                (_whole_number(a), _whole_number(b)) if a else (s, e)
                for a, b, s, e in zip(table["start"], table["end"], start, end, strict=True)
            ],
        }
    )


NOWHERE = (None, None, "", "")


MISNAMED = {  # what others call the columns of a place
    "quote": "quotation", "quoted": "quotation", "extract": "quotation", "excerpt": "quotation",
    "segment": "quotation", "begin": "start", "from": "start", "stop": "end", "to": "end",
}  # fmt: skip


def _find_misnamed(table, file, problems):
    """A column of places under another name would make whole-essay codings of all its rows."""
    for name in table.columns.difference(STUDY_TABLES["codings"].known):
        close = get_close_matches(name.lower(), ["start", "end", "quotation"], n=1, cutoff=0.75)
        meant = MISNAMED.get(name.lower(), close[0] if close else None)
        if meant and table[meant].eq("").all():
            problems.append(
                Problem(
                    f"column '{name}' is not known, and '{meant}' is empty: the place of each "
                    "coding would be lost.",
                    f"Rename '{name}' to '{meant}', or remove the column.",
                    file,
                    1,
                )
            )


def _place(row, start, end, quotation, text, file, problems):
    """(start, end, quotation, what was done) of one coding, proven; a problem if it cannot be."""
    if not isinstance(text, str):  # an unknown or unreadable essay is a problem already
        return NOWHERE
    quotation = quotation.replace("\r\n", "\n").replace("\r", "\n")

    def refuse(what, todo, column):
        problems.append(Problem(what, todo, file, row, column))
        return NOWHERE

    if not start and not end:
        if not quotation.strip():
            return None, None, "", ""
        return _place_by_quotation(quotation, text, refuse)
    bounds = []
    for name, value in (("start", start), ("end", end)):
        number = _whole_number(value)
        if number is None:
            said = f"{name} '{value}' is not a whole number." if value else f"{name} is empty."
            return refuse(said, "Write both start and end, or leave both empty.", name)
        bounds.append(number)
    start, end = bounds
    if start >= end:
        return refuse(
            f"start {start} is not before end {end}.",
            "Correct them; the end is the place after the last character.",
            "start",
        )
    if start < 0 or end > len(text):
        return refuse(
            f"the span from {start} to {end} lies outside the essay, which has {len(text)} "
            "characters.",
            "Correct start and end; they count characters from 0.",
            "start" if start < 0 else "end",
        )
    found = text[start:end]
    if not found.strip():
        return refuse(
            f"the span {start}-{end} holds only white space.", "Correct start and end.", "start"
        )
    if not quotation.strip() or found == quotation:
        return start, end, found, ""
    if found.strip() == quotation.strip():
        start += len(found) - len(found.lstrip())
        found = found.strip()
        return start, start + len(found), found, "spaces at the edge left out"
    elsewhere, todo = _elsewhere(quotation.strip(), text)
    return refuse(
        f"the quotation {_shown(quotation)} is not the text at {start}-{end}, which is "
        f"{_shown(found)}. {elsewhere}",
        todo,
        "quotation",
    )


def _place_by_quotation(quotation, text, refuse):
    wanted = quotation.strip()
    places = _occurrences(wanted, text)
    if len(places) == 1:
        return places[0], places[0] + len(wanted), wanted, "placed by its quotation"
    if places:
        return refuse(
            f"the quotation {_shown(wanted)} occurs {len(places)} times, "
            f"at {_spans(places, wanted)}.",
            "Write start and end, or quote more words.",
            "quotation",
        )
    return refuse(
        f"the quotation {_shown(wanted)} is not in the essay.{_nearly(wanted, text)}",
        "Copy the words from the essay exactly.",
        "quotation",
    )


def _elsewhere(wanted, text):
    """(where else the quotation is in the essay, what to do)."""
    places = _occurrences(wanted, text)
    if len(places) == 1:
        todo = "Correct start and end, or leave both empty."
        return f"It occurs at {_spans(places, wanted)}.", todo
    if places:
        return f"It occurs at {_spans(places, wanted)}.", "Correct start and end."
    return (
        f"It occurs nowhere in the essay.{_nearly(wanted, text)}",
        "Copy the words from the essay exactly.",
    )


LOOKALIKES = str.maketrans(
    dict.fromkeys("’‘‚`´", "'")
    | dict.fromkeys("“”„«»", '"')
    | dict.fromkeys("–—‑", "-")
    | {"\xad": ""}
)


def _nearly(wanted, text):
    """A hint where only typographic signs, case or white space differ."""
    plain, haystack = (
        " ".join(unicodedata.normalize("NFKC", s.translate(LOOKALIKES)).casefold().split())
        for s in (wanted, text)
    )
    if plain and plain in haystack:
        return " The same words are there with other quotation marks, dashes, capitals or spaces."
    return ""


def _occurrences(wanted, text):
    places, at = [], text.find(wanted)
    while at >= 0:
        places.append(at)
        at = text.find(wanted, at + 1)
    return places


def _spans(places, wanted):
    spans = [f"{place}-{place + len(wanted)}" for place in places[:5]]
    return ", ".join(spans) + (" and elsewhere" if len(places) > 5 else "")


def _shown(quotation, words=6):
    parts = quotation.split()
    return '"' + " ".join(parts[:words])[:60] + ("…" if len(parts) > words else "") + '"'


def _whole_number(value):
    try:
        number = float(value)
        return int(number) if number == int(number) else None
    except (ValueError, OverflowError):  # no number, nan, inf
        return None


def _check_assigned(codings, assignments, problems):
    """A coding of an essay or for a code that its coder was not asked to read."""
    asked = dict(
        zip(
            zip(assignments["coder"], assignments["essay_id"], strict=True),
            assignments["codes"],
            strict=True,
        )
    )
    asked = {key: {c.strip() for c in codes.split(";")} - {""} for key, codes in asked.items()}
    for coder, essay_id, code, row in codings[["coder", "essay_id", "code", "row"]].itertuples(
        index=False
    ):
        codes = asked.get((coder, essay_id))
        file = f"codings/{coder}.csv"
        if codes is None:
            problems.append(
                Problem(
                    f"coder '{coder}' coded essay '{essay_id}' without being assigned to it.",
                    "Add a row to assignments.csv, or remove the coding.",
                    file,
                    row,
                    "essay_id",
                )
            )
        elif codes and code not in codes:
            problems.append(
                Problem(
                    f"coder '{coder}' was not asked to read essay '{essay_id}' for code '{code}'.",
                    "Add the code to the row in assignments.csv, or remove the coding.",
                    file,
                    row,
                    "code",
                )
            )


def _without_repeats(codings):
    """Each coding once, and the list of what was completed, adjusted or repeated.

    Repeats are sought among the places as the coder wrote them: two codings that coincide only
    because spaces at an edge were left out are two.
    """
    repeat = codings.duplicated(["coder", "essay_id", "written", "code"], keep="first")
    placed = codings[codings["what"].ne("")]
    repeated = codings[repeat].assign(what="exact repeat, counted once")
    listed = pd.concat([placed, repeated])[
        ["coder", "row", "essay_id", "code", "quotation", "what"]
    ].reset_index(drop=True)
    return codings.loc[~repeat, CODING_COLUMNS].reset_index(drop=True), listed


def readings(coders, essays, codebook, assignments):
    """Which coder read which essay for which code.

    Returns
    -------
    DataFrame
        essay_id, code, coder: one row a reading; what is not here was not read.
    """
    codes = codebook[["code"]]
    if assignments is None:
        asked = essays[["essay_id"]].merge(pd.DataFrame({"coder": list(coders)}), how="cross")
        return asked.merge(codes, how="cross")[["essay_id", "code", "coder"]]
    every = assignments["codes"].str.strip().eq("")
    for_every = assignments.loc[every, ["essay_id", "coder"]].merge(codes, how="cross")
    for_some = assignments.loc[~every, ["essay_id", "coder", "codes"]].assign(
        code=lambda t: t["codes"].str.split(";")
    )
    for_some = for_some.explode("code").assign(code=lambda t: t["code"].str.strip())
    for_some = for_some[for_some["code"].ne("")]
    return pd.concat([for_every, for_some])[["essay_id", "code", "coder"]].reset_index(drop=True)


def presence(codings, readings):
    """Essay by code by coder: did this coder mark this code in this essay?

    Returns
    -------
    DataFrame
        essay_id, code, coder, present (1, or 0 = read and not marked). A combination that was
        not read has no row. Sorted.
    """
    marked = codings[["essay_id", "code", "coder"]].drop_duplicates().assign(present=1)
    table = readings.drop_duplicates().merge(
        marked, on=["essay_id", "code", "coder"], how="left", validate="one_to_one"
    )
    table["present"] = table["present"].fillna(0).astype(int)
    return table.sort_values(["essay_id", "code", "coder"], ignore_index=True)


def placed_readings(readings, codings):
    """The readings that say where: over parts of essays, the others are missing.

    Whoever coded an essay as a whole, and no passage of it with the same code, said that it holds
    the code, and not in which of its sentences.

    Parameters
    ----------
    readings : DataFrame
        essay_id, code, coder, and anything else; `presence` will do.

    Returns
    -------
    DataFrame
        The rows of `readings` that are left, in their order.
    """
    keys = ["essay_id", "code", "coder"]
    nowhere = codings.groupby(keys)["start"].count().eq(0)  # a whole essay has no start
    nowhere = nowhere[nowhere].index
    return readings[~pd.MultiIndex.from_frame(readings[keys]).isin(nowhere)]


def read_log(readings, codings, memos):
    """Per coder and essay: codes asked for, codings, memos, and the dates of both.

    Returns
    -------
    DataFrame
        coder, essay_id, codes (asked for), codings, memos, first_memo, first_coding (dates as
        text, empty if there is none or it is undated).
    """
    log = readings.groupby(["coder", "essay_id"], as_index=False).agg(codes=("code", "size"))
    for table, count, first in (
        (codings, "codings", "first_coding"),
        (memos, "memos", "first_memo"),
    ):
        days = pd.to_datetime(table["date"], format="ISO8601", errors="coerce", utc=True)
        dated = table.assign(date=days.dt.strftime("%Y-%m-%d"))
        found = dated.groupby(["coder", "essay_id"], as_index=False).agg(
            **{count: ("date", "size"), first: ("date", "min")}
        )
        log = log.merge(found, on=["coder", "essay_id"], how="left", validate="one_to_one")
        log[count] = log[count].fillna(0).astype(int)
        log[first] = log[first].fillna("")
    return log


def codebook_gaps(codebook, codings):
    """What the codebook leaves open: one row a code and gap.

    Returns
    -------
    DataFrame
        code, gap: a definition, inclusion, exclusion or example that is missing; a code that no
        coder used.
    """
    gaps = [
        (code, f"no {column}")
        for column in ("definition", "include", "exclude", "example")
        for code in codebook.loc[codebook[column].str.strip().eq(""), "code"]
    ]
    unused = codebook.loc[~codebook["code"].isin(codings["code"]), "code"]
    gaps += [(code, "used by no coder") for code in unused]
    return pd.DataFrame(gaps, columns=["code", "gap"])


def coding_strips(codings, readings, essays):
    """Where in each essay each coder coded, whatever the code: places without any words.

    Parameters
    ----------
    codings : DataFrame
        essay_id, coder, start, end (missing where the whole essay is coded).
    readings : DataFrame
        essay_id, coder: who read what.
    essays : DataFrame
        essay_id, text, in the order wanted.

    Returns
    -------
    DataFrame
        essay_id, characters (length of the essay), coder, start, end: one row a stretch of text
        that the coder marked, stretches that overlap or touch put together. A coder who marked
        only whole essays, or nothing, has one row without start and end; one who did not read the
        essay has none.
    """
    spans = codings.dropna(subset=["start", "end"]).sort_values(["essay_id", "coder", "start"])
    same = [spans["essay_id"], spans["coder"]]
    start, end = spans["start"].astype(int), spans["end"].astype(int)
    reach = end.groupby(same).cummax().groupby(same).shift()  # how far the earlier ones go
    stretch = (reach.isna() | start.gt(reach)).groupby(same).cumsum().rename("stretch")
    merged = (
        spans.assign(start=start, end=end)
        .groupby(["essay_id", "coder", stretch])
        .agg(start=("start", "min"), end=("end", "max"))
        .reset_index()
    )
    lengths = essays[["essay_id"]].assign(characters=essays["text"].str.len())
    read = readings[["essay_id", "coder"]].drop_duplicates().sort_values("coder", kind="stable")
    table = lengths.merge(read, on="essay_id").merge(merged, on=["essay_id", "coder"], how="left")
    types = {"start": "Int64", "end": "Int64"}
    return table[["essay_id", "characters", "coder", "start", "end"]].astype(types)

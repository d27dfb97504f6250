"""Nothing lost, nothing gained: the sum of codings, and what the listed ones leave behind."""

from collections import Counter

from analysis.problems import counted

NO_FIRST_PASS = {  # reasons for which a listed coding is no coding that is missing
    "duplicate", "already_there", "reply", "no_code", "cancelled", "deleted_in_tool", "consensus",
}  # fmt: skip
ABSENT = "nothing else by this coder has this code in this essay: it counts as absent there"
SHOWN = 8


def is_missing(row):
    """Does a row of the report list a coding that should have been written?"""
    return row["outcome"] == "listed" and row["reason"] not in NO_FIRST_PASS


def say_what_counts_as_absent(gathered, corpus, study):
    """Whose only coding of a code in an essay could not be written counts as not having marked it.

    The row of the report says so, and a note how often.
    """
    written = {
        (coder, row["essay_id"], row["code"])
        for coder, rows in gathered.codings.items()
        for row in rows
    } | {
        (coder, essay_id, key[0])
        for coder, essays in study.codings.items()
        for essay_id, keys in essays.items()
        for key in keys
    }
    absent = set()
    for row in gathered.report:
        key = row["coder"], row["essay_id"], row["code"]
        if is_missing(row) and all(key) and row["essay_id"] in corpus.essays and key not in written:
            row["what"] += f"; {ABSENT}"
            absent.add(key)
    if absent:
        said = [f"'{code}' of '{coder}' in '{e}'" for coder, e, code in sorted(absent)]
        more = f" and {len(said) - SHOWN} more" if len(said) > SHOWN else ""
        gathered.notes.append(
            f"{counted(len(absent), 'code')} of a coder in an essay "
            f"{'counts' if len(absent) == 1 else 'count'} as absent, because no coding of it could "
            f"be written: {', '.join(said[:SHOWN])}{more}. Add it by hand to the coder's file in "
            "codings/, or the counts of the code are too low"
        )


def say_who_has_nothing_written(gathered, study):
    """Who is left without a coding would count as one who read and found nothing."""
    rows = [row for row in gathered.report if row["outcome"] == "listed"]
    unwritten = Counter(row["coder"] for row in rows if row["reason"] != "already_there")
    gathered.notes += [
        f"no coding of coder '{coder}' could be written ({n} listed), yet a coder without codings "
        "counts as one who found nothing: take the name out of study.toml if that is wrong"
        for coder, n in sorted(unwritten.items())
        if coder in gathered.coders
        and not gathered.codings.get(coder)
        and not study.codings.get(coder)
    ]


def check(gathered, parts, corpus):
    """Every coding that was read is written or listed, and every row is its quotation.

    Raises
    ------
    RuntimeError
        An error in this program.
    """
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

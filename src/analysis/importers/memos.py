"""The remarks of coders, with their places."""

from collections import Counter

from analysis.importers.dates import dated_cells, undated_said
from analysis.importers.reporting import REPORT, cell, report_row
from analysis.problems import counted, listed

NO_CODER = "no coder"


def memos_of(parts, corpus, names, gathered):
    """Rows for memos.csv; what they lose (place, essay) is said."""
    rows = []
    for part in parts:
        file, placeless = part.material.file, 0
        for memo in part.material.memos:
            essay_id = part.essay_id(corpus, memo.essay)
            start, end = part.place_of_memo(corpus, memo)
            row = {
                "file": file,
                "coder": names.coder(part.material, memo.coder),
                "essay_id": essay_id or "",
                "start": cell(start),
                "end": cell(end),
                "memo": memo.memo.replace("\r\n", "\n").replace("\r", "\n"),
            } | dated_cells(memo.date)
            rows.append(row)
            if memo.essay is not None and essay_id is None:
                what = f"its essay '{memo.essay}' is neither in the files nor in the study"
                gathered.report.append(_report_row(row, "essay_unknown", what))
            else:
                placeless += memo.start is not None and start is None
        if placeless:
            said = f"{counted(placeless, 'memo')} kept, but without a place in the text"
            gathered.notes.append(f"{file}: {said}")
    return rows


def say_memos_of_new_coders(gathered, study):
    """Who coded nothing when an earlier file came, and has coded since: the memos can come in."""
    new = set(gathered.coders) - set(study.coders)
    files = [
        row["file"]
        for row in study.lists[REPORT]
        if (row["outcome"], row["reason"]) == ("memo", NO_CODER) and row["coder"] in new
    ]
    if files:
        gathered.notes.append(
            f"import_report.csv holds {counted(len(files), 'memo')} of people who have coded now: "
            f"import {listed(dict.fromkeys(files))} again to have them in memos.csv"
        )


def of_coders(rows, gathered, study):
    """Who only remarked is no coder, or would count as one who read all and found nothing.

    The words of others stand in the report.
    """
    coders = {*gathered.coders, *study.coders}
    others = [row for row in rows if row["coder"] not in coders]
    what = "its writer coded nothing, and a study's memos are its coders': it stands here alone"
    gathered.report += [_report_row(row, NO_CODER, what + _dated(row)) for row in others]
    if others:
        n, who = counted(len(others), "memo"), sorted({row["coder"] for row in others})
        gathered.notes.append(
            f"{n} of people who coded nothing ({', '.join(who[:8])}) "
            f"{'stands' if len(others) == 1 else 'stand'} in import_report.csv, not in memos.csv"
        )
    kept = [row for row in rows if row["coder"] in coders]
    undated = Counter(row["file"] for row in kept if "date_as_written" in row)
    gathered.notes += [undated_said(file, n) for file, n in undated.items()]
    return kept


def _dated(row):
    date = row["date"] or row.get("date_as_written", "")
    return f"; it is dated {date}" if date else ""


def _report_row(row, reason, what):
    cells = {k: row[k] for k in ("file", "coder", "essay_id", "start", "end", "memo")}
    return report_row(**cells, outcome="memo", reason=reason, what=what)

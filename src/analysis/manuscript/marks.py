"""All that is marked in a manuscript, in one order: counts, notes on wording, and quotations."""

from typing import NamedTuple

import pandas as pd


class Verdict(NamedTuple):
    """How a verdict is shown: its sign, and its group: wrong, doubtful, right or outside."""

    sign: str
    group: str


VERDICTS = {  # the most important first
    "contradicts data": Verdict("✗", "wrong"),
    "contradicts claim": Verdict("≠", "wrong"),
    "bound broken": Verdict("↕", "wrong"),
    "in another essay than named": Verdict("↪", "wrong"),
    "altered": Verdict("≈", "wrong"),
    "not found": Verdict("∅", "wrong"),
    "theme absent": Verdict("⊄", "wrong"),
    "ambiguous": Verdict("?", "doubtful"),
    "theme unresolved": Verdict("~", "doubtful"),
    "in several essays": Verdict("‖", "doubtful"),
    "used twice": Verdict("=", "doubtful"),
    "wording": Verdict("!", "doubtful"),
    "not traceable": Verdict("–", "doubtful"),
    "agrees": Verdict("✓", "right"),
    "verbatim": Verdict("✓", "right"),
    "literature": Verdict("§", "outside"),
    "not searched": Verdict("·", "outside"),
}
ORDER = {verdict: place for place, verdict in enumerate(VERDICTS)}


def marks(manuscript, findings, notes, quotations):
    """Findings, notes and quotations as the marks of one manuscript.

    Parameters
    ----------
    manuscript : Manuscript
    findings : DataFrame
        start, end, verdict, reason, suggestion, ...
    notes : DataFrame
        start, end, note, sentence.
    quotations : DataFrame
        From `trace_quotations`; with theme_status and first_use where they are known.

    Returns
    -------
    DataFrame
        number (from 1, in the order of the text), start, end, words (of the text, shortened),
        about (count, wording, quotation), verdict, importance (0 = the most
        important), sign, group, said, suggestion.
    """
    rows = [
        (row.start, row.end, "count", row.verdict, row.reason, row.suggestion)
        for row in findings.itertuples()
    ]
    rows += [
        (row.start, row.end, "wording", "wording", f"{row.note}: {row.sentence}", "")
        for row in notes.itertuples()
    ]
    rows += [
        (row.start, row.end, "quotation", verdict_of_quotation(row), said_of_quotation(row), "")
        for row in quotations.itertuples()
    ]
    columns = ["start", "end", "about", "verdict", "said", "suggestion"]
    table = pd.DataFrame(rows, columns=columns)
    table = table.sort_values(["start", "end"], ascending=[True, False], kind="stable")
    table = table.reset_index(drop=True)
    table.insert(0, "number", table.index + 1)
    words = [_few(manuscript.text[row.start : row.end]) for row in table.itertuples()]
    table.insert(3, "words", pd.array(words, dtype=str))
    table["importance"] = table["verdict"].map(ORDER).astype(int)
    table["sign"] = [VERDICTS[verdict].sign for verdict in table["verdict"]]
    table["group"] = [VERDICTS[verdict].group for verdict in table["verdict"]]
    return table


def _few(words, most=80):
    """Words as one line, cut between two of them where they are many."""
    words = " ".join(words.split())
    return words if len(words) <= most else words[:most].rsplit(" ", 1)[0] + " …"


def verdict_of_quotation(row):
    """The most important thing there is to say about a quotation."""
    found = [row.verdict]
    status = getattr(row, "theme_status", "")
    found += [f"theme {status}"] if status in ("absent", "unresolved") else []
    found += ["used twice"] if getattr(row, "first_use", -1) >= 0 else []
    return min(found, key=ORDER.get)


def said_of_quotation(row):
    said = [row.reason]
    status = getattr(row, "theme_status", "")
    theme = getattr(row, "theme", "").replace("_", " ")
    if status == "absent":
        said.append(f"{row.essay_id} does not have the theme '{theme}' by consensus.")
    elif status == "unresolved":
        said.append(f"Whether {row.essay_id} has the theme '{theme}' is not yet decided.")
    elif status == "elsewhere in the essay":
        said.append(
            f"{row.essay_id} has the theme '{theme}', but no coder marked these words for it."
        )
    if getattr(row, "first_use", -1) >= 0:
        said.append("The same words are quoted earlier in the manuscript.")
    return " ".join(said)

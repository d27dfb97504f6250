"""Numbers in the cells of a table, tied to the labels of their row and column."""

import re

from analysis.manuscript.lexicon import DIGITS, percent_of, value_of

COUNT_COLUMN = re.compile(
    r"(?:n|no\.?|number|count|counts|frequency|frequencies|freq\.?|prevalence|k|f|%|percent\w*"
    r"|total"
    r"|(?:no\.?|number|count|frequency|%|percent\w*|n|share)\s{0,2}(?:\(?(?:%|n|percent\w*)\)?"
    r"|,\s?%|of\s.*)"
    r"|(?:essays|participants|interviews|respondents|informants|documents|transcripts)"
    r"|.*,\s?n|.*\bn\s?\(of\s\d+\)"
    r"|n\s?[/(,].*|.*\(n\)|.*\bn\s?\(%\)|.*\bn\s?=\s?\d+\)?|.*\(%\)|(?:n|no\.?)\s\w+)",
    re.IGNORECASE,
)
SHARE_COLUMN = re.compile(r"(?:%|percent\w*|share|.*[^n\s]\s?\(%\))", re.IGNORECASE)
CELL = re.compile(
    rf"\s*(?:(?P<n>{DIGITS})(?:\s?(?:/|of)\s?(?P<N>{DIGITS}))?"
    r"(?:\s?[(\[,;]?\s?(?P<share>\d{1,3}(?:[.·]\d{1,2})?)\s?(?P<sign>%)?\s?[)\]]?)?"
    r"|(?P<percent>\d{1,3}(?:[.·]\d{1,2})?)\s?%(?:\s?\(?(?P<of>\d{1,6})\)?)?"
    r"|(?P<bare>\d{1,3}[.·]\d{1,2}))\s*"
)


def table_labels(manuscript, view):
    """(table, "row", row) and (table, "column", column) -> text of the label."""
    labels, first = {}, {}
    blocks = manuscript.blocks
    if "table" not in blocks:
        return labels
    for block in blocks[blocks["kind"].eq("cell")].to_dict("records"):
        table, row, column = block["table"], block["row"], block["column"]
        words = " ".join(view[block["start"] : block["end"]].split())
        first.setdefault(table, row)
        if row == first[table]:
            labels[table, "column", column] = words
        if words and not CELL.fullmatch(words):
            labels.setdefault((table, "row", row), words)
    return labels


def place_of_cell(block, labels):
    table, row, column = block["table"], block["row"], block["column"]
    return {
        "table": table,
        "row": row,
        "column": column,
        "row_label": labels.get((table, "row", row), ""),
        "column_label": labels.get((table, "column", column), ""),
    }


def cell_claim(text, view, block, labels):
    """The claim of a cell that holds nothing but a count, under a header that says so."""
    place = place_of_cell(block, labels)
    start, end = block["start"], block["end"]
    match = CELL.fullmatch(view, start, end)
    if not match or not COUNT_COLUMN.fullmatch(place["column_label"]) or not place["row_label"]:
        return None
    found = {}
    shares = SHARE_COLUMN.fullmatch(place["column_label"])
    if match["bare"]:
        if not shares:
            return None
        found["percent"] = percent_of(match["bare"])
    elif match["percent"]:
        found["percent"] = percent_of(match["percent"])
        if match["of"]:
            found["n"] = int(match["of"])
    elif shares and not match["share"]:
        found["percent"] = percent_of(match["n"])
    else:
        found["n"] = value_of(match["n"])
        if match["N"]:
            found["N"] = value_of(match["N"])
        if match["share"]:
            found["percent"] = percent_of(match["share"])
    return {
        **found,
        **place,
        "kind": "table cell",
        "start": start,
        "end": end,
        "snippet": text[start:end],
        "section": block["section"],
        "part": block["part"],
        "headings": block["headings"],
        "sentence_start": start,
        "sentence_end": end,
    }

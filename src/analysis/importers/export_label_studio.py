"""A study as Label Studio's JSON."""

import json

import pandas as pd

from analysis.importers.reproducible import guid_of
from analysis.importers.study_tables import coders_without_rows, rows_by
from analysis.problems import counted, listed


def lost(tables):
    """What of a study it has no place for, as phrases."""
    said, codings, asked = [], tables.codings, tables.assignments
    if tables.codebook.drop(columns="code").ne("").any(axis=None):
        said.append("what the codebook says of its codes")
    unused = len(set(tables.codebook["code"]) - set(codings["code"]))
    if unused:
        said.append(f"{counted(unused, 'code')} that nobody used")
    if len(tables.memos):
        said.append(counted(len(tables.memos), "memo"))
    if codings["date"].ne("").any():
        said.append("the dates of codings")
    if codings["source_ref"].ne("").any():
        said.append("where codings were imported from (source_ref)")
    if asked is not None and asked["codes"].ne("").any():
        said.append("for which codes a coder read (the column codes of assignments.csv)")
    silent = [] if asked is None else coders_without_rows(tables, codings, asked)
    if silent:
        said.append(f"coders who read and coded nothing ({listed(silent)})")
    return said


def tasks(tables):
    """One task an essay, one annotation a coder who read it; whole-essay codes as a taxonomy."""
    coders = sorted(tables.coders)
    asked = tables.assignments
    read = None if asked is None else set(zip(asked["coder"], asked["essay_id"], strict=True))
    codings = rows_by(tables.codings, ["coder", "essay_id"])
    found = []
    for n, essay in enumerate(tables.essays.to_dict("records"), start=1):
        data = {k: v for k, v in essay.items() if k != "read_from"}
        annotations = []
        for number, coder in enumerate(coders, start=1):
            if read is None or (coder, essay["essay_id"]) in read:
                annotations.append(
                    {
                        "id": (n - 1) * len(coders) + number,
                        "completed_by": {"id": number, "email": coder},
                        "was_cancelled": False,
                        "result": _results(codings.get((coder, essay["essay_id"]), [])),
                    }
                )
        found.append({"id": n, "data": data, "annotations": annotations, "predictions": []})
    return (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _results(codings):
    results = []
    for coding in codings:
        result = {"id": guid_of("coding", coding["coding_id"])[:10], "to_name": "text"}
        if pd.isna(coding["start"]):
            value = {"taxonomy": [coding["code"].split(" > ")]}
            result |= {"type": "taxonomy", "from_name": "essay_code", "value": value}
        else:
            value = {
                "start": int(coding["start"]),
                "end": int(coding["end"]),
                "text": coding["quotation"],
                "labels": [coding["code"]],
            }
            result |= {"type": "labels", "from_name": "code", "value": value}
        if coding["memo"].strip():
            result["meta"] = {"text": [coding["memo"]]}
        results.append(result)
    return results

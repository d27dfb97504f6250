"""What an import wrote, as sets and dicts that a test can compare."""

import csv

from analysis.corpus import read_essays


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def texts_of(study):
    problems = []
    essays = read_essays(study, problems)
    assert problems == []
    return dict(zip(essays["essay_id"], essays["text"], strict=True))


def codings_of(study):
    """(coder, essay, code, quotation) of every coding; each is at its place in the essay."""
    texts, found = texts_of(study), set()
    for path in sorted((study / "codings").glob("*.csv")):
        for row in rows_of(path):
            if row["start"]:
                words = texts[row["essay_id"]][int(row["start"]) : int(row["end"])]
                assert words == row["quotation"]
            found.add((path.stem, row["essay_id"], row["code"], row["quotation"]))
    return found

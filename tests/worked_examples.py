"""The worked examples of the reference that the tests compute, and how their data are written.

`tests/data/worked_examples.csv` holds rows of the reference as they are there; every column is
text. `tests/test_worked_examples.py` watches that each row of the reference is computed or listed.
"""

import csv
import math
from pathlib import Path

import pandas as pd
import pytest

from analysis.ratings import ratings_of

ASKED = set()  # statistics that a test has asked for


def read_examples(path):
    """Rows of a file of worked examples; data '^' are those of the first row of the same id."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    first = {}
    for row in rows:
        first.setdefault(row["id"], row["data"])
    return [row | {"data": first[row["id"]] if row["data"] == "^" else row["data"]} for row in rows]


EXAMPLES = read_examples(Path(__file__).parent / "data" / "worked_examples.csv")


def examples(*statistics, levels=None):
    """Parametrise a test with the examples of these statistics, at these levels (None: all)."""
    ASKED.update((statistic, level) for statistic in statistics for level in levels or [None])
    rows = [
        pytest.param(row, id=f"{row['id']}-{row['statistic']}-{row['level']}")
        for row in EXAMPLES
        if row["statistic"] in statistics and row["level"] in (levels or [row["level"]])
    ]
    return pytest.mark.parametrize("example", rows)


def is_asked(row):
    return (row["statistic"], None) in ASKED or (row["statistic"], row["level"]) in ASKED


def check(found, example):
    """The value (or limits) meets the published one, and the definition's to ten digits."""
    found = list(found) if hasattr(found, "__len__") else [found]
    for value, wanted in zip(found, example["expected"].split(";"), strict=True):
        both_nan = math.isnan(value) and math.isnan(float(wanted))
        assert both_nan or abs(value - float(wanted)) <= float(example["tolerance"])
    _, given, digits = example["source"].partition("| full precision ")
    for value, wanted in zip(found, digits.split(";") if given else found, strict=True):
        assert value == pytest.approx(float(wanted), rel=2e-9, abs=1e-12, nan_ok=True)


# How data are written -----------------------------------------------------------------------


def four(data):
    """both, first_only, second_only, neither of 't2:a/b/c/d'."""
    return [int(n) for n in data.removeprefix("t2:").split("/")]


def strings(data):
    """One string a coder, one character a unit, '.' missing, of 't2:', 'tk:' and 'r:'."""
    kind, _, content = data.partition(":")
    if kind == "r":
        return content.split("/")
    if kind == "t2":
        a, b, c, d = four(data)
        return ["1" * (a + b) + "0" * (c + d), "1" * a + "0" * b + "1" * c + "0" * d]
    table = [[int(n) for n in row.split()] for row in content.split("/")]
    cells = [(i, j, n) for i, row in enumerate(table) for j, n in enumerate(row)]
    return ["".join(str(cell[coder]) * cell[2] for cell in cells) for coder in (0, 1)]


def marks(*coders, code="c", names="abcdefgh"):
    """Presence from one string a coder, one character an essay: 1, 0, or . = did not read."""
    rows = [
        (f"E{essay:02}", code, name, int(mark))
        for name, string in zip(names, coders, strict=False)
        for essay, mark in enumerate(string)
        if mark != "."
    ]
    return pd.DataFrame(rows, columns=["essay_id", "code", "coder", "present"])


def ratings(*coders, **more):
    """The ratings of `marks`."""
    return ratings_of(marks(*coders, **more), of="code", unit=["essay_id"])


def values_of(data):
    """The values that are in an example."""
    return set("".join(strings(data))) - {"."}


def yes_no(data):
    """The ratings of an example with two values; the later in the alphabet is 'present'."""
    coders = strings(data)
    present = "1" if data.startswith("t2:") else max(values_of(data))
    translated = ("".join(m if m == "." else str(int(m == present)) for m in c) for c in coders)
    return ratings(*translated)
